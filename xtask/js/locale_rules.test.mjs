// node --test xtask/js/locale_rules.test.mjs
import assert from 'node:assert/strict';
import test from 'node:test';
import { faultsOf, formsOf } from './locale_rules.mjs';

const english = { direction: 'ltr', hello: 'Hello, {name}!', 'left.one': 'One left', 'left.other': '{count} left' };
const german = { direction: 'ltr', hello: 'Guten Tag, {name}!', 'left.one': 'Noch eins', 'left.other': 'Noch {count}' };
const arabic = {
  direction: 'rtl',
  hello: 'أهلًا {name}!',
  'left.zero': 'لا شيء',
  'left.one': 'بقي واحد',
  'left.two': 'بقي اثنان',
  'left.few': 'بقيت {count}',
  'left.many': 'بقي {count}',
  'left.other': 'بقي {count} ـ',
};
const faults = (changes, more = {}) =>
  faultsOf({
    keys: ['direction', 'hello', 'left'],
    texts: { en: english, de: { ...german, ...changes }, ar: arabic, ...more.texts },
    languages: more.languages ?? ['en', 'de', 'ar'],
    first: more.first ?? ['hello'],
    same: more.same ?? { de: ['direction'] },
  });

test('a complete set has no fault', () => assert.deepEqual(faults({}), []));

test('the forms are those that numbers of things take', () => {
  const forms = (language) => [...formsOf(language).keys()].sort().join(' ');
  assert.equal(forms('ar'), 'few many one other two zero');
  assert.equal(forms('en'), 'one other');
  assert.equal(forms('fr'), 'one other');
  assert.equal(forms('ja'), 'other');
});

test('what is missing is named', () => {
  const { hello, ...rest } = german;
  assert.deepEqual(faults({}, { texts: { de: rest } }), ['de "hello" is missing']);
  const { 'left.one': one, ...forms } = german;
  assert.deepEqual(faults({}, { texts: { de: forms } }), ['de "left.one" is missing']);
  const { 'left.two': two, ...dual } = arabic;
  assert.deepEqual(faults({}, { texts: { ar: dual } }), ['ar "left.two" is missing']);
  assert.match(faults({}, { first: ['bye'] }).join(), /there is no "bye"/);
});

test('what is superfluous is named', () => {
  assert.match(faults({ bye: 'Tschüs' }).join(), /de "bye" is superfluous/);
  assert.match(faults({ 'left.few': 'Noch {count}' }).join(), /de "left.few" is superfluous/);
  assert.match(faults({ left: 'Noch {count}' }).join(), /de "left" is superfluous/);
});

test('places are those of English; only the form for one number may lack its number', () => {
  assert.match(faults({ hello: 'Guten Tag!' }).join(), /de "hello" has the places none, English has \{name\}/);
  assert.match(faults({ hello: 'Guten Tag, {nam}!' }).join(), /has the places \{nam\}/);
  assert.match(faults({ hello: 'Guten Tag, {name!' }).join(), /has the places \{name!/);
  assert.match(faults({ 'left.other': 'Noch einige' }).join(), /"left.other" has the places none/);
  assert.match(faults({ 'left.one': 'Noch {number}' }).join(), /"left.one" has the places \{number\}/);
  // Both none and one are `one` in French.
  const french = { direction: 'ltr', hello: 'Bonjour {name} !', 'left.one': 'Encore un', 'left.other': 'Encore {count}' };
  const more = { texts: { fr: french }, languages: ['en', 'de', 'ar', 'fr'], same: { de: ['direction'], fr: ['direction'] } };
  assert.match(faults({}, more).join(), /fr "left.one" has the places none/);
});

test('English that was left standing is noticed, and a permission that is no longer used', () => {
  assert.match(faults({ hello: english.hello }).join(), /"hello" is the same as in English/);
  assert.match(faults({ 'left.one': english['left.one'] }).join(), /"left.one" is the same as in English/);
  assert.match(faults({}, { same: { de: ['direction', 'hello'] } }).join(), /"hello" is no longer the same/);
});

test('a sentence is a text of one line without marks of its own', () => {
  assert.match(faults({ hello: 7 }).join(), /is not a text/);
  assert.match(faults({ hello: ' ' }).join(), /is empty/);
  assert.match(faults({ hello: 'Tag, {name} ' }).join(), /begins or ends with a blank/);
  assert.match(faults({ hello: 'Tag, {name}...' }).join(), /three points/);
  assert.match(faults({ hello: 'Tag, <b>{name}</b>' }).join(), /a bracket of HTML/);
  assert.match(faults({ direction: 'left' }, { same: {} }).join(), /must be ltr or rtl/);
});

test('files and the list of languages agree', () => {
  assert.match(faults({}, { languages: ['en', 'de', 'ar', 'ja'] }).join(), /there is no file for ja/);
  assert.match(faults({}, { languages: ['en', 'de'] }).join(), /ar: www\/languages.js does not name it/);
});
