// locales.mjs check DIR      : every locale file of DIR has the same keys, and the same placeholders under each.
// locales.mjs minify DIR OUT FIRST : writes the files of DIR to OUT without white space, each in two: NAME.json has the
//                                    sentences that the list FIRST names, NAME.more.json the others.
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [command, dir, out, list] = process.argv.slice(2);
const files = readdirSync(dir).filter((name) => name.endsWith('.json')).sort();
const read = (name) => {
  try {
    return JSON.parse(readFileSync(join(dir, name), 'utf8'));
  } catch (error) {
    console.error(`${join(dir, name)}: ${error.message}`);
    process.exit(1);
  }
};

/** Flattens nested objects to a map from dotted key to text. */
const flatten = (value, path = '') =>
  value !== null && typeof value === 'object'
    ? Object.entries(value).flatMap(([key, inner]) => flatten(inner, path ? `${path}.${key}` : key))
    : [[path, String(value)]];
const placeholders = (text) => [...new Set(text.match(/\{[a-z_]+\}/g) ?? [])].sort().join(' ');
// Languages differ in their plural forms (English: one, other; Chinese: other), so these keys may be missing.
const isPluralForm = (key) => /[._](zero|one|two|few|many)$/.test(key);

if (command === 'minify') {
  mkdirSync(out, { recursive: true });
  const first = new Set(JSON.parse(readFileSync(list, 'utf8')));
  for (const name of files) {
    const texts = Object.entries(read(name));
    const write = (as, wanted) =>
      writeFileSync(join(out, as), JSON.stringify(Object.fromEntries(texts.filter(([key]) => first.has(key) === wanted))));
    write(name, true);
    write(name.replace('.json', '.more.json'), false);
  }
} else {
  const [first, ...others] = files;
  const faults = [];
  const reference = new Map(flatten(first ? read(first) : {}));
  for (const name of others) {
    const texts = new Map(flatten(read(name)));
    for (const [key, text] of reference) {
      if (isPluralForm(key)) continue;
      if (!texts.has(key)) faults.push(`${name} has no "${key}" (${first} has it)`);
      else if (placeholders(text) !== placeholders(texts.get(key)))
        faults.push(`${name} "${key}" has placeholders "${placeholders(texts.get(key))}", ${first} has "${placeholders(text)}"`);
    }
    for (const key of texts.keys())
      if (!reference.has(key) && !isPluralForm(key)) faults.push(`${first} has no "${key}" (${name} has it)`);
  }
  for (const fault of faults) console.error(fault);
  process.exit(faults.length ? 1 : 0);
}
