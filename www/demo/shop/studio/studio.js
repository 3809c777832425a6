// A web team chooses, sees it live, and takes the tag along.

const LANGUAGES = ['en', 'zh-CN', 'zh-TW', 'ar', 'es', 'pt', 'fr', 'de', 'ja', 'ko'];
const ATTRIBUTES = ['desk', 'mode', 'position', 'theme', 'color', 'locale', 'title', 'calls', 'sound', 'back', 'pageTitle', 'badge'];
const SENTENCES = ['welcome_title', 'welcome_robot', 'composer_hint'];
/** The panel is not made anew for every letter. */
const PAUSE_MS = 400;

const find = (id) => document.getElementById(id);
const form = find('form');
const origin = new URL(document.querySelector('script[data-desk]').src).origin;
let live;
let made = {};
let timer;

const names = new Intl.DisplayNames(['en'], { type: 'language' });
for (const tag of LANGUAGES) form.elements.locale.append(new Option(`${new Intl.DisplayNames([tag], { type: 'language' }).of(tag)} (${names.of(tag)})`, tag));

/** What was chosen, without what is left as it is. */
const chosen = () => {
  const data = new FormData(form);
  const picked = (keys) => Object.fromEntries(keys.map((key) => [key, String(data.get(key) ?? '').trim()]).filter(([, value]) => value));
  const settings = picked(ATTRIBUTES);
  const texts = picked(SENTENCES);
  return Object.keys(texts).length ? { ...settings, texts } : settings;
};

const escape = (text) => text.replace(/[&"<>]/g, (sign) => ({ '&': '&amp;', '"': '&quot;', '<': '&lt;', '>': '&gt;' })[sign]);

const tagOf = ({ texts, ...settings }) => {
  const attributes = Object.entries(settings).map(([name, value]) => `  data-${name.replace(/[A-Z]/g, (sign) => `-${sign.toLowerCase()}`)}="${escape(value)}"`);
  if (texts) attributes.push(`  data-texts="${escape(JSON.stringify(texts))}"`);
  return `<script async src="${origin}/frontdesk.js"\n${attributes.join('\n')}></${'script'}>`;
};

/** Red, green and blue from 0 to 1, whatever words the colour is said in. */
const channelsOf = (color) => {
  const probe = find('contrast');
  for (const said of [color, `color-mix(in srgb, ${color}, ${color})`]) probe.style.color = said;
  const seen = getComputedStyle(probe).color;
  probe.style.color = '';
  const most = seen.startsWith('color') ? 1 : 255;
  return seen.match(/[\d.]+/g).slice(0, 3).map((channel) => Number(channel) / most);
};

/** Relative luminance (WCAG 2.2). */
const luminance = (color) => {
  const [red, green, blue] = channelsOf(color).map((channel) => (channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
};

const tellContrast = (color) => {
  if (!color) return (find('contrast').textContent = '');
  if (!CSS.supports('color', color)) return (find('contrast').textContent = 'That is no colour.');
  const light = luminance(color);
  const best = Math.max(1.05 / (light + 0.05), (light + 0.05) / 0.05);
  const word = 1.05 / (light + 0.05) === best ? 'White' : 'Black';
  find('contrast').textContent = `${word} text on it: ${best.toFixed(1)} to 1${best < 4.5 ? ', hard to read' : ''}.`;
};

const show = () => {
  const { desk = 'shop', mode = 'bubble', ...settings } = chosen();
  try {
    if (!live || made.desk !== desk || made.mode !== mode) {
      const open = live?.getState().open;
      live?.destroy();
      live = frontdesk.create({ ...settings, desk, mode });
      if (open) live.open();
    } else {
      // What is no longer chosen is as it was.
      const gone = Object.keys(made.settings).filter((name) => !(name in settings));
      live.update({ ...Object.fromEntries(gone.map((name) => [name, undefined])), ...settings });
    }
    made = { desk, mode, settings };
    find('problem').textContent = '';
  } catch (error) {
    find('problem').textContent = error.message;
  }
};

const follow = ({ target } = {}) => {
  if (target?.name === 'swatch') form.elements.color.value = target.value;
  const { color, position } = chosen();
  // The form stays beside the panel.
  document.body.dataset.side = position ?? '';
  if (/^#[0-9a-f]{6}$/i.test(color ?? '')) form.elements.swatch.value = color;
  tellContrast(color);
  find('tag').textContent = tagOf(chosen());
  find('copied').textContent = '';
  clearTimeout(timer);
  if (form.checkValidity()) timer = setTimeout(show, target ? PAUSE_MS : 0);
};

form.addEventListener('input', follow);
form.addEventListener('submit', (event) => event.preventDefault());
find('open').addEventListener('click', () => live?.open());
find('copy').addEventListener('click', async () => {
  try {
    await navigator.clipboard.writeText(find('tag').textContent);
    find('copied').textContent = 'Copied.';
  } catch {
    getSelection().selectAllChildren(find('tag'));
    find('copied').textContent = 'Your browser does not let us copy: it is selected.';
  }
});

/** The loader comes when it comes. */
const begin = () => (window.frontdesk?.create ? follow() : setTimeout(begin, 50));
begin();
