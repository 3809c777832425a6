// One instance: its button, the place of its panel, and the frame that is asked for when somebody opens it. What there is to
// do once it is opened is in panel.js, which comes with the first use. Before that nothing is asked for and nothing stored.

import { words } from 'frontdesk-words';
import { cross, icon, make } from './dom.js';
import { wordsFor } from './language.js';
import { CSS as SHEET } from './style.js';

const REATTACH_MAX = 50;
const MODES = ['bubble', 'inline', 'fullscreen'];
/** What panel.js does, and the page may ask for before that is there. */
const LATER = ['startCall', 'hangUp', 'logout', 'prefill', 'requestNotifications', 'sendMessage', 'setAttributes', 'setLocale', 'setTheme', 'update'];

/**
 * Makes an instance. `settings` are those of docs/embedding.md with `origin`, that of the desk; `loadPanel` answers a promise
 * of the module panel.js, and is asked again with another number when that failed.
 */
export const create = (settings, loadPanel) => {
  const root = document.documentElement;
  const { desk, target } = settings;
  const mode = MODES.includes(settings.mode) ? settings.mode : MODES[0];
  const inline = mode === 'inline';
  const origin = new URL(settings.origin, location.href).origin;
  const page = `${origin}/frame?desk=${encodeURIComponent(desk)}`;
  const phones = matchMedia('(max-width:480px),(max-height:480px) and (pointer:coarse)');
  const gone = new AbortController();
  const state = { open: false, visible: true, ready: false, unread: 0, conversation: false, queue: null, agent: null, connection: null, call: null };

  let frame; // undefined until the visitor acts or comes back to a conversation
  let loaded; // whatever the browser has put into it
  let failed;
  let part; // panel.js, for this instance
  let coming;
  let tries = 0;
  let attached = 0;
  let label;
  let color;

  const listen = (on, name, run) => on.addEventListener(name, run, { signal: gone.signal });

  // --- elements ----------------------------------------------------------------------------------------------

  const button = (run, attributes, ...children) => {
    const element = make('button', { type: 'button', ...attributes }, ...children);
    listen(element, 'click', () => run());
    return element;
  };
  const badge = make('span', { class: 'n', part: 'badge', hidden: '' });
  const status = make('span', { class: 's', role: 'status' });
  const launcher = button(
    () => toggle(),
    { class: 'b', part: 'launcher', 'aria-haspopup': 'dialog', 'aria-expanded': false },
    icon('M21 11.5a8.5 8.5 0 0 1-12.3 7.60L3 21l1.90-5.70A8.5 8.5 0 1 1 21 11.5z'),
    cross(),
    badge,
  );
  // The way that is left where the panel cannot be shown.
  const link = make('a', { href: page, rel: 'noopener', target: '_blank' });
  const cover = make('div', { class: 'c' });
  const panel = make('div', { class: 'p', part: 'panel', inert: '' }, cover);
  const box = make('div', {}, panel, status);
  const host = make('frontdesk-launcher', {});
  const shadow = host.attachShadow({ mode: 'open' });
  if (!inline) panel.after(launcher);
  box.classList.toggle('i', inline);
  box.classList.toggle('f', mode === 'fullscreen');

  const wear = (rules) => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(rules);
    shadow.adoptedStyleSheets = [...shadow.adoptedStyleSheets, sheet];
  };

  /** Takes the settings as they are now: the language, the host's colours and the side of the page. */
  const dress = () => {
    const { locale, theme, title, position } = settings;
    color = settings.color || getComputedStyle(host).getPropertyValue('--frontdesk-accent').trim();
    label = title || wordsFor([locale || root.lang, ...(navigator.languages || [])], words);
    for (const name of ['aria-label', 'title']) launcher.setAttribute(name, label);
    link.textContent = label;
    box.style.colorScheme = /^(dark|light)$/.test(theme) ? theme : 'light dark';
    const left = position ? position === 'left' : getComputedStyle(root).direction === 'rtl';
    box.style.setProperty('--l', left ? '20px' : 'auto');
    box.style.setProperty('--r', left ? 'auto' : '20px');
    for (const name of ['--a', '--on']) box.style.removeProperty(name);
    if (!window.CSS?.supports('color', color)) return;
    // With the better readable of black and white on it, whatever words the colour is said in.
    box.style.setProperty('--a', color);
    for (const said of [color, `color-mix(in srgb,${color},${color})`]) status.style.color = said;
    const { color: seen } = getComputedStyle(status);
    const most = /^color/.test(seen) ? 1 : 255;
    const [red, green, blue] = (seen.match(/[\d.]+/g) || [0, 0, 0]).map((channel) => (channel / most) ** 2.2);
    status.style.color = '';
    if (0.21 * red + 0.72 * green + 0.07 * blue > 0.18) box.style.setProperty('--on', '#000');
  };

  /** Puts the element beside the body, where neither the page's transforms nor a swap of the body reach it. */
  const attach = () => {
    if (host.isConnected || !document.body || gone.signal.aborted || attached > REATTACH_MAX || (target && attached)) return;
    (target || root).append(host);
    // A frame that was taken out of the page starts anew when it comes back.
    if (attached++) frame && load();
    else dress();
  };

  // --- the frame and the other part ----------------------------------------------------------------------------

  /** Tells the page, by an event on the window and one on the element of this instance. */
  const emit = (name, detail) => {
    for (const place of [host, window]) place.dispatchEvent(new CustomEvent(`frontdesk:${name}`, { detail }));
  };

  /** The panel cannot be reached: this lies in its place. */
  const fail = (...content) => {
    failed = true;
    cover.replaceChildren(...content);
    emit('error', { code: 'frame_unreachable' });
  };

  /** Does this with the other part, now or once it is there. */
  const withPanel = (run) => {
    const wrong = (error) => {
      console.error(`frontdesk: ${error.message}`);
      emit('error', { code: 'wrong_call', message: error.message });
    };
    if (part) {
      try {
        run(part);
      } catch (error) {
        wrong(error);
      }
      return;
    }
    coming ??= loadPanel(tries++).then((module) => {
      if (!gone.signal.aborted) part = module.attach(seam);
    });
    coming.then(
      () => part && withPanel(run),
      () => {
        coming = undefined;
        if (!frame || failed) return;
        // The button stays in sight, to close it and to try again.
        box.classList.remove('f');
        fail(link);
      },
    );
  };

  /** Creates the frame, or creates it anew. A page that the browser only prerenders makes none. */
  const load = () => {
    if (document.prerendering) return document.addEventListener('prerenderingchange', load, { once: true, signal: gone.signal });
    if (settings.consent === 'required') return withPanel((other) => other.ask());
    frame?.remove();
    loaded = failed = state.ready = false;
    frame = make('iframe', { title: label, src: page });
    const { calls, sound } = settings;
    if (calls != null) frame.allow = calls === 'video' ? 'microphone;camera' : 'microphone';
    if (sound) frame.allow += ';autoplay';
    panel.prepend(frame);
    panel.append(cover);
    cover.replaceChildren(make('i', {}), make('i', {}), make('i', {}));
    frame.onload = () => {
      loaded = true;
      part?.loaded();
    };
    withPanel((other) => other.framed(loaded));
  };

  /** Takes the frame away, and makes another where the visitor looks. */
  const unload = () => {
    frame?.remove();
    frame = loaded = failed = undefined;
    state.ready = false;
    if (state.open) load();
  };

  /** Shows or hides the panel; `focus` is false when the visitor did not ask for it just now. */
  const setOpen = (open, focus) => {
    if (open === state.open || (inline && !open) || gone.signal.aborted) return;
    const hadFocus = document.activeElement === host;
    attach();
    state.open = open;
    if (open && (!frame || failed)) load();
    if (open) host.hidden = false;
    box.classList.toggle('o', open);
    box.classList.toggle('f', !inline && (mode === 'fullscreen' || phones.matches));
    panel.inert = !open;
    launcher.setAttribute('aria-expanded', open);
    withPanel(({ shown }) => shown(open, focus));
    if (!open && hadFocus) launcher.focus();
    emit(open ? 'opened' : 'closed');
  };
  const toggle = () => setOpen(!state.open, true);
  const setVisible = (visible) => {
    state.visible = visible;
    if (!visible) setOpen(false);
    host.hidden = !visible;
  };

  listen(window, 'message', ({ source, origin: sender, data }) => {
    if (!frame || source !== frame.contentWindow || sender !== origin || data?.frontdesk !== 1) return;
    withPanel(({ hear }) => hear(data));
  });
  listen(box, 'keydown', (event) => event.key === 'Escape' && setOpen(false));
  // A pressed mouse button is a click in a tenth of a second; a touch may yet become a scroll.
  listen(launcher, 'pointerdown', (event) => event.pointerType === 'mouse' && !event.button && !frame && load());

  // --- the interface for the page ------------------------------------------------------------------------------

  const observer = new MutationObserver(attach);
  const subscriptions = [];
  const api = {
    // A page may pass an event on, whose view is its window.
    open: (options) => {
      setOpen(true, true);
      if (typeof options?.view === 'string') withPanel((other) => other.startCall(options, options.view));
    },
    close: () => setOpen(false, true),
    toggle,
    show: () => setVisible(true),
    hide: () => setVisible(false),
    /** Who the visitor is, by a token of the site's server. Nothing is asked for that before the visitor acts. */
    identify(who) {
      if (frame || typeof who?.token !== 'string') withPanel((other) => other.identify(who));
      else settings.identity = who.token;
    },
    getUnread: () => state.unread,
    getState: () => ({ ...state }),
    /** Calls `run` with the detail of each event of this instance; answers its own undo. */
    on(name, run, once = false) {
      const type = `frontdesk:${name}`;
      const call = ({ detail }) => {
        if (once) stop();
        run(detail);
      };
      const stop = () => host.removeEventListener(type, call);
      listen(host, type, call);
      subscriptions.push({ name, run, stop });
      return stop;
    },
    once: (name, run) => api.on(name, run, true),
    off(name, run) {
      for (const entry of subscriptions) if (entry.name === name && (!run || entry.run === run)) entry.stop();
    },
    destroy() {
      part?.end();
      observer.disconnect();
      gone.abort();
      host.remove();
      frame = undefined;
      state.open = state.ready = false;
    },
  };
  for (const name of LATER) {
    api[name] = (...values) => {
      if (!gone.signal.aborted) withPanel((other) => other[name](...values));
    };
  }

  /** What panel.js is given. */
  const seam = {
    settings, state, mode, desk, origin, phones, root, host, box, panel, cover, launcher, badge, status,
    link, button, listen, emit, load, unload, fail, dress, wear, setOpen,
    frame: () => frame,
    color: () => color,
    label: () => label,
  };

  // --- start ---------------------------------------------------------------------------------------------------

  host.hidden = Boolean(settings.hidden);
  host.toggleAttribute('inline', inline);
  state.visible = !host.hidden;
  shadow.append(box);
  try {
    wear(SHEET);
  } catch {
    // A browser from before constructable sheets gets a plain link to the same desk.
    box.replaceChildren(link);
    box.style.cssText = 'position:fixed;bottom:20px;right:20px;padding:12px;background:#fff';
  }
  observer.observe(target || root, { childList: true });
  // In a turn of its own: on a slow telephone all at once would hold the page up.
  setTimeout(attach);

  let kept;
  try {
    kept = localStorage.getItem(`frontdesk.open.${desk}`);
  } catch {
    // A host that refuses storage simply has no flag.
  }
  if (inline) setOpen(true, false);
  else if (kept) {
    state.conversation = kept !== '0';
    const resume = () => {
      if (frame || gone.signal.aborted) return;
      // The visitor has signed out, and the page was gone before that was done.
      if (kept === '0') return api.logout();
      // On a phone the panel would cover the page that the visitor has just asked for.
      if (kept === '2' && !phones.matches) setOpen(true, false);
      else load();
    };
    const whenIdle = () => (window.requestIdleCallback || setTimeout)(resume);
    if (document.readyState === 'complete') whenIdle();
    else listen(window, 'load', whenIdle);
  }
  return api;
};
