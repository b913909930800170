// Runs in the page: what the browser has kept, read and changed behind the package's back.

const outcome = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

/** Acts on every database of this origin, one after the other, and closes it. */
const withDatabases = async (act) => {
  const given = [];
  for (const { name } of await indexedDB.databases()) {
    const database = await outcome(indexedDB.open(name));
    try {
      given.push(await act(database));
    } finally {
      database.close();
    }
  }
  return given;
};

globalThis.storage = {
  /** The records of a table, over all databases. */
  records: async (table) => {
    const all = await withDatabases((database) =>
      database.objectStoreNames.contains(table)
        ? outcome(database.transaction(table).objectStore(table).getAll())
        : [],
    );
    return all.flat();
  },

  /** Changes the text of every record of a table by `change`; undefined leaves it. */
  change: (table, change) =>
    withDatabases(async (database) => {
      const transaction = database.transaction(table, "readwrite", { durability: "strict" });
      const done = new Promise((resolve) => {
        transaction.oncomplete = resolve;
      });
      const store = transaction.objectStore(table);
      for (const { key, text } of await outcome(store.getAll())) {
        const changed = change(text);
        if (changed !== undefined) store.put({ key, text: changed });
      }
      await done;
    }),

  /** Everything of this origin as one text: databases, localStorage, sessionStorage, caches. */
  everything: async () => {
    const databases = await withDatabases(async (database) => {
      const { name } = database;
      const tables = {};
      for (const table of database.objectStoreNames) {
        const store = database.transaction(table).objectStore(table);
        tables[table] = [await outcome(store.getAllKeys()), await outcome(store.getAll())];
      }
      return { name, tables };
    });
    const local = { ...localStorage };
    const session = { ...sessionStorage };
    const caches = await globalThis.caches.keys();
    return JSON.stringify({ databases, local, session, caches, cookies: document.cookie });
  },
};
