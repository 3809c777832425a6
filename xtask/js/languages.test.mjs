// node --test xtask/js/languages.test.mjs : which language a visitor reads, and the website's own sentences.
import assert from 'node:assert/strict';
import test from 'node:test';
import * as apologies from '../../www/apologies.js';
import { LANGUAGES, choose } from '../../www/languages.js';
import { wordsFor } from '../../www/loader/language.js';
import { overrides } from '../../www/overrides.js';

test('a tag is matched by what it means', () => {
  const expected = {
    'zh-TW': 'zh zh-Hant zh-HK zh-MO zh-hant-hk yue yue-HK ZH-tw zh_TW',
    'zh-CN': 'zh-Hans zh-SG zh-Hans-HK cmn yue-Hans',
    pt: 'pt-BR pt-PT PT_pt pt-AO',
    en: 'en en-GB en-u-hc-h23 EN-us',
    es: 'es-419 es-MX',
    fr: 'fr-CA',
    de: 'de-AT de-CH gsw-x',
    ar: 'ar-EG ar-Latn',
    ja: 'ja-JP',
    ko: 'ko-KR ko-KP',
  };
  // Mandarin without a script is written as in China; Swiss German has no file.
  expected['zh-TW'] = expected['zh-TW'].replace('zh ', '');
  expected['zh-CN'] += ' zh';
  expected.de = 'de-AT de-CH';
  for (const [language, tags] of Object.entries(expected)) {
    for (const tag of tags.split(' ')) assert.equal(choose([tag]).language, language, tag);
  }
});

test('the first tag that has a file counts; nonsense does not', () => {
  assert.equal(choose([null, 'nl', 'fr-CH', 'de']).language, 'fr');
  assert.equal(choose(['<script>', '', 7, 'x', 'ja']).language, 'ja');
  assert.equal(choose(['nl']).language, 'en');
  assert.equal(choose([]).language, 'en');
});

test('the loader, which cannot wait for tables, reads the same', () => {
  const words = Object.fromEntries(LANGUAGES.map((language) => [language, language]));
  const tags = 'zh zh-CN zh-TW zh-Hant zh-HK zh-MO zh-SG zh-Hans zh-Hans-HK zh_TW ZH-hant-cn yue yue-HK yue-Hans cmn pt-BR pt_PT en-u-hc-h23 ' +
    'ar-EG de-AT ja-JP ko-KP fr es-419 nl x - constructor <script>';
  for (const tag of tags.split(' ')) assert.equal(wordsFor([tag], words), choose([tag]).language, tag);
  assert.equal(wordsFor([null, undefined, 7, 'nl', 'fr-CH', 'de'], words), 'fr');
  assert.equal(wordsFor([], words), 'en');
});

test("the visitor's variant of the language writes dates and numbers", () => {
  assert.deepEqual(choose(['en-GB']), { language: 'en', locale: 'en-GB' });
  assert.deepEqual(choose(['pt_PT', 'en']), { language: 'pt', locale: 'pt-PT' });
  assert.deepEqual(choose(['yue-HK']), { language: 'zh-TW', locale: 'zh-TW' });
  assert.deepEqual(choose(['nl-BE']), { language: 'en', locale: 'en' });
  // Whatever is answered can be used with `Intl`.
  for (const tags of [['zh_Hant_HK'], ['no such'], LANGUAGES]) new Intl.PluralRules(choose(tags).locale);
});

test('every language has its apologies, and no two are the same', () => {
  for (const said of [apologies.failed, apologies.refused]) {
    assert.deepEqual(Object.keys(said).sort(), [...LANGUAGES].sort());
    for (const [sentence, button] of Object.values(said)) assert.ok(sentence.trim() && button.trim());
    assert.equal(new Set(Object.values(said).map(([sentence]) => sentence)).size, LANGUAGES.length);
  }
});

/** What is written over two parts, and what is told. */
const apply = (given) => {
  const told = [];
  globalThis.reportError = (error) => told.push(error.message);
  const first = { direction: 'ltr', title: 'Chat', place: 'Number {place}', 'unread.one': 'One', 'unread.other': '{count} unread' };
  const more = { leave: 'Leave' };
  const overwrite = overrides(given);
  const rest = overwrite(first);
  overwrite(more, true);
  return { first, more, rest, told: told.join('\n') };
};

test('sentences are written over ours in either part, in one form or in all', () => {
  const { first, more, rest, told } = apply({ title: 'Ask Mia', leave: 'Go', 'unread.one': 'A new one' });
  assert.deepEqual([first.title, more.leave, first['unread.one'], first['unread.other']], ['Ask Mia', 'Go', 'A new one', '{count} unread']);
  assert.deepEqual([rest, told], [true, '']);
  const all = apply('{"unread": "{count} new", "place": "Place {place}"}');
  assert.deepEqual([all.first['unread.one'], all.first['unread.other'], all.first.place], ['{count} new', '{count} new', 'Place {place}']);
  assert.equal(all.rest, false);
});

test('what cannot be taken is told and left alone', () => {
  const { first, told } = apply({ nonsense: 'x', direction: 'rtl', title: 7, place: 'At {where}', leave: ' ', 'unread.few': 'x' });
  assert.deepEqual([first.direction, first.title, first.place], ['ltr', 'Chat', 'Number {place}']);
  for (const fault of [
    'texts.direction belongs to the language',
    'texts.title must be a text',
    'texts.leave is empty',
    'texts.place has {where}, which nothing fills',
    'texts.nonsense is unknown',
    'texts.unread.few is unknown',
  ]) {
    assert.ok(told.includes(fault), `${fault}: ${told}`);
  }
});

test('there are bounds', () => {
  assert.match(apply({ title: 'x'.repeat(1001) }).told, /texts.title has 1001 characters/);
  const many = Object.fromEntries(Array.from({ length: 401 }, (_, at) => [`key${at}`, 'x']));
  assert.match(apply({ ...many, title: 'late' }).told, /texts has 402 entries, 400 are read/);
  assert.equal(apply({ ...many, title: 'late' }).first.title, 'Chat');
  // One line, however many faults.
  assert.ok(apply(many).told.length < 1000);
  for (const given of ['{', '[]', [], 7, 'null']) assert.match(apply(given).told, /texts (is not JSON|must be an object)/);
});

test('keys of every object do no harm', () => {
  const { first, told } = apply(JSON.parse('{"__proto__": "x", "constructor": "y", "toString": "z"}'));
  assert.equal(Object.getPrototypeOf(first), Object.prototype);
  assert.match(told, /texts.constructor is unknown/);
});
