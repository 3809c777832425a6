// One instance until somebody uses it: its button, and of the page's interface what can be done without a panel. All else is in
// instance.js, which comes with the first use. Before that nothing is asked for and nothing stored.
//
// Each byte of it is on every page: what may stand in any order stands in that of which brotli makes the least.

import { words } from 'frontdesk-words';
import { make, shape } from './dom.js';
import { SHEET } from './style.js';

/** What instance.js does for the page. The first four open the panel; the promise of placeCall, the second, says something. */
const LATER =
  'open placeCall startCall toggle logout update hangUp sendMessage prefill setAttributes setTheme requestNotifications setLocale'.split(' ');

/**
 * Makes an instance. `settings` are those of docs/embedding.md with `origin`, that of the desk; `loadRest` answers a promise
 * of the module instance.js from an origin, and is asked again with another number when that failed.
 */
export const create = (settings, loadRest) => {
  const root = document.documentElement;
  const { desk, target } = settings;
  const state = { call: null, agent: null, ready: false, connection: null, unread: 0, queue: null, conversation: false, open: false };
  const subscriptions = [];

  let attached = 0;
  let coming;
  let gone;
  let tries = 0;
  let rest; // instance.js, for this instance

  const host = make('frontdesk-launcher');
  const shadow = host.attachShadow({ mode: 'open' });
  const launcher = make(
    'button',
    { class: 'b', 'aria-haspopup': 'dialog', 'aria-expanded': false, part: 'launcher' },
    shape('M21 11.5a8.5 8.5 0 0 1-12.3 7.6L3 21l1.9-5.7A8.5 8.5 0 1 1 21 11.5z'),
  );
  const box = make('div', 0, launcher);
  const link = make('a', { href: `${settings.origin}/frame?desk=${encodeURIComponent(desk)}`, target: '_blank' });

  /** Tells the page, by an event on the window and one on the element of this instance. */
  const emit = (name, detail) => {
    [host, window].map((place) => place.dispatchEvent(new CustomEvent(`frontdesk:${name}`, { detail })));
  };

  /** Takes the settings as they are now: the word, the host's colour and the side of the page. */
  const dress = () => {
    const accent = getComputedStyle(host).getPropertyValue('--frontdesk-accent');
    const color = [settings.color, accent, '#1456d6'].find((said) => CSS.supports('color', said));
    // White where the colour is darker than what black and white are equally well read on, and else black.
    const on = ' calc(1e3*(.18 - y))';
    // Opposite to where reading begins, unless the page wants a side.
    const direction = { left: 'rtl', right: 'ltr' }[settings.position];
    box.style = `direction:${direction};--a:${color};--on:color(from ${color} xyz${on + on + on})`;
    const tags = [settings.locale || root.lang, ...navigator.languages, 'en'];
    const word = tags.map((tag) => words[`${tag}`.toLowerCase().match(/[a-z]*/)]).find(Boolean);
    launcher.ariaLabel = launcher.title = settings.title || word;
  };

  /**
   * Puts the element beside the body, where neither the page's transforms nor a swap of the body reach it. A page that takes
   * it away again and again is let alone in the end.
   */
  const attach = () => {
    if (host.isConnected || !document.body || gone || attached > (target ? 0 : 50)) return;
    (target || root).append(host);
    if (attached++) rest?.returned();
    else dress();
  };

  /** The panel cannot be had: this link stands above the button, which stays to try again. */
  const decline = () => {
    link.text = launcher.title;
    link.style = 'inset-inline-end:20px;padding:14px;position:fixed;background:#fff;bottom:88px';
    box.append(link);
    const why = Error();
    why.code = 'frame_unreachable';
    emit('error', why);
    return why;
  };

  /** Does this with the rest, now or once it is there. Where it cannot be had the visitor is told, and `opening` hears why. */
  const withRest = (run, opening) => {
    if (gone) return;
    if (rest) return run(rest);
    launcher.ariaBusy = true;
    coming = coming || loadRest(settings.origin, tries++)
      .then((module) => {
        rest = gone || module.attach(seam);
      })
      .catch(() => {
        coming = 0;
      });
    coming.then(() => {
      launcher.ariaBusy = null;
      if (rest) withRest(run);
      else opening?.(decline());
    });
  };

  const observer = new MutationObserver(attach);
  const api = {
    once: (name, run) => api.on(name, run, 1),
    show() {
      box.hidden = 0;
    },
    getUnread: () => state.unread,
    hide() {
      api.close();
      box.hidden = 1;
    },
    off: (...which) => subscriptions.map((stop) => stop(...which)),
    destroy() {
      gone = 1;
      rest?.end?.();
      observer.disconnect();
      host.remove();
    },
    /** Who the visitor is, by a token of the site's server. Nothing is asked for that before the visitor acts. */
    identify(who) {
      // What is no text, the other file says.
      if (coming || !who?.token?.trim) withRest((other) => other.identify(who));
      else settings.identity = who.token;
    },
    close() {
      if (coming) withRest((other) => other.close());
    },
    /** Calls `run` with the detail of each event of this instance; answers its own undo. */
    on(name, run, once) {
      const type = `frontdesk:${name}`;
      const call = ({ detail }) => run(detail);
      const stop = (from, other) => {
        if (from === name && (other || run) === run) host.removeEventListener(type, call);
      };
      host.addEventListener(type, call, { once });
      subscriptions.push(stop);
      return () => stop(name);
    },
    getState: () => ({ visible: !box.hidden, ...state }),
  };
  LATER.map((name, number) => {
    // What nobody waits for must not fail: that would be an error of the page's.
    api[name] = (...values) => new Promise((done, fail) => withRest((other) => done(other[name](...values)), [done, fail, done, done][number]));
  });

  /** What instance.js is given. */
  const seam = { emit, link, state, shadow, attach, dress, settings, box, launcher };

  // An attribute without a value is an empty text.
  box.hidden = `${settings.hidden ?? false}` !== 'false';
  // Not toggle: a second click while the rest is on its way does not take back what the first has asked for.
  launcher.onclick = api.open;
  shadow.append(box);
  try {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(SHEET);
    shadow.adoptedStyleSheets = [sheet];
  } catch {
    // A browser from before constructable sheets gets a plain link to the same desk.
    launcher.remove();
    decline();
  }
  // A pressed mouse button is a click in a tenth of a second.
  launcher.onpointerdown = (event) => withRest((other) => other.warm(event));
  // In a turn of its own: on a slow telephone all at once would hold the page up.
  setTimeout(attach);
  observer.observe(target || root, { childList: 1 });
  if ((launcher.hidden = settings.mode === 'inline')) api.open();
  else {
    try {
      const kept = localStorage.getItem(`frontdesk.open.${desk}`);
      if (kept) withRest((other) => other.resume(kept));
    } catch {
      // A host that refuses storage simply has no flag.
    }
  }
  return api;
};
