// What IndexedDB holds of a user's queue, seen from outside of the client.

/** Opens a user's database, which the client has made. */
export async function openOutbox(user) {
  const isOf = ({ name }) => name.startsWith("nchat:store|") && name.endsWith(`|${user}|`);
  const { name } = (await indexedDB.databases()).find(isOf);
  const database = await answer(indexedDB.open(name));
  return {
    /** How many entries are committed. */
    count: () => answer(database.transaction("outbox").objectStore("outbox").count()),
    /** Resolves, with the time, once none is there any more. */
    async emptied() {
      while ((await this.count()) > 0);
      return performance.now();
    },
  };
}

function answer(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
