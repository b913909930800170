// The few steps on IndexedDB that are shorter on this side. Each request becomes a promise: it is
// settled within the transaction's turn, so that the next request still belongs to it.

function answer(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

const watchers = new Set();

/** Calls `listener` with the name of every database that is taken from this page, until `unwatch`. */
export function watch(listener) {
  watchers.add(listener);
}

export function unwatch(listener) {
  watchers.delete(listener);
}

let renewing = false;

/**
 * Has Chromium begin a new log for this site's databases, once in a page's life. Where a browser
 * was killed in the midst of a record, the next one appends to the torn log, and the one after it
 * finds that corrupt and deletes every database of the site (measured in Chromium 156). Only what
 * is deleted has the log closed: an empty database does. Nobody waits for it.
 */
function renewLog() {
  if (renewing) return;
  renewing = true;
  const name = "nchat:renew";
  answer(indexedDB.open(name))
    .then((database) => database.close())
    .then(() => deleteDatabase(name))
    .catch(() => {
      renewing = false;
    });
}

let isLoss = false;

/** Whether the browser has told, since this was asked last, that it lost this site's databases. */
export function takeLoss() {
  const was = isLoss;
  isLoss = false;
  return was;
}

/** `stores` is `[name, options, [index, keyPath, options][]][]`: what is not in it is deleted. */
export function open(name, version, stores) {
  const request = indexedDB.open(name, version);
  request.onupgradeneeded = ({ dataLoss }) => {
    isLoss ||= dataLoss === "total";
    upgrade(request.result, request.transaction, stores);
  };
  // Chromium alone tells of a loss: to the first that is opened.
  if ("dataLoss" in IDBVersionChangeEvent.prototype) renewLog();
  return answer(request).then((database) => {
    const taken = () => {
      // Else whoever deletes or upgrades the database would wait for this page.
      database.close();
      for (const listener of watchers) listener(name);
    };
    database.onversionchange = taken;
    // The user cleared what this site keeps, or the browser did.
    database.onclose = taken;
    return database;
  });
}

function upgrade(database, transaction, stores) {
  const wanted = new Map(stores.map((store) => [store[0], store]));
  for (const name of [...database.objectStoreNames]) {
    if (!wanted.has(name)) database.deleteObjectStore(name);
  }
  for (const [name, options, indexes] of wanted.values()) {
    const store = database.objectStoreNames.contains(name)
      ? transaction.objectStore(name)
      : database.createObjectStore(name, options);
    for (const index of [...store.indexNames]) {
      if (!indexes.some(([wantedIndex]) => wantedIndex === index)) store.deleteIndex(index);
    }
    for (const [index, keyPath, indexOptions] of indexes) {
      if (!store.indexNames.contains(index)) store.createIndex(index, keyPath, indexOptions);
    }
  }
}

export function deleteDatabase(name) {
  return answer(indexedDB.deleteDatabase(name));
}

/** Calls a method that makes a request. */
export function ask(source, method, first, second) {
  return answer(source[method](first, second));
}

/** Moves a cursor on; null at its end. */
export function moveOn(cursor, method, argument) {
  cursor[method](argument);
  return answer(cursor.request);
}

/** True once the transaction is complete, false if the page aborted it; rejects with the reason else. */
export function done(transaction) {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve(true);
    transaction.onabort = () => (transaction.error ? reject(transaction.error) : resolve(false));
  });
}
