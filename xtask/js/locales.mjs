// locales.mjs check      : every language has every sentence, in every plural form, with the same places.
// locales.mjs minify OUT : the same, then writes the files to OUT without white space, each in two: NAME.json has the
//                          sentences of the first view, NAME.more.json the others.
// locales.mjs loader FILE: the same, then writes a module with the few sentences that the loader says itself.
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LANGUAGES } from '../../www/languages.js';
import { faultsOf } from './locale_rules.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const read = (path) => {
  try {
    return JSON.parse(readFileSync(join(root, path), 'utf8'));
  } catch (error) {
    console.error(`${path}: ${error.message}`);
    process.exit(1);
  }
};

const [command, out] = process.argv.slice(2);
const names = readdirSync(join(root, 'www/locales')).filter((name) => name.endsWith('.json')).sort();
const texts = Object.fromEntries(names.map((name) => [name.replace('.json', ''), read(`www/locales/${name}`)]));
const first = read('www/first-texts.json');
// `NAME = "key",` within the macro that names every key.
const code = readFileSync(join(root, 'src/ui/text.rs'), 'utf8').match(/\nkeys! \{\n([^}]*)\n\}/)?.[1] ?? '';
const keys = [...code.matchAll(/^ *[A-Z0-9_]+ = "([a-z0-9_]+)",$/gm)].map(([, key]) => key);

/** What the loader says itself, in this order; the last are known to nobody else. */
const SAID = ['close', 'error_connection', 'try_again', 'consent_text', 'consent_yes', 'consent_no', 'consent_more'];
/** What stands on its button. */
const WORD = 'launcher';
const ofLoader = [...SAID.slice(3), WORD];

const faults = keys.length ? faultsOf({ keys: [...keys, ...ofLoader], texts, languages: LANGUAGES, first }) : ['src/ui/text.rs names no key'];
for (const fault of faults) console.error(`www/locales: ${fault}`);
if (faults.length) process.exit(1);

if (command === 'minify') {
  mkdirSync(out, { recursive: true });
  for (const [language, own] of Object.entries(texts)) {
    const write = (name, wanted) => {
      const widgets = Object.entries(own).filter(([key]) => !ofLoader.includes(key));
      const part = widgets.filter(([key]) => first.includes(key.split('.')[0]) === wanted);
      writeFileSync(join(out, name), JSON.stringify(Object.fromEntries(part)));
    };
    write(`${language}.json`, true);
    write(`${language}.more.json`, false);
  }
}

if (command === 'loader') {
  const each = (pick) => JSON.stringify(Object.fromEntries(Object.entries(texts).map(([language, own]) => [language, pick(own)])));
  // The button's word is the same in every way of writing a language, so that the first file need not tell them apart.
  const words = {};
  for (const [tag, { [WORD]: word }] of Object.entries(texts)) {
    const [language] = tag.split('-');
    if (words[language] && words[language] !== word) throw new Error(`www/locales: ${WORD} is not the same in all of ${language}`);
    words[language] = word;
  }
  const sentences = each((own) => SAID.map((key) => own[key]));
  mkdirSync(dirname(out), { recursive: true });
  writeFileSync(out, `export const words = {"__proto__":null,${JSON.stringify(words).slice(1)};\nexport const sentences = ${sentences};\n`);
}
