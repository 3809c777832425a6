// The conversation of an instance with its frame (docs/frame-protocol.md): it follows the screen and the queue, keeps what the
// frame may not keep, and serves the page's own script.

import { sentences } from 'frontdesk-words';
import { cross, make } from './dom.js';
import { flag, vault } from './keep.js';
import { wordsFor } from './language.js';
import { refusal, wishOf } from './placing.js';

const READY_MS = 15000;
const HELLO_MS = 2000;
/** What the frame tells of the conversation. */
const TOLD = ['message', 'agent', 'connection', 'rating', 'error'];
/** What else of the page's style the panel takes over: `--frontdesk-font`, `--frontdesk-radius`. */
const TOKENS = ['font', 'radius'];
const THEMES = ['light', 'dark', 'auto'];
const TEXT_MAX = 10000;
/** What `update` may change, and whether the frame must begin anew for it. */
const UPDATES = {
  locale: true, texts: true, title: true, calls: true, sound: true, identity: true,
  color: false, theme: false, position: false, pageTitle: false, badge: false, back: false, page: false, attributes: false, consent: false, notifications: false,
};

/** What the desk takes of a visit. */
const URL_MAX = 2048;
const TITLE_MAX = 256;
const ATTRIBUTES_MAX = 20;
const VALUE_MAX = 256;
const NAME = /^[\w.-]{1,64}$/;
/** The longest token that the desk takes. */
const TOKEN_MAX = 8192;

const hex = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => (byte + 256).toString(16).slice(1)).join('');

const textOf = (name, value) => {
  if (typeof value !== 'string') throw new TypeError(`${name}: a text is needed`);
  if (value.length > TEXT_MAX) throw new TypeError(`${name}: ${value.length} characters, ${TEXT_MAX} are taken`);
  return value;
};

/** What the page says of the visit, checked, as a list. */
const attributesOf = (from) => {
  const all = Object.entries(from ?? {}).filter(([, value]) => value != null);
  if (all.length > ATTRIBUTES_MAX) throw new TypeError(`attributes: ${all.length} of them, ${ATTRIBUTES_MAX} are taken`);
  return all.map(([name, said]) => {
    const value = String(said);
    if (!NAME.test(name)) throw new TypeError(`attributes: "${name}" is no name: 1 to 64 letters, digits, _, . or -`);
    if ([...value].length > VALUE_MAX) throw new TypeError(`attributes: "${name}" is too long: ${VALUE_MAX} characters are taken`);
    return { name, value };
  });
};

const anyText = (value, name) => {
  if (typeof value !== 'string') throw new TypeError(`${name}: a text is needed`);
};
/** What is checked of the settings before the frame sees them. */
const CHECKS = {
  attributes: attributesOf,
  locale: anyText,
  title: anyText,
  identity(token) {
    if (typeof token !== 'string' || token.length > TOKEN_MAX) throw new TypeError(`identity: a token is needed, of at most ${TOKEN_MAX} characters`);
  },
  theme(value) {
    if (!THEMES.includes(value)) throw new TypeError(`theme: must be ${THEMES.join(', ')}`);
  },
};
/** Fails where this value of a setting cannot be. */
const check = (name, value) => value != null && value !== '' && Object.hasOwn(CHECKS, name) && CHECKS[name](value, name);

/** As it is now, and of plain objects: what a framework watches by a Proxy no message can carry. */
const plain = (value) => (value && typeof value === 'object' ? JSON.parse(JSON.stringify(value)) : value);

/** Of sentences, whatever object they are in. */
const same = (one, other) => one === other || JSON.stringify(one) === JSON.stringify(other);

/** The website's own question for consent. What is wrong with its sentences the frame says. */
const questionOf = (texts) => {
  try {
    const own = typeof texts === 'string' ? JSON.parse(texts) : texts;
    return typeof own?.consent_text === 'string' && own.consent_text;
  } catch {
    return false;
  }
};

/** The conversation of one instance; `seam` is what instance.js gives. */
export const attach = (seam) => {
  const { settings, state, mode, desk, phones, root, host, box, panel, cover, launcher, badge, status } = seam;
  const { link, button, listen, emit } = seam;
  const nonce = hex();
  const remember = flag(desk);
  const consentTo = flag(desk, 'consent');
  const asks = settings.consent === 'required';
  const entry = `frontdesk ${nonce}`; // of the history, while the back button closes the panel

  let timer;
  let peer; // the frame's window, once it has said hello
  let announced;
  let wantsFocus = false;
  let news; // a sentence about what is unread
  let place; // in the queue, where the centre says
  let queued; // a sentence about it, while the visitor queues
  let mark = ''; // what stands before the title of the host page
  let lastCall; // what the page heard of it last
  let stale; // the frame begins anew when the call is over
  let unsent; // something waits to be sent: the next page goes on with it
  let identity = {}; // the token in use, and the id of the one opening that it is good for
  const wishes = []; // what the frame is to hear once it is ready
  const placing = new Map(); // of calls that the page has wished: who hears what becomes of them
  let placed = 0;

  const post = (type, fields) => peer?.postMessage({ frontdesk: 1, nonce, type, ...fields }, seam.peer());
  const rememberOpen = () => (state.conversation || unsent) && remember(state.open ? '2' : '1');

  /** Says on the launcher what is new, and in the page's title the place in the queue while the panel is not seen. */
  const tell = () => {
    const sentence = (state.unread ? news : queued) || '';
    badge.hidden = !sentence || settings.badge === 'off';
    badge.style.background = state.unread ? '' : '#444';
    badge.textContent = state.unread > 99 ? '99+' : state.unread || place || '..';
    // An open panel says it itself.
    status.textContent = state.open ? '' : sentence;
    launcher.setAttribute('aria-label', sentence ? `${launcher.title}, ${sentence}` : launcher.title);
    const next = place && settings.pageTitle !== 'off' && (!state.open || document.hidden) ? `(${place}) ` : '';
    // The page may have taken another title meanwhile, without the mark.
    if (next !== mark) document.title = next + document.title.replace(mark, '');
    mark = next;
  };

  /** Where the panel covers the page, nothing of the page is in reach, of keys or of a screen reader. */
  const enclose = () => {
    const covers = state.open && box.matches('.f') && panel.isConnected;
    if (covers === panel.matches(':modal')) return;
    const held = host.shadowRoot.activeElement;
    // Also what stayed of one that the page took away meanwhile.
    panel.close();
    if (covers) panel.showModal();
    held?.focus();
    // Closing has had the focus elsewhere for a moment, and the frame has forgotten where it was.
    if (state.open && !covers && held) post('shown', { open: true, focus: true });
  };

  const measure = () => {
    if (!state.open) return enclose();
    const small = phones.matches;
    const phone = mode !== 'inline' && small;
    const visible = visualViewport;
    if (mode === 'bubble') box.classList.toggle('f', phone);
    enclose();
    panel.style.cssText =
      phone
        ? `top:${visible.offsetTop}px;left:${visible.offsetLeft}px;width:${visible.width}px;height:${visible.height}px;right:auto;bottom:auto`
        : '';
    post('viewport', { width: panel.clientWidth, height: panel.clientHeight, phone: small });
  };

  /** On phones, where the page wants it, the back button closes the panel before it leaves the page. */
  const stepBack = (open) => {
    if (open && settings.back === 'on' && phones.matches && mode !== 'inline') {
      history.pushState({ ...history.state, frontdesk: entry }, '');
    } else if (!open && history.state?.frontdesk === entry) {
      history.back();
    }
  };

  /** The frame hears of this now, or as soon as it is there; with `force` there will be one. */
  const wish = (type, fields, force) => {
    if (state.ready) return post(type, fields);
    wishes.push([type, fields]);
    if (force && !seam.frame()) seam.load();
  };

  /** Nothing becomes of the calls that the page has wished and that are not placed yet. */
  const callNobody = (code = 'cancelled', told = () => true) => {
    for (const [call, [, fail]] of placing) {
      if (!told(call)) continue;
      placing.delete(call);
      fail(refusal(code));
    }
  };
  /** The frame has not heard of it yet. */
  const isWaiting = (call) => wishes.some(([type, fields]) => type === 'place' && fields.call === call);

  /** What whoever serves is told of the visit. A visitor whose browser asks for privacy is not followed unless the site insists. */
  const about = () => {
    const { page = navigator.globalPrivacyControl ? 'off' : 'on' } = settings;
    const { protocol, origin, pathname, search } = location;
    const told = {};
    told.attributes = attributesOf(settings.attributes);
    const url = origin + pathname + (page === 'full' ? search : '');
    if (page === 'off' || !/^http/.test(protocol)) return told;
    if (url.length <= URL_MAX) told.url = url;
    told.title = [...document.title.replace(mark, '')].slice(0, TITLE_MAX).join('');
    return told;
  };
  const tellAbout = () => state.ready && post('about', { about: about() });

  /** Has the frame take the settings as they are now. A call is not cut off for that. */
  const renew = () => {
    if (!seam.frame()) return;
    if (state.call) stale = true;
    else seam.load();
  };

  /** The sentences of the visitor's language: to close, what is wrong, to try again; then the question for consent. */
  const said = () => wordsFor([settings.locale || root.lang, ...(navigator.languages || [])], sentences);
  const header = () => {
    const way = mode === 'inline' ? [] : [button(() => seam.setOpen(false), { 'aria-label': said()[0] }, cross())];
    return make('header', {}, ...way);
  };
  /** Says that the panel cannot be reached, and offers another try and a link. */
  const giveUp = () => {
    const again = button(seam.load, {}, said()[2]);
    callNobody('frame_unreachable');
    seam.fail(header(), make('p', { role: 'alert' }, said()[1], again, link));
  };

  /**
   * Tells a visitor who looks elsewhere, outside of the page, where page and visitor want that. One at a time, whatever
   * the number of tabs; nothing of what was said.
   */
  const notify = (text) => {
    if (settings.notifications !== 'on' || !document.hidden || window.Notification?.permission !== 'granted') return;
    try {
      const note = new Notification(settings.title || document.title, { body: text, tag: `frontdesk ${desk}` });
      note.onclick = () => {
        window.focus();
        seam.setOpen(true, true);
        note.close();
      };
    } catch {
      // On Android only service workers may, and those are the website's own.
    }
  };

  /** The visitor decides whether anything is kept or sent. */
  const decide = (given) => {
    emit('consent', { given });
    if (!given) {
      callNobody();
      wishes.length = 0;
      return seam.setOpen(false);
    }
    consentTo('1');
    settings.consent = 'given';
    seam.load();
  };

  /** The frame is gone, and with it a call: the page hears of its end. */
  const cutCall = () => {
    if (!state.call) return;
    state.call = null;
    emit('call', { ...lastCall, stage: 'ended', cause: 'visitor' });
  };

  const heard = {
    hello() {
      peer = seam.frame().contentWindow;
      clearTimeout(timer);
      timer = setTimeout(giveUp, READY_MS);
      // Those of the tag: what comes later is checked when it comes.
      for (const name of Object.keys(CHECKS)) {
        try {
          check(name, settings[name]);
        } catch (error) {
          delete settings[name];
          seam.wrong(error);
        }
      }
      const { locale, theme = 'auto', title = null, sound, texts } = settings;
      const color = seam.color() || null;
      const page = getComputedStyle(host);
      const tokens = Object.fromEntries(TOKENS.map((name) => [name, page.getPropertyValue(`--frontdesk-${name}`).trim()]));
      const token = settings.identity;
      if (token !== identity.token) identity = { token, id: hex() };
      const own = { locale: locale || root.lang || null, theme, title, color, tokens, sound, texts, mode };
      if (token) own.identity = identity;
      own.about = about();
      post('init', { settings: plain(own), open: state.open, focus: wantsFocus });
      measure();
    },
    ready() {
      clearTimeout(timer);
      state.ready = true;
      cover.remove();
      for (const [type, fields] of wishes.splice(0)) if (type !== 'place' || placing.has(fields.call)) post(type, fields);
      // The visitor may have gone on reading or typing elsewhere in the meantime: then the focus stays there.
      if (state.open && wantsFocus && [host, document.body].includes(document.activeElement)) seam.frame().focus();
      if (!announced) emit('ready');
      announced = true;
    },
    close: () => seam.setOpen(false),
    placed({ call, code }) {
      const [done, fail] = placing.get(call) ?? [];
      placing.delete(call);
      if (code) fail?.(refusal(code));
      else done?.();
    },
    /** The visitor is somebody else from now on, or nobody. */
    renew() {
      callNobody();
      const held = document.activeElement === host;
      delete settings.identity;
      heard.unread({ count: 0 });
      heard.queue({});
      heard.conversation({ open: false });
      state.agent = null;
      cutCall();
      remember('');
      consentTo('');
      if (asks) settings.consent = 'required';
      peer = null;
      clearTimeout(timer);
      seam.unload();
      if (state.open) api.shown(true, held);
    },
    unread({ count, text }) {
      if (count > state.unread) notify(text);
      state.unread = count;
      news = text;
      tell();
      emit('unread', { count });
    },
    call({ detail }) {
      // Without a medium there is none yet.
      const over = !detail.media || detail.stage === 'ended';
      state.call = over ? null : detail.stage;
      lastCall = detail;
      emit('call', detail);
      if (over && stale) {
        stale = false;
        renew();
      }
    },
    queue({ place: now, text }) {
      const same = Boolean(text) === Boolean(queued) && now === place;
      place = now;
      queued = text;
      state.queue = text ? { place: now || null } : null;
      tell();
      if (!same) emit('queue', { place: now || null, waiting: Boolean(text) });
    },
    conversation({ open, sending }) {
      const before = state.conversation;
      state.conversation = open;
      unsent = sending;
      if (!rememberOpen()) remember('');
      if (open !== before) emit(`conversation-${open ? 'started' : 'ended'}`);
    },
    told({ name, detail }) {
      if (name === 'agent') state.agent = detail.serving ? { name: detail.name } : null;
      if (name === 'connection') state.connection = detail.state;
      if (TOLD.includes(name)) emit(name, detail);
    },
    async vault({ call, id, value }) {
      // Refused storage answers null.
      post('vault', { call, value: await vault(desk, id, value).catch(() => null) });
    },
  };

  listen(document, 'visibilitychange', tell);
  listen(window, 'resize', measure);
  // The visitor turns to the panel: an application may have changed the page since.
  listen(window, 'blur', tellAbout);
  for (const name of ['resize', 'scroll']) listen(visualViewport, name, measure);
  listen(window, 'popstate', ({ state: now }) => {
    // Back to what was there before the panel: our entry is gone, and there is none to go back from.
    if (state.open && settings.back === 'on' && phones.matches && now?.frontdesk !== entry) seam.setOpen(false);
  });

  const api = {
    /** Asks for consent, unless it was given, and then goes on. */
    ask() {
      if (consentTo()) {
        settings.consent = 'given';
        return seam.load();
      }
      const [, , , text, yes, no, more] = said();
      const notice = settings.privacy ? [make('a', { href: settings.privacy, target: '_blank', rel: 'noopener' }, more)] : [];
      const ways = [button(() => decide(true), {}, yes), ...(mode === 'inline' ? [] : [button(() => decide(false), { class: 'q' }, no)])];
      cover.replaceChildren(header(), make('p', { role: 'group' }, questionOf(settings.texts) || text, ...notice, ...ways));
      panel.append(cover);
    },
    /** The frame is made anew. */
    framed() {
      // What the frame before has heard of went with it.
      callNobody('cancelled', (call) => !isWaiting(call));
      cutCall();
      peer = null;
      cover.prepend(header());
      clearTimeout(timer);
      timer = setTimeout(giveUp, READY_MS);
    },
    /** What has loaded and does not say hello is the browser's own page: the frame was refused, or is out of reach. */
    loaded() {
      if (peer) return;
      clearTimeout(timer);
      timer = setTimeout(giveUp, HELLO_MS);
    },
    giveUp,
    shown(open, focus) {
      wantsFocus = focus;
      measure();
      post('shown', { open, focus });
      tell();
      if (open && focus && state.ready) seam.frame().focus();
      // The question for consent, once the panel has begun to be seen: before that it takes no focus.
      const answer = open && focus && !seam.frame() && cover.querySelector('p button');
      if (answer) requestAnimationFrame(() => requestAnimationFrame(() => answer.focus()));
      rememberOpen();
      stepBack(open);
    },
    hear(data) {
      if ((data.type === 'hello' || data.nonce === nonce) && Object.hasOwn(heard, data.type)) heard[data.type](data);
    },
    end() {
      callNobody();
      clearTimeout(timer);
      heard.queue({});
      peer = null;
    },

    // --- for the page's own script ---

    /** Opens the call view, where a click of the visitor begins the call. */
    startCall(options, view) {
      seam.setOpen(true, true);
      // What is wrong with it, the frame says.
      wish('call', { view, media: options?.media });
    },
    /** Has a number called, for a member of staff; the promise tells whether the gateway is being called, or why not. */
    placeCall: (options) =>
      new Promise((done, fail) => {
        const wished = wishOf(options);
        placing.set(++placed, [done, fail]);
        // Before the panel opens: a frame that is made for that has not heard of it.
        wish('place', { call: placed, ...wished });
        seam.setOpen(true, true);
      }),
    hangUp() {
      callNobody('cancelled', isWaiting);
      post('hang');
    },
    /** For what the visitor has just clicked: the browser asks for leave. */
    requestNotifications() {
      settings.notifications = 'on';
      window.Notification?.requestPermission()?.catch?.(() => {});
    },
    identify(who) {
      if (!who?.token) throw new TypeError('identify: an object with a token is needed');
      api.update({ identity: who.token });
    },
    logout() {
      delete settings.identity;
      callNobody();
      wishes.length = 0;
      // Who has not agreed has left nothing.
      if (settings.consent === 'required' && !consentTo()) return;
      state.conversation = false;
      // Should the page go before that is done, the next one does it.
      remember('0');
      wish('leave', {}, true);
    },
    prefill: (text) => wish('prefill', { text: textOf('prefill', text) }),
    sendMessage(text) {
      if (!textOf('sendMessage', text).trim()) throw new TypeError('sendMessage: the text is empty');
      wish('send', { text }, true);
    },
    setAttributes: (more) => api.update({ attributes: { ...settings.attributes, ...more } }),
    setLocale(locale) {
      if (locale !== null && typeof locale !== 'string') throw new TypeError('setLocale: a BCP 47 tag is needed, or null');
      api.update({ locale });
    },
    setTheme: (theme) => api.update({ theme: theme ?? 'auto' }),
    update(changes) {
      if (!changes || typeof changes !== 'object') throw new TypeError('update: an object is needed');
      const changed = Object.entries(changes).filter(([name, value]) => !same(settings[name], value));
      for (const [name, value] of changed) {
        if (!Object.hasOwn(UPDATES, name)) throw new TypeError(`update: "${name}" cannot be changed`);
        check(name, value);
      }
      // The page may go on changing its own object, and say so by another `update`.
      Object.assign(settings, Object.fromEntries(changed.map(([name, value]) => [name, plain(value)])));
      if (!changed.length) return;
      seam.dress();
      tell();
      if ('page' in changes || 'attributes' in changes) tellAbout();
      if (settings.consent === 'given' && state.open && !seam.frame()) seam.load();
      if (changed.some(([name]) => UPDATES[name])) renew();
      else if ('theme' in changes || 'color' in changes) wish('look', { theme: settings.theme || 'auto', color: seam.color() || null });
    },
  };
  return api;
};
