// The module: an instance without a script tag. Importing it touches nothing; what an opened panel needs is a part of its own.

import { create as make } from '../loader/launcher.js';
import { CHANGEABLE, FIXED, pick } from './settings.js';

/** Makes an instance. A `TypeError` names the setting that is wrong. */
export const create = (settings) => {
  if (typeof document === 'undefined') throw new TypeError('frontdesk: create needs a browser');
  for (const name of ['origin', 'desk']) {
    if (typeof settings?.[name] !== 'string' || !settings[name]) throw new TypeError(`frontdesk: ${name} must be a text`);
  }
  if (!URL.canParse?.(settings.origin) && URL.canParse) throw new TypeError('frontdesk: origin must be an address');
  const { target, hidden } = settings;
  if (settings.mode === 'inline' && !(target instanceof Element)) throw new TypeError('frontdesk: mode "inline" needs a target');
  const { origin } = new URL(settings.origin);
  return make({ ...pick([...FIXED, ...CHANGEABLE], settings), origin, target, hidden }, () => import('../loader/instance.js'));
};
