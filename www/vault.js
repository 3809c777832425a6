// Texts that the host's page keeps for a frame that may keep nothing itself: see docs/decisions/0017-many-tabs-one-visitor.md.
// What the host gets is encrypted, with the key beside it: a key that no script can export.

// Each text has a key of its own, so that the same start does for all.
const cipher = { name: 'AES-GCM', length: 256, iv: new Uint8Array(12) };

const seal = async (text) => {
  const key = await crypto.subtle.generateKey(cipher, false, ['encrypt', 'decrypt']);
  return { key, data: await crypto.subtle.encrypt(cipher, key, new TextEncoder().encode(text)) };
};

const unseal = async ({ key, data }) => new TextDecoder().decode(await crypto.subtle.decrypt(cipher, key, data));

/** Keeps a text under an id, forgets it, or answers all texts; `ask` has the host do it. `null`: it could not be done. */
const use = async (ask, id, text) => {
  const answer = await ask({ id, value: text && (await seal(text)) });
  if (id || !answer) return answer;
  const texts = await Promise.allSettled(answer.map(unseal));
  // One that cannot be read any more takes no others along.
  return texts.filter(({ reason }) => !reason).map(({ value }) => value);
};

let lastStep = Promise.resolve();

/** One step after the other, so that nothing overtakes the write before it. */
export const vault = (...step) => (lastStep = lastStep.then(() => use(...step)).catch(() => null));
