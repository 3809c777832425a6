// Where records are kept: IndexedDB; where the browser refuses it, the host; else nowhere. Nothing here rejects. In
// JavaScript, since the same over bindings costs three kilobytes more.
//
// In IndexedDB records lie in one object store, under `<desk>/<name>` each, and the content of files on their way in
// another, under the same key.

/** Not `frontdesk`, which is the loader's: both may run on one origin, and a database has one owner of its versions. */
const NAME = 'frontdesk-records';
const VERSION = 2;
const RECORDS = 'records';
/** Since version 2. */
const FILES = 'files';
/** Some browsers never answer a refused `open`. */
const PATIENCE_MS = 10000;

/** A promise of the first of these events. */
const event = (target, good) =>
  new Promise((resolve, reject) => {
    target[good] = resolve;
    target.onerror = target.onabort = target.onblocked = reject;
  });

/** Opens it, and calls `replaced` when a newer version in another tab wants it. */
const openDatabase = async (replaced) => {
  // Refusal comes as an exception from reading the property, as none, or as an error event.
  const opening = indexedDB.open(NAME, VERSION);
  opening.onupgradeneeded = () => {
    const there = opening.result.objectStoreNames;
    for (const name of [RECORDS, FILES]) if (!there.contains(name)) opening.result.createObjectStore(name);
  };
  const late = new Promise((_, reject) => setTimeout(reject, PATIENCE_MS));
  try {
    await Promise.race([event(opening, 'onsuccess'), late]);
  } catch (error) {
    // One that is opened after all, when nobody wants it any more, must be in nobody's way.
    opening.onsuccess = () => opening.result.close();
    throw error;
  }
  const db = opening.result;
  // It must not wait for us.
  db.onversionchange = () => {
    db.close();
    replaced();
  };
  return db;
};

/** Transactions are committed outright: one that waited for this page to hear of it would block all tabs if that was frozen. */
const inDatabase = async (desk) => {
  let isReplaced;
  let isAnew;
  const open = () => openDatabase(() => (isReplaced = true));
  let opened = open();
  await opened;
  const key = (name) => `${desk}/${name}`;
  /** Runs this with a transaction. Browsers close connections, of pages that rest above all: then there is another. */
  const within = async (stores, mode, run) => {
    const used = opened;
    let work;
    try {
      work = (await used).transaction(stores, mode);
    } catch (error) {
      if (isReplaced) throw error;
      isAnew = true;
      // The first that meets this does it for all.
      if (used === opened) opened = open();
      work = (await opened).transaction(stores, mode);
    }
    return run(work);
  };
  const ask = (store, run) =>
    within(store, 'readonly', async (work) => {
      const request = run(work.objectStore(store));
      work.commit?.();
      await event(request, 'onsuccess');
      return request.result;
    });
  return {
    async read() {
      const found = await ask(RECORDS, (store) => store.getAll(IDBKeyRange.bound(key(''), key('\uffff'))));
      // It may have been emptied in between: what is not there is not what another tab has dealt with.
      if (isAnew) throw new Error('not the same any more');
      return found;
    },
    write: (name, value, content) =>
      within([RECORDS, FILES], 'readwrite', async (work) => {
        const done = event(work, 'oncomplete');
        const [records, files] = [RECORDS, FILES].map((store) => work.objectStore(store));
        try {
          if (value) records.put(value, key(name));
          else records.delete(key(name)), files.delete(key(name));
          if (content) files.put(content, key(name));
          work.commit?.();
        } catch {
          // Half of it is worth nothing; it may be given up already.
          await Promise.resolve().then(() => work.abort()).catch(() => {});
        }
        await done;
      }),
    content: (name) => ask(FILES, (store) => store.get(key(name))),
    close: async () => (await opened).close(),
  };
};

const withHost = (host) => {
  const ask = async (name, text) => {
    const answer = await host.vault([name, text]);
    if (answer === null) throw new Error('refused');
    return answer;
  };
  return {
    read: async () => (await ask(null, null)).map((text) => JSON.parse(text)),
    write: async (name, value, content) => {
      await ask(name, value && JSON.stringify(value));
      // A later page knows of the message, and can say that its file is gone.
      if (content) throw new Error('no room for files');
    },
  };
};

/** Finds the first place that works, with what is kept there as `found`. */
export const findPlace = async (desk, host) => {
  let place;
  let found = null;
  for (const open of [() => inDatabase(desk), () => withHost(host)]) {
    try {
      place = await open();
      found = await place.read();
      break;
    } catch {
      place = undefined;
    }
  }
  /** Content that could not be written, or is not written yet. */
  const atHand = new Map();
  return {
    found,
    isKept: Boolean(place),

    /** What is kept now, by any tab; `null` if it cannot be read. */
    read: async () => place && place.read().catch(() => null),

    /**
     * Writes a record, or removes it together with the content of its file; whether that is done for good. Steps happen
     * in the order they were asked for. Without room for the content the record is written all the same, so that a later
     * page can say what is missing.
     */
    async set(name, value, content) {
      if (content) atHand.set(name, content);
      if (!value) atHand.delete(name);
      try {
        await place.write(name, value, content);
        // A record without is written anew; what has found no room before has none now.
        if (content) atHand.delete(name);
        return true;
      } catch {
        if (content && atHand.has(name)) await place?.write(name, value).catch(() => {});
        return false;
      }
    },

    /** The content of the file that belongs to a record; nothing: it is not kept here any more. */
    content: async (name) => atHand.get(name) ?? place?.content?.(name).catch(() => undefined),

    close: () => place?.close?.()?.catch(() => {}),
  };
};
