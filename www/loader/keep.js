// What is kept in the storage of the host page: a flag of the conversation, one of consent where it was asked for, and for frames
// that may keep nothing themselves their records.

/** Keeps a flag of the desk (`''` removes it), or reads it; a host that refuses storage simply has none. */
export const flag = (desk, what = 'open') => (value) => {
  const name = `frontdesk.${what}.${desk}`;
  try {
    if (value) localStorage.setItem(name, value);
    else if (value === '') localStorage.removeItem(name);
    return localStorage.getItem(name);
  } catch {
    return null;
  }
};

/** Keeps a value of the desk, forgets it (`null`), or answers all of them (no id), once that is committed. */
export const vault = (desk, id, value) =>
  new Promise((resolve, reject) => {
    const opening = indexedDB.open('frontdesk', 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore('vault');
    opening.onerror = reject;
    opening.onsuccess = () => {
      const db = opening.result;
      try {
        const work = db.transaction('vault', 'readwrite');
        const store = work.objectStore('vault');
        const key = [desk, id];
        const all = IDBKeyRange.bound([desk], [desk, []]);
        const request = !id ? store.getAll(all) : value ? store.put(value, key) : store.delete(key);
        work.oncomplete = () => resolve(request.result);
        work.onabort = reject;
        // A frozen page must not stand in the way of others.
        work.commit?.();
      } catch (error) {
        reject(error);
      }
      // Once the transaction is through.
      db.close();
    };
  });
