// <front-desk origin="https://desk.example" desk="shop"></front-desk>

import { create } from './index.js';
import { EVENTS, METHODS, changesOf, pick } from './settings.js';

/** Attributes and the settings that they are. `title` would be a tooltip of the browser's. */
const ATTRIBUTES = {
  origin: 'origin', desk: 'desk', mode: 'mode', locale: 'locale', theme: 'theme', color: 'color', label: 'title', position: 'position',
  calls: 'calls', sound: 'sound', 'page-title': 'pageTitle', badge: 'badge', back: 'back',
};
const BY_SETTING = Object.fromEntries(Object.entries(ATTRIBUTES).map(([attribute, setting]) => [setting, attribute]));

// A server has no elements, and renders the tag as it is.
const Base = globalThis.HTMLElement ?? class {};

/** The element. It is there where it stands in the page: the panel in it (`mode="inline"`), or a button in the corner. */
export class FrontDeskElement extends Base {
  static observedAttributes = Object.keys(ATTRIBUTES);
  #instance;
  #made; // the settings that the instance has
  #texts;

  connectedCallback() {
    // It may only have been moved.
    if (!this.#instance) this.#make();
  }

  disconnectedCallback() {
    queueMicrotask(() => !this.isConnected && this.#end());
  }

  attributeChangedCallback() {
    this.#follow();
  }

  /** The website's own sentences. */
  get texts() {
    return this.#texts;
  }
  set texts(texts) {
    this.#texts = texts;
    this.#follow();
  }

  #settings() {
    const found = Object.entries(ATTRIBUTES).filter(([attribute]) => this.hasAttribute(attribute));
    return { ...Object.fromEntries(found.map(([attribute, setting]) => [setting, this.getAttribute(attribute)])), texts: this.#texts };
  }

  #make() {
    const settings = this.#settings();
    if (!settings.origin || !settings.desk) return;
    this.#made = settings;
    if (settings.mode === 'inline' && getComputedStyle(this).display === 'inline') this.style.display = 'block';
    this.#instance = create({ ...settings, target: settings.mode === 'inline' ? this : undefined });
    for (const name of EVENTS) {
      this.#instance.on(name, (detail) => this.dispatchEvent(new CustomEvent(`frontdesk:${name}`, { detail })));
    }
  }

  #end() {
    this.#instance?.destroy();
    this.#instance = undefined;
  }

  #follow() {
    if (!this.isConnected) return;
    const settings = this.#settings();
    if (this.#instance && ['origin', 'desk', 'mode'].every((name) => settings[name] === this.#made[name])) {
      const changed = changesOf(this.#made, settings);
      this.#made = settings;
      if (changed) this.#instance.update(changed);
      return;
    }
    this.#end();
    this.#make();
  }

  /** Asks this of the instance; nothing before there is one. */
  ask(name, ...values) {
    return this.#instance?.[name](...values);
  }
}

// `title` and `hidden` are the browser's; `on`, `once` and `off` are addEventListener's.
for (const name of METHODS.filter((name) => !['on', 'once', 'off', 'destroy'].includes(name))) {
  FrontDeskElement.prototype[name] = function (...values) {
    return this.ask(name, ...values);
  };
}
for (const [setting, attribute] of Object.entries(BY_SETTING)) {
  const property = attribute === 'label' ? 'label' : setting;
  Object.defineProperty(FrontDeskElement.prototype, property, {
    configurable: true,
    get() {
      return this.getAttribute(attribute);
    },
    set(value) {
      const [word] = Object.values(pick([setting], { [setting]: value ?? undefined }));
      if (word === undefined) this.removeAttribute(attribute);
      else this.setAttribute(attribute, word);
    },
  });
}

if (globalThis.customElements && !customElements.get('front-desk')) customElements.define('front-desk', FrontDeskElement);
