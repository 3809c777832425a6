// For all pages: where the desk is, and what the widget told, in order.

export const desk = { origin: 'http://desk.invalid', desk: 'shop' };

window.told = [];
/** Keeps an event. */
export const keep = (name) => (detail) => window.told.push([name, detail ?? null]);
