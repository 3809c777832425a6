// <front-desk origin="https://desk.example" desk="shop"></front-desk>

import { create } from './index.js';
import { EVENTS, FIXED, METHODS, changesOf, pick } from './settings.js';

/** Attributes and the settings that they are. `title` would be a tooltip of the browser's. */
const ATTRIBUTES = {
  origin: 'origin', desk: 'desk', mode: 'mode', locale: 'locale', theme: 'theme', color: 'color', label: 'title', position: 'position',
  calls: 'calls', sound: 'sound', 'page-title': 'pageTitle', badge: 'badge', back: 'back',
  identity: 'identity', page: 'page', consent: 'consent', privacy: 'privacy', notifications: 'notifications', hidden: 'hidden',
};
const BY_SETTING = Object.fromEntries(Object.entries(ATTRIBUTES).map(([attribute, setting]) => [setting, attribute]));

// A server has no elements, and renders the tag as it is.
const Base = globalThis.HTMLElement ?? class {};

/** Whether the page wants nothing shown: as in the script tag, an attribute without a value counts. */
const isHidden = ({ hidden = 'false' }) => hidden !== 'false';

/** The element. It is there where it stands in the page: the panel in it (`mode="inline"`), or a button in the corner. */
export class FrontDeskElement extends Base {
  static observedAttributes = Object.keys(ATTRIBUTES);
  #instance;
  #made; // the settings that the instance has
  #texts;
  #block; // that it is a block, it says itself

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
    const given = Object.fromEntries(found.map(([attribute, setting]) => [setting, this.getAttribute(attribute)]));
    return { ...given, ...pick(['texts'], { texts: this.#texts }) };
  }

  #make() {
    const settings = this.#settings();
    if (!settings.origin || !settings.desk) return;
    this.#made = settings;
    this.#lie(settings);
    this.#instance = create({ ...settings, target: settings.mode === 'inline' ? this : undefined });
    for (const name of EVENTS) {
      this.#instance.on(name, (detail) => this.dispatchEvent(new CustomEvent(`frontdesk:${name}`, { detail })));
    }
  }

  /** A panel in the page is a block, unless the page's style says what it is, or the page wants nothing shown. */
  #lie(settings) {
    if (this.#block) this.style.display = '';
    this.#block = settings.mode === 'inline' && !isHidden(settings) && getComputedStyle(this).display === 'inline';
    if (this.#block) this.style.display = 'block';
  }

  #end() {
    this.#instance?.destroy();
    this.#instance = undefined;
  }

  #follow() {
    if (!this.isConnected) return;
    const settings = this.#settings();
    const before = this.#made;
    if (!this.#instance || FIXED.some((name) => settings[name] !== before[name])) {
      this.#end();
      return this.#make();
    }
    this.#made = settings;
    if (isHidden(settings) !== isHidden(before)) {
      this.#lie(settings);
      this.#instance[isHidden(settings) ? 'hide' : 'show']();
    }
    const changed = changesOf(before, settings);
    if (changed) this.#instance.update(changed);
  }

  /** Asks this of the instance; nothing before there is one. */
  ask(name, ...values) {
    return this.#instance?.[name](...values);
  }
}

// `on`, `once` and `off` are addEventListener's, and `destroy` is taking the element away.
for (const name of METHODS.filter((name) => !['on', 'once', 'off', 'destroy'].includes(name))) {
  FrontDeskElement.prototype[name] = function (...values) {
    return this.ask(name, ...values);
  };
}
// `hidden` is the browser's property, and the attribute as well; so is `title`, which is therefore called `label`.
for (const [setting, attribute] of Object.entries(BY_SETTING).filter(([setting]) => setting !== 'hidden')) {
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
