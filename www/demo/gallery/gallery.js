// Shows every view in every state: ?lang=en&theme=light&width=desktop, and &scene=robot,agent for some of them. With &bare
// there is one scene and nothing else, as in the frame.

import init, { Scene } from 'frontdesk-widget';
import { answerCalls } from './calls.js';
import { scenes } from './scenes.js';
import { LANGUAGES } from '../../languages.js';
import { wordsOf } from './words.js';

const CHOICES = { lang: LANGUAGES, theme: ['light', 'dark'], width: ['desktop', 'phone'] };
const here = (path) => new URL(path, import.meta.url).href;
const asked = new URLSearchParams(location.search);
const chosen = Object.fromEntries(
  Object.entries(CHOICES).map(([name, values]) => [name, values.includes(asked.get(name)) ? asked.get(name) : values[0]]),
);

const bare = asked.has('bare');

/** A short tone, so that the players have something to play (RIFF WAVE, 8 bits, 8 kHz). */
const tone = () => {
  const samples = 8000 * 3;
  const bytes = new DataView(new ArrayBuffer(44 + samples));
  const text = (at, word) => [...word].forEach((sign, index) => bytes.setUint8(at + index, sign.charCodeAt(0)));
  text(0, 'RIFF');
  bytes.setUint32(4, 36 + samples, true);
  text(8, 'WAVEfmt ');
  bytes.setUint32(16, 16, true);
  bytes.setUint16(20, 1, true);
  bytes.setUint16(22, 1, true);
  bytes.setUint32(24, 8000, true);
  bytes.setUint32(28, 8000, true);
  bytes.setUint16(32, 1, true);
  bytes.setUint16(34, 8, true);
  text(36, 'data');
  bytes.setUint32(40, samples, true);
  for (let at = 0; at < samples; at++) bytes.setUint8(44 + at, 128 + 40 * Math.sin((at * 2 * Math.PI * 440) / 8000));
  return URL.createObjectURL(new Blob([bytes], { type: 'audio/wav' }));
};

const moment = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const links = () => {
  const nav = document.querySelector('nav');
  for (const [name, values] of Object.entries(CHOICES)) {
    for (const value of values) {
      const link = document.createElement('a');
      const query = new URLSearchParams({ ...chosen, [name]: value });
      link.href = `?${query}`;
      link.textContent = value;
      if (chosen[name] === value) link.setAttribute('aria-current', 'true');
      nav.append(link);
    }
  }
};

const show = (name, { play, tall, after, host }, context) => {
  const caption = document.createElement('figcaption');
  caption.textContent = name;
  const place = document.createElement('div');
  place.className = tall ? 'scene tall' : 'scene';
  place.id = name;
  // As in the frame, where it is all that there is.
  const root = document.createElement(bare ? 'main' : 'div');
  place.append(root);
  if (bare) {
    document.body.replaceChildren(place);
  } else {
    const figure = document.createElement('figure');
    figure.append(caption, place);
    document.querySelector('main').append(figure);
  }
  const { texts, sources } = context;
  // The host can hide the panel, so the button for that is there.
  const settings = { name, texts, locale: chosen.lang, theme: chosen.theme, sources, host: { close() {}, ...host } };
  const scene = new Scene(root, settings, Date.now());
  if (chosen.width === 'phone') root.toggleAttribute('data-phone', true);
  const failed = (error) => {
    caption.textContent += `: ${error}`;
    console.error(`${name}:`, error);
  };
  try {
    play(scene, context.words, name);
  } catch (error) {
    failed(error);
  }
  // What a visitor does by hand; parts of the widget may still be on their way.
  if (after) context.waiting.push(moment(300).then(() => after(root, scene, context.words, name)).catch(failed));
  return scene;
};

const main = async () => {
  document.body.dataset.theme = chosen.theme;
  document.body.dataset.width = chosen.width;
  document.body.toggleAttribute('data-bare', bare);
  document.documentElement.lang = chosen.lang;
  links();
  const [texts] = await Promise.all([
    fetch(here(`locales/${chosen.lang}.json`)).then((answer) => answer.json()),
    init({ module_or_path: here('frontdesk_bg.wasm') }),
  ]);
  answerCalls();
  const sound = tone();
  const sources = { bowl: here('art/bowl.svg'), tea: here('art/tea.svg'), sound, film: sound };
  const context = { texts, sources, words: wordsOf(chosen.lang), waiting: [] };
  window.names = Object.keys(scenes);
  const wanted = asked.get('scene')?.split(',');
  window.scenes = Object.entries(scenes)
    .filter(([name]) => !wanted || wanted.includes(name))
    .map(([name, scene]) => show(name, scene, context));
  // What is done by hand is done, and has moved to where it belongs.
  await Promise.all([moment(400), ...context.waiting]);
  await moment(800);
  document.body.setAttribute('data-ready', '');
};

main();
