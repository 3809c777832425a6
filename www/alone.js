// The widget in a page of its own or in a window that a panel has opened: without a loader, with its interface on the page.

import { refusal, wishOf } from './loader/placing.js';

export const serveItself = ({ root, endpoint, desk, ticket, start, apologise, softphone, isVideo }) => {
  const { locale, theme, title, color, sound } = root.dataset;
  const { texts, identity } = { ...root.dataset, ...window.frontdeskSettings };
  const page = locale || (root.dataset.mode === 'inline' && document.documentElement.lang) || null;
  const tell = (name, detail) => window.dispatchEvent(new CustomEvent(`frontdesk:${name}`, { detail }));
  // A site's own SDK may take the place of ours: see docs/calls.md.
  let adapter;
  let handle;
  let wish;
  window.frontdesk = {
    ...window.frontdesk,
    useSoftphone(own) {
      if (typeof own?.create !== 'function' && typeof own?.then !== 'function') {
        throw new TypeError('frontdesk: useSoftphone needs an object with a function `create`, or a promise of one');
      }
      adapter = own;
      // One that cannot be loaded is heard of by the call that needs it.
      Promise.resolve(own).catch(() => {});
    },
    startCall(options) {
      wish = isVideo({ media: options?.media });
      handle?.startCall(wish);
    },
    async placeCall(options) {
      const { called, data } = wishOf(options);
      await begun.catch(() => {});
      if (!handle) throw refusal('cancelled');
      return new Promise((done, fail) => handle.placeCall(called, data, (code) => (code ? fail(refusal(code)) : done())));
    },
    hangUp: () => handle?.hangUp(),
    logout: () => handle?.logOut(),
  };
  const host = {
    softphone: () => adapter ?? softphone(),
    call: (detail) => tell('call', detail),
    told: ([name, detail]) => tell(name, detail),
  };
  const open = async (ticket) => {
    const taken = ticket && (await (await import('./window.js')).takeOver(endpoint, desk, ticket));
    if (taken?.refused) return apologise('refused', () => open().catch(() => apologise()));
    const own = { locale: page, theme, title, color, sound, texts, identity };
    handle = await start({ ...own, ...taken?.settings }, host, true, taken);
    // Whoever came here with a ticket came for a call.
    if (taken || wish !== undefined) handle.startCall(Boolean(wish));
  };
  const begun = open(ticket);
  return begun;
};
