// The script tag: one instance with the settings of the tag, behind the one global.
//
//   <script async src="https://desk.example/frontdesk.js" data-desk="shop"></script>
//
// Frontdesk leaves one global (`frontdesk`) and one element in the page, and needs of its policy only `script-src` and
// `frame-src` of the desk. What it says to the frame and hears from it: docs/frame-protocol.md.

import { create } from './launcher.js';

const REGISTRY = Symbol.for('frontdesk');

/** Begins. `panelOf` answers, for the desk's origin, what loads panel.js from there. */
export const begin = (panelOf) => {
  if (window[REGISTRY]) return console.warn('frontdesk: included twice');
  const script = document.currentScript || document.querySelector('script[data-desk][src]');
  const settings = { ...script?.dataset, ...window.frontdeskSettings };
  if (!settings.desk) return console.error('frontdesk: no data-desk');
  settings.origin ||= script.src;
  window[REGISTRY] = true;

  const early = window.frontdesk?.q;
  const make = (own) => create(own, panelOf(new URL(own.origin, location.href).origin));
  const main = make(settings);
  const command = (name, ...values) =>
    Object.hasOwn(api, name) ? api[name](...values) : console.error(`frontdesk: there is no "${name}"`);
  const api = {
    ...main,
    /** Another instance with settings of its own, at the same desk unless they name another. */
    create: (own) => make({ origin: settings.origin, desk: settings.desk, ...own }),
    destroy() {
      main.destroy();
      delete window.frontdesk;
      delete window[REGISTRY];
    },
  };
  window.frontdesk = Object.assign(command, api);
  if (Array.isArray(early)) for (const values of early) command(...values);
};
