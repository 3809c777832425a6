// The part of Frontdesk that runs in the host page: the launcher, and the frame that holds the panel.
// What it says to the frame and hears from it: docs/frame-protocol.md.
//
//   <script async src="https://desk.example/frontdesk.js" data-desk="shop"></script>
//
// It leaves one global (`frontdesk`) and one element, needs of the host's CSP only `script-src` and `frame-src`
// of the desk, and before the visitor acts it asks for nothing and stores nothing.
(() => {
  'use strict';

  const REGISTRY = Symbol.for('frontdesk');
  const READY_MS = 15000;
  const HELLO_MS = 2000;
  const REATTACH_MAX = 50;

  if (window[REGISTRY]) return console.warn('frontdesk: included twice');
  const script = document.currentScript || document.querySelector('script[data-desk][src]');
  const settings = { ...script?.dataset, ...window.frontdeskSettings };
  const { desk, theme = 'auto', title = null, color = null, calls, sound, position } = settings;
  if (!desk) return console.error('frontdesk: no data-desk');
  window[REGISTRY] = true;

  const root = document.documentElement;
  const origin = new URL(settings.origin || script.src, location.href).origin;
  const page = `${origin}/frame?desk=${encodeURIComponent(desk)}`;
  const flag = `frontdesk.open.${desk}`;
  const nonce = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => (byte + 256).toString(16).slice(1)).join('');
  const locale = settings.locale || root.lang || null;
  const spoken = (locale || navigator.language).slice(0, 2).toLowerCase();
  const [chat, dismiss, unreachable, retry] = (
    {
      zh: '在线客服|关闭|暂时无法连接在线客服。|重试',
      ar: 'تحدّث معنا|إغلاق|المحادثة غير متاحة الآن.|إعادة المحاولة',
    }[spoken] ||
    'Chat with us|Close|The chat cannot be reached just now.|Try again'
  ).split('|');
  const label = title || chat;
  const phones = matchMedia('(max-width:480px),(max-height:480px) and (pointer:coarse)');
  const gone = new AbortController();

  let frame; // undefined until the visitor acts or comes back to a conversation
  let peer; // the frame's window, once it has said hello
  let timer;
  let ready; // the panel of this frame is usable
  let announced;
  let failed;
  let isOpen = false;
  let wantsFocus = false;
  let conversation;
  let unread = 0;
  let wish; // what call the host wants to be offered
  let news; // a sentence about what is unread
  let place; // in the queue, where the centre says
  let queued; // a sentence about it, while the visitor queues
  let mark = ''; // what stands before the title of the host page
  let attached = 0;

  const listen = (target, name, run) => target.addEventListener(name, run, { signal: gone.signal });

  // --- elements ----------------------------------------------------------------------------------------------

  /** Fills an element without parsing HTML, so that Trusted Types have no say. */
  const fill = (element, attributes, ...children) => {
    for (const name in attributes) element.setAttribute(name, attributes[name]);
    element.append(...children);
    return element;
  };
  const make = (tag, ...rest) => fill(document.createElement(tag), ...rest);

  const icon = (d) => {
    const svg = (tag, ...rest) => fill(document.createElementNS('http://www.w3.org/2000/svg', tag), ...rest);
    return svg('svg', { viewBox: '0 0 24 24', 'aria-hidden': true }, svg('path', { d }));
  };
  const cross = () => icon('M6 6l12 12M18 6L6 18');

  const button = (run, attributes, ...children) => {
    const element = make('button', { type: 'button', ...attributes }, ...children);
    listen(element, 'click', () => run());
    return element;
  };

  const CSS_TEXT = `*{box-sizing:border-box}
div{font:15px/1.5 system-ui,"PingFang SC","Microsoft YaHei",sans-serif;color:CanvasText}
button,a{min-height:44px;padding:10px 24px;border:1px solid transparent;border-radius:28px;font:inherit;color:inherit;cursor:pointer}
button{background:var(--a,#0b57d0);color:var(--on,#fff)}
:focus-visible{outline:3px solid CanvasText;outline-offset:2px;box-shadow:0 0 0 2px Canvas}
svg{display:block;width:26px;fill:none;stroke:currentColor;stroke-width:2;stroke-linecap:round;stroke-linejoin:round}
.b{position:fixed;bottom:max(20px,env(safe-area-inset-bottom));left:var(--l);right:var(--r);width:56px;height:56px;padding:14px;box-shadow:0 2px 6px #0003,0 8px 24px #0003}
.b>:nth-child(2),.o .b>:first-child,[hidden]{display:none}
.o .b>:nth-child(2){display:block}
.n{position:absolute;top:-5px;right:-5px;min-width:22px;padding:0 6px;border-radius:11px;background:#c5221f;color:#fff;font-size:12px;line-height:22px}
.s{position:fixed;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.p{position:fixed;bottom:88px;left:var(--l);right:var(--r);width:min(400px,100vw - 40px);height:min(640px,100vh - 108px);overflow:hidden;border-radius:16px;background:Canvas;box-shadow:0 0 0 1px #8884,0 12px 48px #0004;visibility:hidden;pointer-events:none;opacity:0;transform:translateY(12px);transition:opacity .15s,transform .15s,visibility .15s}
.o .p{visibility:visible;pointer-events:auto;opacity:1;transform:none}
.f .p{inset:0;width:100%;height:100%;border-radius:0}
.f.o .b{display:none}
iframe,.c{position:absolute;inset:0;width:100%;height:100%;border:0;background:Canvas}
.c header{display:flex;justify-content:flex-end;padding:10px;margin-bottom:20px;background:#8882}
.c header button{padding:9px;background:none;color:inherit}
.c i{display:block;width:60%;height:44px;margin:12px 16px;border-radius:16px;background:#8882;animation:p 1s infinite alternate}
.c p{display:grid;gap:12px;justify-items:center;padding:40px 24px;text-align:center}
@keyframes p{to{opacity:.5}}
@media(prefers-reduced-motion){*{transition:none!important;animation:none!important}}
@media print{div{display:none}}`;

  const badge = make('span', { class: 'n', hidden: '' });
  const status = make('span', { class: 's', role: 'status' });
  const launcher = button(
    () => toggle(),
    { class: 'b', 'aria-haspopup': 'dialog', 'aria-expanded': false, 'aria-label': label, title: label },
    icon('M21 11.5a8.5 8.5 0 0 1-12.3 7.60L3 21l1.90-5.70A8.5 8.5 0 1 1 21 11.5z'),
    cross(),
    badge,
  );
  // The way that is left where the panel cannot be shown.
  const link = make('a', { href: page, rel: 'noopener', target: '_blank' }, label);
  const cover = make('div', { class: 'c' });
  const panel = make('div', { class: 'p', inert: '' }, cover);
  const box = make('div', {}, panel, launcher, status);
  const host = make('frontdesk-launcher');
  const shadow = host.attachShadow({ mode: 'open' });
  // Inline and important: the only declarations that no rule of the host page can override.
  host.style.cssText = 'all:initial;position:fixed;z-index:2147483000;display:block'.replace(/;|$/g, '!important;');
  box.style.colorScheme = /dark|light/.test(theme) ? theme : 'light dark';

  /** What lies over the frame until it is ready: grey shapes, or the way out when it does not answer. */
  const showCover = (...children) =>
    cover.replaceChildren(
      make('header', {}, button(() => close(), { 'aria-label': dismiss }, cross())),
      ...children,
    );

  /** Takes the host's colour, with the better readable of black and white on it, and the side of the page. */
  const paint = () => {
    const left = position ? position === 'left' : getComputedStyle(root).direction === 'rtl';
    box.style.setProperty('--l', left ? '20px' : 'auto');
    box.style.setProperty('--r', left ? 'auto' : '20px');
    if (!CSS.supports('color', color)) return;
    box.style.setProperty('--a', color);
    badge.style.color = color;
    const [red, green, blue] = getComputedStyle(badge).color.match(/[\d.]+/g).map((channel) => (channel / 255) ** 2.2);
    badge.style.color = '';
    if (0.21 * red + 0.72 * green + 0.07 * blue > 0.18) box.style.setProperty('--on', '#000');
  };

  /** Puts the host element beside the body, where neither the page's transforms nor a swap of the body reach it. */
  const attach = () => {
    if (host.isConnected || !document.body || attached > REATTACH_MAX) return;
    root.append(host);
    if (!attached++) paint();
    // A frame that was taken out of the page starts anew when it comes back.
    if (frame) load();
  };

  // --- what is kept in the host's storage ----------------------------------------------------------------------

  /** Keeps the one flag (`''` removes it), or reads it; a host that refuses storage simply has none. */
  const remember = (value) => {
    try {
      if (value) localStorage.setItem(flag, value);
      else if (value === '') localStorage.removeItem(flag);
      return localStorage.getItem(flag);
    } catch {
      return null;
    }
  };
  const rememberOpen = () => conversation && remember(isOpen ? '2' : '1');

  /** Keeps a value of the desk, forgets it (`null`), or answers all of them (no id), once that is committed. */
  const vault = (id, value) =>
    new Promise((resolve, reject) => {
      const opening = indexedDB.open('frontdesk', 1);
      opening.onupgradeneeded = () => opening.result.createObjectStore('vault');
      opening.onerror = reject;
      opening.onsuccess = () => {
        const db = opening.result;
        try {
          const work = db.transaction('vault', 'readwrite');
          const store = work.objectStore('vault');
          const key = [desk, id];
          const all = IDBKeyRange.bound([desk], [desk, []]);
          const request = !id ? store.getAll(all) : value ? store.put(value, key) : store.delete(key);
          work.oncomplete = () => resolve(request.result);
          work.onabort = reject;
          // A frozen page must not stand in the way of others.
          work.commit?.();
        } catch (error) {
          reject(error);
        }
        // Once the transaction is through.
        db.close();
      };
    });

  // --- the frame -----------------------------------------------------------------------------------------------

  const emit = (name, detail) => dispatchEvent(new CustomEvent(`frontdesk:${name}`, { detail }));

  const post = (type, fields) => peer?.postMessage({ frontdesk: 1, nonce, type, ...fields }, origin);

  /** Says that the panel cannot be reached, and offers another try and a link. */
  const giveUp = () => {
    failed = true;
    showCover(make('p', { role: 'alert' }, unreachable, button(load, {}, retry), link));
    emit('error', { code: 'frame_unreachable' });
  };

  /** Creates the frame, or creates it anew. A page that the browser only prerenders makes none. */
  const load = () => {
    if (document.prerendering) return document.addEventListener('prerenderingchange', load, { once: true });
    clearTimeout(timer);
    frame?.remove();
    peer = null;
    ready = failed = false;
    frame = make('iframe', { title: label, src: page });
    if (calls != null) frame.allow = calls === 'video' ? 'microphone;camera' : 'microphone';
    if (sound) frame.allow += ';autoplay';
    panel.prepend(frame);
    panel.append(cover);
    showCover(make('i'), make('i'), make('i'));
    timer = setTimeout(giveUp, READY_MS);
    // What has loaded and does not say hello is the browser's own page: the frame was refused, or is out of reach.
    frame.onload = () => {
      if (peer) return;
      clearTimeout(timer);
      timer = setTimeout(giveUp, HELLO_MS);
    };
  };

  /** Says on the launcher what is new, and in the page's title the place in the queue while the panel is not seen. */
  const tell = () => {
    const sentence = (unread ? news : queued) || '';
    badge.hidden = !sentence;
    badge.style.background = unread ? '' : '#444';
    badge.textContent = unread > 99 ? '99+' : unread || place || '..';
    status.textContent = sentence;
    launcher.setAttribute('aria-label', sentence ? `${label}, ${sentence}` : label);
    const next = place && settings.pageTitle !== 'off' && (!isOpen || document.hidden) ? `(${place}) ` : '';
    // The page may have taken another title meanwhile, without the mark.
    if (next !== mark) document.title = next + document.title.replace(mark, '');
    mark = next;
  };

  const measure = () => {
    if (!isOpen) return;
    const phone = phones.matches;
    const visible = visualViewport;
    box.classList.toggle('f', phone);
    panel.style.cssText =
      phone
        ? `top:${visible.offsetTop}px;left:${visible.offsetLeft}px;width:${visible.width}px;height:${visible.height}px`
        : '';
    post('viewport', { width: panel.clientWidth, height: panel.clientHeight, phone });
  };

  /** Shows or hides the panel; `focus` is false when the visitor did not ask for it just now. */
  const setOpen = (open, focus) => {
    if (open === isOpen) return;
    const hadFocus = document.activeElement === host;
    isOpen = open;
    wantsFocus = focus;
    if (open && (!frame || failed)) load();
    box.classList.toggle('o', open);
    panel.inert = !open;
    launcher.setAttribute('aria-expanded', open);
    measure();
    post('shown', { open, focus });
    tell();
    if (!open && hadFocus) launcher.focus();
    if (open && focus && ready) frame.focus();
    rememberOpen();
    emit(open ? 'opened' : 'closed');
  };
  const open = () => setOpen(true, true);
  /** Opens the call view. The frame says what is wrong with the wish. */
  const openCall = (media, view) => {
    setOpen(true, true);
    wish = { view, media };
    if (ready) post('call', wish);
  };
  const close = () => setOpen(false, false);
  const toggle = () => (isOpen ? close() : open());

  const heard = {
    hello() {
      peer = frame.contentWindow;
      post('init', { settings: { locale, theme, title, color, sound, mode: 'bubble' }, open: isOpen, focus: wantsFocus });
      measure();
    },
    ready() {
      clearTimeout(timer);
      ready = true;
      failed = false;
      if (wish) post('call', wish);
      cover.remove();
      // The visitor may have gone on reading or typing elsewhere in the meantime: then the focus stays there.
      if (isOpen && wantsFocus && [host, document.body].includes(document.activeElement)) frame.focus();
      if (!announced) emit('ready');
      announced = true;
    },
    close,
    unread(message) {
      ({ count: unread, text: news } = message);
      tell();
      emit('unread', { count: unread });
    },
    call({ detail }) {
      emit('call', detail);
      wish = 0;
    },
    queue(message) {
      ({ place, text: queued } = message);
      tell();
    },
    conversation(message) {
      conversation = message.open;
      if (!rememberOpen()) remember('');
    },
    async vault({ call, id, value }) {
      // Refused storage answers null.
      post('vault', { call, value: await vault(id, value).catch(() => null) });
    },
  };

  listen(window, 'message', ({ source, origin: sender, data }) => {
    if (!frame || source !== frame.contentWindow || sender !== origin || data?.frontdesk !== 1) return;
    if (data.type === 'hello' || data.nonce === nonce) heard[data.type]?.(data);
  });
  listen(document, 'visibilitychange', tell);
  listen(window, 'resize', measure);
  for (const name of ['resize', 'scroll']) listen(visualViewport, name, measure);
  listen(box, 'keydown', (event) => event.key === 'Escape' && close());
  // A pressed mouse button is a click in a tenth of a second; a touch may yet become a scroll.
  listen(launcher, 'pointerdown', (event) => event.pointerType === 'mouse' && !event.button && !frame && load());

  // --- the interface for the host page -------------------------------------------------------------------------

  const observer = new MutationObserver(attach);
  const subscriptions = [];
  const api = {
    // A page may pass an event on, whose view is its window.
    open: (options) => (typeof options?.view === 'string' ? openCall(options.media, options.view) : open()),
    startCall: (options) => openCall(options?.media),
    hangUp: () => post('hang'),
    close,
    toggle,
    getUnread: () => unread,
    /** Calls `run` with the event's detail; answers its own undo. */
    on(name, run) {
      const type = `frontdesk:${name}`;
      const call = (event) => run(event.detail);
      const stop = () => removeEventListener(type, call);
      listen(window, type, call);
      subscriptions.push({ name, run, stop });
      return stop;
    },
    off(name, run) {
      for (const entry of subscriptions) if (entry.name === name && entry.run === run) entry.stop();
    },
    destroy() {
      heard.queue({});
      clearTimeout(timer);
      observer.disconnect();
      gone.abort();
      host.remove();
      frame = undefined;
      delete window.frontdesk;
      delete window[REGISTRY];
    },
  };

  const early = window.frontdesk?.q || [];
  const command = (name, ...values) =>
    api[name] ? api[name](...values) : console.error(`frontdesk: there is no "${name}"`);
  window.frontdesk = Object.assign(command, api);

  // --- start ---------------------------------------------------------------------------------------------------

  shadow.append(box);
  try {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(CSS_TEXT);
    shadow.adoptedStyleSheets = [sheet];
  } catch {
    // A browser from before constructable sheets gets a plain link to the same desk.
    box.replaceChildren(link);
    box.style.cssText = 'position:fixed;bottom:20px;right:20px;padding:12px;background:#fff';
  }
  observer.observe(root, { childList: true });
  attach();
  for (const values of early) command(...values);

  const kept = remember();
  if (kept) {
    conversation = true;
    const resume = () => {
      if (frame) return;
      // On a phone the panel would cover the page that the visitor has just asked for.
      if (kept === '2' && !phones.matches) setOpen(true, false);
      else load();
    };
    const whenIdle = () => (window.requestIdleCallback || setTimeout)(resume);
    if (document.readyState === 'complete') whenIdle();
    else listen(window, 'load', whenIdle);
  }
})();
