// Starts the widget: in the frame behind the loader, or in the page itself.

// The build says where this is: with its parts split off, or as wasm-pack made it.
import init, { mount } from 'frontdesk-widget';

import { choose } from './languages.js';

const root = document.getElementById('frontdesk');
const asset = (path) => new URL(path, import.meta.url);
const inline = root.dataset.mode === 'inline' || window.parent === window;
const desk = root.dataset.desk || new URLSearchParams(location.search).get('desk');
const endpoint = root.dataset.endpoint || asset('.').origin;
// A panel has opened this window and hands its visitor over. The ticket stays in no address and in no history.
const ticket = inline && new URLSearchParams(location.hash.slice(1)).get('ticket');
if (ticket) history.replaceState(null, '', location.pathname + location.search);

/** The languages that the visitor reads, the best first. */
let tags = navigator.languages;
let sentences;
let plural;

/** A loader that has a vault answers sooner. */
const VAULT_MS = 10000;

let letGo = () => {};

/**
 * A tab that leads holds a lock, and those behind it wait for that: the browser frees it when the tab dies, and tells the
 * next. A frozen tab keeps it, so whoever leads takes it. Where there are no locks nobody is told.
 */
const lead = ([leads, vacant]) => {
  letGo();
  if (leads === null || !navigator.locks) return;
  const gone = new AbortController();
  let end;
  const held = new Promise((resolve) => (end = resolve));
  letGo = () => {
    gone.abort();
    end();
  };
  const how = leads ? { steal: true } : { signal: gone.signal };
  const run = () => {
    if (!leads) vacant();
    return held;
  };
  navigator.locks.request(`frontdesk/${desk}`, how, run).catch(() => {});
};

/** How often the next could not be loaded. */
let failed = 0;
/** Signalling and media of a call, loaded when one is begun. */
const softphone = () =>
  import(asset(`softphone.js${failed ? `?${failed}` : ''}`)).catch((error) => {
    // A browser may keep in mind that an address failed.
    failed += 1;
    throw error;
  });

/** The tone for what no tab shows. A file that cannot be loaded is a tone that is not heard. */
const sound = () => import('./sound.js').then(({ ring }) => ring()).catch(() => {});

/** The clock of a call, which goes on in a hidden tab. */
const ticker = () => import(asset('ticker.js'));

const fetchTexts = async (name) => {
  const answer = await fetch(asset(`locales/${name}.json`));
  if (!answer.ok) throw new Error(answer.statusText);
  return answer.json();
};

/** Adds the sentences that the first view does without, once they are asked for. Nothing to wait for when they are there. */
const completing = (texts, language, overwrite) => {
  let coming;
  return () =>
    (coming ??= fetchTexts(`${language}.more`).then(
      (more) => {
        overwrite?.(more, true);
        Object.assign(texts, more);
        coming = 0;
      },
      (error) => {
        coming = undefined;
        throw error;
      },
    ));
};

/** Puts the host's colour in, with the better readable of black and white on it. */
const paint = (color) => {
  const style = document.documentElement.style;
  for (const name of ['accent', 'on-accent']) style.removeProperty(`--frontdesk-${name}`);
  root.style.color = '';
  root.style.color = color;
  if (!root.style.color) return;
  // Whatever words it is said in.
  root.style.color = `color-mix(in srgb,${color},${color})`;
  const seen = getComputedStyle(root).color;
  const most = seen.startsWith('color') ? 1 : 255;
  const channels = seen.match(/[\d.]+/g).map((channel) => (channel / most) ** 2.2);
  root.style.color = '';
  const bright = 0.21 * channels[0] + 0.72 * channels[1] + 0.07 * channels[2] > 0.18;
  style.setProperty('--frontdesk-accent', color);
  style.setProperty('--frontdesk-on-accent', bright ? '#000' : '#fff');
};

/** What else of the page's style the panel takes over, and the property that says whether a value is one. */
const TOKENS = { font: 'font-family', radius: 'border-radius' };
const dress = (tokens) => {
  for (const [name, property] of Object.entries(TOKENS)) {
    const value = tokens?.[name];
    const fits = typeof value === 'string' && value.length < 300 && !/var\(|url\(/i.test(value) && CSS.supports(property, value);
    if (fits) document.documentElement.style.setProperty(`--frontdesk-${name}`, value);
  }
};

/** Once more, and with the ticket: it may not be used yet. */
const again = () => {
  if (ticket) location.replace(`#ticket=${ticket}`);
  location.reload();
};

/** What is said instead of the widget, and on the button: by the visitor's language as far as anything can be loaded. */
const apology = async (why) => {
  const { language } = choose(tags);
  if (sentences && why === 'failed') return [sentences.error_connection, sentences.try_again];
  const said = await import('./apologies.js').catch(() => null);
  return said?.[why][language] ?? ['The chat could not be opened. Please try again.', 'Try again'];
};

/** What the visitor reads when the widget cannot start, and the way out. */
const apologise = async (why = 'failed', wayOut = again) => {
  const [words, retry] = await apology(why);
  const sentence = document.createElement('p');
  sentence.textContent = words;
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'fd-button';
  button.textContent = retry;
  button.addEventListener('click', wayOut);
  const box = document.createElement('div');
  box.className = 'fd-root fd-apology';
  box.setAttribute('role', 'alert');
  box.dir = 'auto';
  box.append(sentence, button);
  root.replaceChildren(box);
};

/** The widget, with the sentences of its language. */
const start = async (settings, host, open, taken) => {
  tags = [settings.locale, ...navigator.languages];
  const { language, locale } = choose(tags);
  document.documentElement.lang = language;
  const own = settings.texts && import('./overrides.js').then(({ overrides }) => overrides(settings.texts));
  const come = fetchTexts(language).then((texts) => (sentences = texts));
  const [texts, overwrite] = await Promise.all([come, own, wasm]);
  const moreTexts = completing(texts, language, overwrite);
  // What is not of the first part is of the other, or unknown: whoever wrote it wants to know at once.
  if (overwrite?.(texts)) moreTexts().catch(() => {});
  plural = new Intl.PluralRules(locale);
  if (settings.color) paint(settings.color);
  dress(settings.tokens);
  return mount(root, {
    endpoint,
    desk,
    locale,
    texts,
    title: settings.title,
    theme: settings.theme,
    stylesheet: root.dataset.stylesheet,
    host: { softphone, ticker, lead, sound: settings.sound === 'on' && sound, handOver: handOver(settings), moreTexts, ...host },
    open,
    session: taken?.session,
    draft: taken?.draft,
    identity: settings.identity,
    about: settings.about,
  });
};

/** Another window is about to take the visitor over; what was not sent goes along. */
const handOver =
  (settings) =>
  async ([ticket, left]) => {
    const { handOver } = await import('./window.js');
    handOver(new URL(endpoint).origin, ticket, () => ({ draft: left(), settings }));
  };

/** Whether the call that the page wishes is one with video. */
const isVideo = ({ view = 'call', media = 'audio' }) => {
  if (view !== 'call') throw new TypeError(`frontdesk: there is no view "${view}"`);
  if (media !== 'audio' && media !== 'video') throw new TypeError('frontdesk: media must be "audio" or "video"');
  return media === 'video';
};

/** Beside the loader: see docs/frame-protocol.md. */
const serveLoader = () => {
  let nonce;
  let origin;
  let handle;
  let calls = 0;
  let viewport;
  let shown;
  let wish;
  // What the page wants before the widget is there.
  const orders = [];
  const answers = new Map();

  const post = (type, fields) => window.parent.postMessage({ frontdesk: 1, nonce, type, ...fields }, origin);

  const askVault = (wish) =>
    new Promise((resolve) => {
      answers.set(++calls, resolve);
      post('vault', { call: calls, ...wish });
      // A loader from the browser's cache may not know of this.
      setTimeout(resolve, VAULT_MS, null);
    });

  const host = {
    close: () => post('close'),
    unread: (count) => {
      const { locale } = plural.resolvedOptions();
      const sentence = sentences[`unread.${plural.select(count)}`] ?? sentences['unread.other'];
      post('unread', { count, text: sentence.replace('{count}', count.toLocaleString(locale)) });
    },
    queue: ([place, text]) => post('queue', { place, text }),
    conversation: (stand) => post('conversation', { open: stand > 1, sending: stand > 0 }),
    ready: () => post('ready'),
    call: (detail) => post('call', { detail }),
    told: ([name, detail]) => post('told', { name, detail }),
    renew: () => post('renew'),
    vault: async ([id, text]) => (await import('./vault.js')).vault(askVault, id, text),
  };

  const show = () => {
    if (viewport) handle?.setPhone(viewport.phone);
    if (shown) handle?.setOpen(shown.open, Boolean(shown.focus));
    if (!handle || wish === undefined) return;
    handle.startCall(wish);
    wish = undefined;
  };

  const soon = (order) => (handle ? order() : orders.push(order));

  const heard = {
    async init(message) {
      shown = { open: message.open, focus: message.focus };
      // A panel that is part of the page cannot be closed.
      const own = message.settings.mode === 'inline' ? { ...host, close: undefined } : host;
      handle = await start(message.settings, own, message.open);
      show();
      for (const order of orders.splice(0)) order();
    },
    shown(message) {
      shown = message;
      show();
    },
    call(message) {
      try {
        wish = isVideo(message);
        show();
      } catch (error) {
        reportError(error);
      }
    },
    hang: () => handle?.hangUp(),
    place: ({ call, called, data }) => soon(() => handle.placeCall(`${called}`, data, (code) => post('placed', { call, code }))),
    prefill: ({ text }) => typeof text === 'string' && soon(() => handle.prefill(text)),
    send: ({ text }) => typeof text === 'string' && soon(() => handle.say(text)),
    leave: () => soon(() => handle.logOut()),
    about: ({ about }) => soon(() => handle.setAbout(about)),
    look({ theme, color }) {
      paint(typeof color === 'string' ? color : '');
      soon(() => handle.setTheme(String(theme)));
    },
    viewport(message) {
      viewport = message;
      handle?.setPhone(message.phone);
    },
    vault({ call, value }) {
      answers.get(call)?.(value);
      answers.delete(call);
    },
  };

  window.addEventListener('message', ({ source, origin: sender, data }) => {
    if (source !== window.parent || data?.frontdesk !== 1 || typeof data.nonce !== 'string') return;
    if (data.type === 'init' && !nonce) {
      nonce = data.nonce;
      origin = sender;
    }
    if (sender !== origin || data.nonce !== nonce || (data.type === 'init' && handle)) return;
    Promise.resolve(Object.hasOwn(heard, data.type) && heard[data.type](data)).catch((error) => {
      reportError(error);
      apologise();
    });
  });
  // WebKit gives nothing in a frame the focus before the visitor has done something there. What is typed is for the composer.
  window.addEventListener('keydown', ({ target, key, ctrlKey, metaKey }) => {
    if (target === document.body && !key[1] && !ctrlKey && !metaKey) root.querySelector('textarea')?.focus();
  });
  window.parent.postMessage({ frontdesk: 1, type: 'hello' }, '*');
};

// Read before anything is awaited: compiling and asking for the settings go on side by side.
const wasm = init({ module_or_path: asset('frontdesk_bg.wasm') });

if (inline) {
  import('./alone.js')
    .then(({ serveItself }) => serveItself({ root, endpoint, desk, ticket, start, apologise, softphone, isVideo }))
    .catch(() => apologise());
} else {
  serveLoader();
  wasm.catch(() => apologise());
}
