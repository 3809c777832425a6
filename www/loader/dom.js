// Elements without parsing HTML, so that Trusted Types have no say.

/** A new element of the page. */
export const make = (tag, attributes, ...children) => {
  const element = document.createElementNS('http://www.w3.org/' + (/svg|path/.test(tag) ? '2000/svg' : '1999/xhtml'), tag);
  for (const name in attributes) element.setAttribute(name, attributes[name]);
  element.append(...children);
  return element;
};

/** A drawing of one line in a field of 24 by 24. */
export const shape = (d) => make('svg', { viewBox: '0 0 24 24' }, make('path', { d }));
export const cross = () => shape('M6 6l12 12M18 6L6 18');
