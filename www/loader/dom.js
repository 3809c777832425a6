// Elements without parsing HTML, so that Trusted Types have no say.

const fill = (element, attributes, ...children) => {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
};

/** A new element of the page. */
export const make = (tag, ...rest) => fill(document.createElement(tag), ...rest);

const shape = (tag, ...rest) => fill(document.createElementNS('http://www.w3.org/2000/svg', tag), ...rest);

/** A drawing of one line in a field of 24 by 24. */
export const icon = (d) => shape('svg', { viewBox: '0 0 24 24', 'aria-hidden': true }, shape('path', { d }));
export const cross = () => icon('M6 6l12 12M18 6L6 18');
