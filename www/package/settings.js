// The settings of an instance, and which of them can be changed while it lives.

/** By a change of these an instance is another one. */
export const FIXED = ['desk', 'origin', 'mode', 'privacy'];
/** These, `update` takes. */
export const CHANGEABLE = ['locale', 'texts', 'title', 'calls', 'sound', 'color', 'theme', 'position', 'pageTitle', 'badge', 'back', 'identity', 'page', 'attributes', 'consent', 'notifications'];
/** What an instance tells. */
export const EVENTS = [
  'ready', 'opened', 'closed', 'unread', 'message', 'conversation-started', 'conversation-ended', 'queue', 'agent', 'rating',
  'call', 'connection', 'consent', 'error',
];
/** What can be asked of an instance. */
export const METHODS = [
  'open', 'close', 'toggle', 'show', 'hide', 'startCall', 'placeCall', 'hangUp', 'identify', 'logout', 'prefill', 'requestNotifications', 'sendMessage', 'setAttributes', 'setLocale', 'setTheme', 'update',
  'getUnread', 'getState', 'on', 'once', 'off', 'destroy',
];
const SWITCHES = ['sound', 'pageTitle', 'badge', 'back', 'notifications'];

/** These are objects. They are copied: the page may go on changing its own, and a framework may watch it by a Proxy. */
const OBJECTS = ['texts', 'attributes'];

/** Of an object only those of these names that are there, with `true` and `false` in the words of the script tag. */
export const pick = (names, from) => {
  const picked = {};
  for (const name of names) {
    const value = from[name];
    if (value === undefined) continue;
    if (SWITCHES.includes(name) && typeof value === 'boolean') picked[name] = value ? 'on' : 'off';
    else picked[name] = OBJECTS.includes(name) && value && typeof value === 'object' ? { ...value } : value;
  }
  return picked;
};

/** Whether both are the same, or objects with the same in them. */
const same = (one, other) => {
  if (one === other) return true;
  if (!one || !other || typeof one !== 'object' || typeof other !== 'object') return false;
  const names = Object.keys(one);
  return names.length === Object.keys(other).length && names.every((name) => Object.hasOwn(other, name) && one[name] === other[name]);
};

/** What has changed between two sets of settings; what is no longer there is taken back. */
export const changesOf = (before, after) => {
  const changed = {};
  for (const name of CHANGEABLE) if (!same(before[name], after[name])) changed[name] = after[name];
  return Object.keys(changed).length ? changed : null;
};

/** The name of an event as a handler of React: `onConversationStarted`. */
export const handlerOf = (event) => `on-${event}`.replace(/-(\w)/g, (_, letter) => letter.toUpperCase());
