// Starts the widget: in the frame behind the loader, or in the page itself.

// The build says where this is: with its parts split off, or as wasm-pack made it.
import init, { mount } from 'frontdesk-widget';

const LANGUAGES = ['en', 'zh-CN', 'ar'];
const root = document.getElementById('frontdesk');
const asset = (path) => new URL(path, import.meta.url);
const inline = root.dataset.mode === 'inline' || window.parent === window;
const desk = root.dataset.desk || new URLSearchParams(location.search).get('desk');

let sentences;

/** Signalling and media of a call, loaded when one is begun. */
const softphone = () => import(asset('softphone.js'));

/** The clock of a call, which goes on in a hidden tab. */
const ticker = () => import(asset('ticker.js'));

/** The first language of these that has a file; English otherwise. */
const languageOf = (tags) => {
  for (const tag of tags) {
    const found = LANGUAGES.find((have) => have.slice(0, 2) === tag.slice(0, 2).toLowerCase());
    if (found) return found;
  }
  return LANGUAGES[0];
};

const fetchTexts = async (language) => {
  const answer = await fetch(asset(`locales/${language}.json`));
  if (!answer.ok) throw new Error(answer.statusText);
  return answer.json();
};

/** Puts the host's colour in, with the better readable of black and white on it. */
const paint = (color) => {
  const style = document.documentElement.style;
  root.style.color = '';
  root.style.color = color;
  if (!root.style.color) return;
  const channels = getComputedStyle(root).color.match(/[\d.]+/g).map((channel) => (channel / 255) ** 2.2);
  root.style.color = '';
  const bright = 0.21 * channels[0] + 0.72 * channels[1] + 0.07 * channels[2] > 0.18;
  style.setProperty('--frontdesk-accent', color);
  style.setProperty('--frontdesk-on-accent', bright ? '#000' : '#fff');
};

/** What the visitor reads when the widget cannot start; the way out is to try again. */
const apologise = () => {
  const [words, retry] = {
    en: ['The chat could not be opened. Please try again.', 'Try again'],
    'zh-CN': ['在线客服暂时无法打开，请重试。', '重试'],
    ar: ['تعذّر فتح المحادثة. أعد المحاولة من فضلك.', 'إعادة المحاولة'],
  }[languageOf(navigator.languages)];
  const sentence = document.createElement('p');
  sentence.textContent = words;
  const again = document.createElement('button');
  again.type = 'button';
  again.className = 'fd-button';
  again.textContent = retry;
  again.addEventListener('click', () => location.reload());
  const box = document.createElement('div');
  box.className = 'fd-root fd-apology';
  box.setAttribute('role', 'alert');
  box.dir = 'auto';
  box.append(sentence, again);
  root.replaceChildren(box);
};

/** The widget, with the sentences of its language. */
const start = async (settings, host, open) => {
  const tags = [settings.locale, ...navigator.languages].filter(Boolean);
  const language = languageOf(tags);
  // The visitor's own variant of the language writes the dates: en-GB rather than en.
  const locale = tags.find((tag) => languageOf([tag]) === language && tag.startsWith(language.slice(0, 2))) || language;
  document.documentElement.lang = language;
  const [texts] = await Promise.all([fetchTexts(language), wasm]);
  sentences = texts;
  if (settings.color) paint(settings.color);
  return mount(root, {
    endpoint: root.dataset.endpoint || asset('.').origin,
    desk,
    locale,
    texts,
    title: settings.title,
    theme: settings.theme,
    stylesheet: root.dataset.stylesheet,
    host,
    open,
  });
};

/** Beside the loader: see docs/frame-protocol.md. */
const serveLoader = () => {
  let nonce;
  let origin;
  let handle;
  let calls = 0;
  let viewport;
  let shown;
  const answers = new Map();

  const post = (type, fields) => window.parent.postMessage({ frontdesk: 1, nonce, type, ...fields }, origin);

  const host = {
    close: () => post('close'),
    unread: (count) => post('unread', { count, text: sentences.unread.replace('{count}', count) }),
    queue: ([place, text]) => post('queue', { place, text }),
    conversation: (open) => post('conversation', { open }),
    ready: () => post('ready'),
    softphone,
    ticker,
    vaultGet: () =>
      new Promise((resolve) => {
        answers.set(++calls, resolve);
        post('vault-get', { call: calls });
      }),
    vaultPut: (value) => post('vault-put', { value }),
  };

  const show = () => {
    if (viewport) handle?.setPhone(viewport.phone);
    if (shown) handle?.setOpen(shown.open, Boolean(shown.focus));
  };

  const heard = {
    async init(message) {
      shown = { open: message.open, focus: message.focus };
      handle = await start(message.settings, host, message.open);
      show();
    },
    shown(message) {
      shown = message;
      show();
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
    Promise.resolve(Object.hasOwn(heard, data.type) && heard[data.type](data)).catch(apologise);
  });
  window.parent.postMessage({ frontdesk: 1, type: 'hello' }, '*');
};

// Read before anything is awaited: compiling and asking for the settings go on side by side.
const wasm = init({ module_or_path: asset('frontdesk_bg.wasm') });

if (inline) {
  const { locale, theme, title, color } = root.dataset;
  const page = locale || (root.dataset.mode === 'inline' && document.documentElement.lang) || null;
  // A site's own SDK may take the place of ours: see docs/calls.md.
  let adapter;
  window.frontdesk = { ...window.frontdesk, useSoftphone: (own) => void (adapter = own) };
  const host = { softphone: () => adapter ?? softphone(), ticker };
  start({ locale: page, theme, title, color }, host, true).catch(apologise);
} else {
  serveLoader();
  wasm.catch(apologise);
}
