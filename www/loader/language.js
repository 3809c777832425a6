// The language of the few words that the loader says itself. What reads it in full, www/languages.js, asks the browser's `Intl`,
// and that loads its tables first: ten milliseconds of a slow telephone on every page, for one word.

/** The first language of these tags that `words` has, and those words. English where it has none. */
export const wordsFor = (tags, words) => {
  for (const said of tags) {
    const tag = `${said}`.toLowerCase().replace(/_/g, '-');
    // Traditional characters are written in Taiwan, Hong Kong and Macau, and Cantonese is.
    const traditional = /^yue|-(hant|tw|hk|mo)\b/.test(tag) && !/hans/.test(tag);
    const known = /^(zh|cmn|yue)\b/.test(tag) ? (traditional ? 'zh-TW' : 'zh-CN') : tag.split('-')[0];
    if (Object.hasOwn(words, known)) return words[known];
  }
  return words.en;
};
