// An instance once somebody uses it: the place of its panel, opened and closed, and the frame in it. What is said with the frame
// and what the page may ask for: panel.js.

import { attach as converse } from './panel.js';
import { cross, make } from './dom.js';
import { furnish } from './inside.js';
import { PANEL_SHEET } from './style.js';

const MODES = ['bubble', 'inline', 'fullscreen'];

/** Takes over from launcher.js; `first` is what that gives. Answers what launcher.js asks for. */
export const attach = (first) => {
  // The link is the way that is left where the panel cannot be shown.
  const { settings, state, shadow, box, launcher, link, emit } = first;
  const { desk, origin } = settings;
  const { host } = shadow;
  const root = document.documentElement;
  const mode = MODES.includes(settings.mode) ? settings.mode : MODES[0];
  const inline = mode === 'inline';
  const phones = matchMedia('(max-width:480px),(max-height:480px) and (pointer:coarse)');
  const gone = new AbortController();

  const sheet = new CSSStyleSheet();
  const scheme = new CSSStyleSheet(); // what of it follows the settings

  let frame; // undefined until the visitor acts or comes back to a conversation
  let failed;
  let closed; // by the page: what was open on the page before does not come back
  let inside; // the page's policy refuses the frame: the panel lives in a document of the page's own

  /** Whose origin the frame has. */
  const peer = () => (inside ? location.origin : origin);
  const listen = (on, name, run) => on.addEventListener(name, run, { signal: gone.signal });

  // --- elements ----------------------------------------------------------------------------------------------

  const button = (run, attributes, ...children) => {
    const element = make('button', { type: 'button', ...attributes }, ...children);
    listen(element, 'click', () => run());
    return element;
  };
  const badge = make('span', { class: 'n', part: 'badge', hidden: '' });
  const status = make('span', { class: 's', role: 'status' });
  const cover = make('div', { class: 'c' });
  // A dialog, which the style shows: `showModal` is for where it covers the page.
  const panel = make('dialog', { class: 'p', part: 'panel', inert: '' }, cover);

  /** A wrong call or setting of the page's is told, and does not stop the page. */
  const wrong = (error) => {
    console.error(`frontdesk: ${error.message}`);
    emit('error', { code: 'wrong_call', message: error.message });
  };

  /** Takes the settings as they are now. */
  const dress = () => {
    first.dress();
    const { theme } = settings;
    scheme.replaceSync(`div{color-scheme:${/^(dark|light)$/.test(theme) ? theme : 'light dark'}}`);
    // The side of the page is one thing, the direction of what is read another.
    cover.style.direction = getComputedStyle(root).direction;
    link.text = panel.ariaLabel = launcher.title;
    if (frame) frame.title = launcher.title;
    if (CSS.supports('color', 'color(from red xyz x y z)')) return;
    // A browser that cannot reckon with colours in a style sheet: the better readable of black and white.
    const [red, green, blue] = (getComputedStyle(launcher).backgroundColor.match(/[\d.]+/g) || [0, 0, 0]).map((channel) => (channel / 255) ** 2.2);
    box.style.setProperty('--on', 0.21 * red + 0.72 * green + 0.07 * blue > 0.18 ? '#000' : '#fff');
  };

  // --- the frame ------------------------------------------------------------------------------------------------

  /** The panel cannot be reached: this lies in its place. */
  const fail = (...content) => {
    failed = true;
    cover.replaceChildren(...content);
    emit('error', { code: 'frame_unreachable' });
  };

  /** Creates the frame, or creates it anew. A page that the browser only prerenders makes none. */
  const load = () => {
    if (document.prerendering) return document.addEventListener('prerenderingchange', load, { once: true, signal: gone.signal });
    if (settings.consent === 'required') return talk.ask();
    frame?.remove();
    failed = state.ready = false;
    const made = (frame = make('iframe', { title: launcher.title }));
    if (!inside) frame.src = link.href;
    const { calls, sound } = settings;
    if (calls != null) {
      frame.allow = calls === 'video' ? 'microphone;camera' : 'microphone';
      // Elsewhere speakers need no permission, and what is not known is complained of.
      if (navigator.mediaDevices?.selectAudioOutput) frame.allow += ';speaker-selection';
    }
    // Nobody has clicked in the panel where the page places a call.
    if (sound || calls != null) frame.allow += ';autoplay';
    panel.prepend(frame);
    panel.append(cover);
    cover.replaceChildren(make('i', {}), make('i', {}), make('i', {}));
    talk.framed();
    if (inside) furnish(frame, settings).catch(() => frame === made && talk.giveUp());
    else frame.onload = talk.loaded;
  };

  /** Takes the frame away, and makes another where the visitor looks. */
  const unload = () => {
    frame?.remove();
    frame = failed = undefined;
    state.ready = false;
    if (state.open) load();
  };

  /** Shows or hides the panel; `focus` is false when the visitor did not ask for it just now. */
  const setOpen = (open, focus) => {
    if (open === state.open || (inline && !open)) return;
    const hadFocus = document.activeElement === host;
    first.attach();
    state.open = open;
    // One that was given up and came after all is as good as any.
    if (open && (!frame || (failed && !state.ready))) load();
    if (open) box.hidden = false;
    box.classList.toggle('o', open);
    box.classList.toggle('f', !inline && (mode === 'fullscreen' || phones.matches));
    panel.inert = !open;
    launcher.setAttribute('aria-expanded', open);
    talk.shown(open, focus);
    if (!open && hadFocus) launcher.focus();
    emit(open ? 'opened' : 'closed');
  };

  // --- what launcher.js asks for ---------------------------------------------------------------------------------

  const talk = converse({
    settings, state, mode, desk, origin, phones, root, host, box, panel, cover, launcher, badge, status,
    link, button, listen, emit, wrong, load, unload, fail, dress, setOpen,
    frame: () => frame,
    peer,
    color: () => settings.color || getComputedStyle(host).getPropertyValue('--frontdesk-accent').trim(),
  });

  const own = {
    // A page may pass an event on, whose view is its window.
    open(options) {
      setOpen(true, !inline);
      if (typeof options?.view === 'string') talk.startCall(options, options.view);
    },
    close() {
      closed = true;
      setOpen(false, true);
    },
    toggle: () => setOpen(!state.open, true),
    /** A mouse button is pressed; a touch may yet become a scroll. */
    warm({ pointerType, button }) {
      if (pointerType === 'mouse' && !button && !frame) load();
    },
    /** The visitor comes back to a page: what was kept of the conversation, the flag of keep.js. */
    resume(kept) {
      state.conversation = kept !== '0';
      const go = () => {
        if (frame || gone.signal.aborted) return;
        // The visitor has signed out, and the page was gone before that was done.
        if (kept === '0') return talk.logout();
        // On a phone the panel would cover the page that the visitor has just asked for.
        if (kept === '2' && !phones.matches && !closed && !box.hidden) setOpen(true, false);
        else load();
      };
      const whenIdle = () => (window.requestIdleCallback || setTimeout)(go);
      if (document.readyState === 'complete') whenIdle();
      else listen(window, 'load', whenIdle);
    },
    /** The element was taken out of the page and is back: a frame begins anew then. */
    returned() {
      if (frame) load();
    },
    end() {
      talk.end();
      gone.abort();
      frame = undefined;
      state.open = state.ready = false;
    },
  };

  // --- start -------------------------------------------------------------------------------------------------------

  sheet.replaceSync(PANEL_SHEET);
  shadow.adoptedStyleSheets = [...shadow.adoptedStyleSheets, sheet, scheme];
  host.toggleAttribute('inline', inline);
  box.classList.toggle('i', inline);
  box.classList.toggle('f', mode === 'fullscreen');
  // It may have stood in for all of this.
  link.remove();
  link.style = '';
  // The button keeps its place in the page, and the focus with it.
  launcher.before(panel);
  launcher.after(status);
  launcher.append(cross(), badge);
  launcher.onclick = own.toggle;
  if (inline) launcher.remove();
  first.attach();
  dress();

  listen(window, 'message', ({ source, origin: sender, data }) => {
    if (frame && source === frame.contentWindow && sender === peer() && data?.frontdesk === 1) talk.hear(data);
  });
  listen(document, 'securitypolicyviolation', ({ blockedURI, disposition, effectiveDirective }) => {
    const ours = disposition === 'enforce' && /^(frame|child)-/.test(effectiveDirective) && blockedURI.startsWith(origin);
    if (!ours || !frame || inside || first.whole) return;
    inside = true;
    load();
  });
  listen(box, 'keydown', (event) => event.key === 'Escape' && setOpen(false));
  // Of a modal dialog: Escape with the focus elsewhere, or the way back of a phone.
  listen(panel, 'cancel', () => setOpen(false));

  const guard = (run) => (...values) => {
    try {
      return run(...values);
    } catch (error) {
      wrong(error);
    }
  };
  return Object.fromEntries(Object.entries({ ...talk, ...own }).map(([name, run]) => [name, guard(run)]));
};
