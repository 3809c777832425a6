// The languages of the widget, and which of them a visitor reads. How to add one: docs/languages.md.

/** Each has a file in `locales/`. The first is for visitors whose language is not among them. */
export const LANGUAGES = ['en', 'zh-CN', 'zh-TW', 'ar', 'es', 'pt', 'fr', 'de', 'ja', 'ko'];

/** What the browser makes of a BCP 47 tag, with the script that the tag leaves out; nothing if it is none. */
const read = (tag) => {
  try {
    // A Windows or POSIX habit: pt_BR.
    return new Intl.Locale(tag.replace(/_/g, '-')).maximize();
  } catch {
    return undefined;
  }
};

/** The language for one tag: zh-HK and zh-Hant read zh-TW, pt-PT reads pt. */
const languageFor = (tag) => {
  const locale = read(tag);
  // Cantonese is written as Chinese is.
  if (locale?.language === 'zh' || locale?.language === 'yue') return locale.script === 'Hant' ? 'zh-TW' : 'zh-CN';
  return LANGUAGES.find((language) => language === locale?.language);
};

/**
 * The first language of these tags that has a file, and the tag that writes its dates and numbers: the visitor's own
 * variant of it, such as en-GB for en.
 */
export const choose = (tags) => {
  for (const tag of tags) {
    const language = typeof tag === 'string' && languageFor(tag);
    if (language) return { language, locale: read(tag).language === 'yue' ? language : tag.replace(/_/g, '-') };
  }
  return { language: LANGUAGES[0], locale: LANGUAGES[0] };
};
