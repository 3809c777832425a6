// The language of the few words that the loader says itself. What reads it in full, www/languages.js, asks the browser's `Intl`,
// and that loads its tables first: ten milliseconds of a slow telephone on every page, for one word.

/** The first language of these tags that `words` has, and those words. English where it has none. */
export const wordsFor = (tags, words) => {
  for (const tag of tags) {
    if (typeof tag !== 'string') continue;
    const [language, ...rest] = tag.toLowerCase().split(/[-_]/);
    // Traditional characters are written in Taiwan, Hong Kong and Macau, and Cantonese is.
    const traditional = language === 'yue' ? !rest.includes('hans') : rest.some((part) => /^(hant|tw|hk|mo)$/.test(part)) && !rest.includes('hans');
    const known = /^(zh|cmn|yue)$/.test(language) ? (traditional ? 'zh-TW' : 'zh-CN') : language;
    if (Object.hasOwn(words, known)) return words[known];
  }
  return words.en;
};
