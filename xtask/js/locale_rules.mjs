// What makes a set of locale files complete: docs/languages.md.

/** Sentences that are rightly the same in English, by language. One that no longer is does not belong here. */
export const SAME_AS_ENGLISH = {
  'zh-CN': ['direction'],
  'zh-TW': ['direction'],
  ar: ['said'],
  es: ['direction', 'no', 'audio', 'said', 'launcher'],
  pt: ['direction', 'said', 'launcher'],
  fr: ['direction', 'rating_5', 'transcript_label', 'call_preparing', 'call_device_microphone', 'launcher'],
  de: ['direction', 'said', 'audio', 'video', 'launcher'],
  ja: ['direction'],
  ko: ['direction', 'said'],
};

/** The forms that whole numbers of things take in a language: nobody waits for a million minutes. */
export const formsOf = (language) => {
  const rules = new Intl.PluralRules(language);
  const forms = new Map();
  for (let number = 0; number < 10000; number += 1) {
    const form = rules.select(number);
    forms.set(form, (forms.get(form) ?? 0) + 1);
  }
  // `other` is also what is said where the browser does not know the language.
  return forms.has('other') ? forms : forms.set('other', 10000);
};

const places = (text) => [...new Set(text.match(/\{[^}]*\}?/g) ?? [])].sort();
const list = (names) => names.join(' ') || 'none';

/** What is wrong with one sentence, whatever the others say. */
const faultsOfSentence = (key, text) => {
  if (typeof text !== 'string') return ['is not a text'];
  const faults = [];
  if (!text.trim()) faults.push('is empty');
  // One sentence continues another.
  if (text !== text.trim() && !(key === 'welcome_person' && text.trimStart() === text.slice(1))) faults.push('begins or ends with a blank');
  if (/[\u0000-\u001f\u202a-\u202e\u2066-\u2069<>]/.test(text)) faults.push('has a control character, a mark of direction or a bracket of HTML');
  if (text.includes('...')) faults.push('has three points instead of an ellipsis');
  return faults;
};

/**
 * Compares languages with the keys of the code and with English.
 * `texts` maps a language to its sentences; `languages` are those that the widget offers; `first` the keys of the first view.
 */
export const faultsOf = ({ keys, texts, languages, first, same = SAME_AS_ENGLISH }) => {
  const faults = [];
  const english = texts.en ?? {};
  const isCounted = (key) => `${key}.other` in english;
  const files = Object.keys(texts);
  for (const name of languages) if (!files.includes(name)) faults.push(`there is no file for ${name}, which www/languages.js names`);
  for (const name of files) if (!languages.includes(name)) faults.push(`${name}: www/languages.js does not name it`);
  for (const key of first) if (!keys.includes(key)) faults.push(`www/first-texts.json: there is no "${key}"`);

  for (const [language, own] of Object.entries(texts)) {
    const say = (key, what) => faults.push(`${language} "${key}" ${what}`);
    const forms = formsOf(language);
    const wanted = new Set();
    for (const key of keys) {
      if (!isCounted(key)) wanted.add(key);
      else for (const form of forms.keys()) wanted.add(`${key}.${form}`);
    }
    for (const key of wanted) if (!(key in own)) say(key, 'is missing');
    for (const [key, text] of Object.entries(own)) {
      if (!wanted.has(key)) {
        say(key, 'is superfluous: nothing asks for it');
        continue;
      }
      for (const fault of faultsOfSentence(key, text)) say(key, fault);
      const [base, form] = key.split('.');
      const model = english[form ? `${base}.other` : key];
      if (typeof text !== 'string' || typeof model !== 'string') continue;
      const [has, needs] = [places(text), places(model)];
      // "One message" needs no number, where the form is for that number alone.
      const mayLack = form && form !== 'other' && forms.get(form) === 1;
      if (list(has) !== list(needs) && !(mayLack && has.length === 0)) say(key, `has the places ${list(has)}, English has ${list(needs)}`);
      if (base === 'direction' && text !== 'ltr' && text !== 'rtl') say(key, 'must be ltr or rtl');
      if (language === 'en') continue;
      const twin = english[key] ?? model;
      const allowed = same[language]?.includes(key);
      if (text === twin && !allowed) say(key, 'is the same as in English; if that is right, say so in xtask/js/locale_rules.mjs');
      if (text !== twin && allowed) say(key, 'is no longer the same as in English: xtask/js/locale_rules.mjs');
    }
    for (const key of same[language] ?? []) if (!(key in own)) say(key, 'is unknown: xtask/js/locale_rules.mjs');
  }
  return faults;
};
