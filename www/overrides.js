// The website's own sentences instead of ours: `frontdeskSettings.texts`, see docs/languages.md. Loaded where there are any.

/** So many sentences, and so many characters in one: more than the widget has. */
const COUNT_MAX = 400;
const LENGTH_MAX = 1000;

const places = (text) => text.match(/\{\w+\}/g) ?? [];

/** What the site gave, as pairs, and what is wrong with it. */
const read = (given) => {
  let own = given;
  if (typeof given === 'string') {
    try {
      own = JSON.parse(given);
    } catch {
      return [[], ['texts is not JSON']];
    }
  }
  if (own === null || typeof own !== 'object' || Array.isArray(own)) return [[], ['texts must be an object of texts']];
  // The question for consent is the loader's, and was asked before.
  const all = Object.entries(own).filter(([key]) => !key.startsWith('consent_'));
  const faults = all.length > COUNT_MAX ? [`texts has ${all.length} entries, ${COUNT_MAX} are read`] : [];
  const pairs = all.slice(0, COUNT_MAX).filter(([key, text]) => {
    let fault;
    if (typeof text !== 'string') fault = 'must be a text';
    else if (!text.trim()) fault = 'is empty';
    else if (text.length > LENGTH_MAX) fault = `has ${text.length} characters, at most ${LENGTH_MAX} are allowed`;
    else if (key === 'direction') fault = 'belongs to the language';
    if (fault) faults.push(`texts.${key} ${fault}`);
    return !fault;
  });
  return [pairs, faults];
};

/**
 * Answers a function that writes the site's sentences over those of a part, and answers whether some are still left.
 * With `last` those are unknown. Faults are told in the console, all of a part in one line.
 */
export const overrides = (given) => {
  let [left, faults] = read(given);
  return (part, last) => {
    left = left.filter(([key, text]) => {
      // All plural forms at once, or one of them.
      const keys = Object.hasOwn(part, key) ? [key] : Object.keys(part).filter((own) => own.startsWith(`${key}.`));
      if (!keys.length) return true;
      const known = places(part[`${key.split('.')[0]}.other`] ?? part[key]);
      const unknown = places(text).filter((place) => !known.includes(place));
      if (unknown.length) faults.push(`texts.${key} has ${unknown.join(' ')}, which nothing fills`);
      else for (const own of keys) part[own] = text;
      return false;
    });
    if (last) faults.push(...left.map(([key]) => `texts.${key} is unknown`));
    if (faults.length) reportError(new TypeError(`frontdesk: ${faults.slice(0, 20).join('; ')}`));
    faults = [];
    return left.length > 0;
  };
};
