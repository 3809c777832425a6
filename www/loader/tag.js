// The script tag: one instance with the settings of the tag, behind the one global.
//
//   <script async src="https://desk.example/frontdesk.js" data-desk="shop"></script>
//
// Frontdesk leaves one global (`frontdesk`) and one element in the page, and needs of its policy only `script-src` and
// `frame-src` of the desk. What it says to the frame and hears from it: docs/frame-protocol.md.

import { create } from './launcher.js';

const complain = (what, how = 'error') => console[how](`frontdesk: ${what}`);

/** Begins. `loadRest` is that of launcher.js. */
export const begin = (loadRest) => {
  const before = window.frontdesk;
  const script = document.currentScript || document.querySelector('script[data-desk][src]');
  const settings = { ...script?.dataset, ...window.frontdeskSettings };
  if (before?.create) return complain('included twice', 'warn');
  const { desk } = settings;
  if (!desk) return complain('no data-desk');

  /** Another instance with settings of its own, at the same desk unless they name another. */
  const make = (own) =>
    create({ desk, ...own, origin: new URL(own.origin || settings.origin || script.src, location).origin }, loadRest);
  const main = make(settings);
  const api = {
    __proto__: null,
    ...main,
    create: make,
    destroy() {
      main.destroy();
      delete window.frontdesk;
    },
  };
  const command = (name, ...values) => (api[name] ? api[name](...values) : complain(`there is no "${name}"`));
  window.frontdesk = Object.assign(command, api);
  before?.q?.map((values) => command(...values));
};
