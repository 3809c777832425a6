import type { CallMedia, Commands, Events, Settings, Switch } from './index.js';

type FrontDeskEvents = { [Name in keyof Events as `frontdesk:${Name}`]: CustomEvent<Events[Name]> };

/**
 * `<front-desk>`. Before there are `origin` and `desk`, and outside of a page, it does nothing. With the attribute `hidden` nothing
 * is shown. Events are dispatched on it; `attributes` are the browser's, so what else whoever serves is told goes by `setAttributes`.
 */
export class FrontDeskElement extends HTMLElement {
  origin: string | null;
  desk: string | null;
  mode: Settings['mode'] | null;
  locale: string | null;
  theme: Settings['theme'] | null;
  color: string | null;
  label: string | null;
  position: Settings['position'] | null;
  calls: CallMedia | null;
  get sound(): string | null;
  set sound(value: Switch | null);
  get pageTitle(): string | null;
  set pageTitle(value: Switch | null);
  get badge(): string | null;
  set badge(value: Switch | null);
  get back(): string | null;
  set back(value: Switch | null);
  page: Settings['page'] | null;
  identity: string | null;
  consent: Settings['consent'] | null;
  privacy: string | null;
  get notifications(): string | null;
  set notifications(value: Switch | null);
  texts: Settings['texts'];
  open: Commands['open'];
  close: Commands['close'];
  toggle: Commands['toggle'];
  show: Commands['show'];
  hide: Commands['hide'];
  startCall: Commands['startCall'];
  /** Nothing before the element is in the page. */
  placeCall(...values: Parameters<Commands['placeCall']>): ReturnType<Commands['placeCall']> | undefined;
  hangUp: Commands['hangUp'];
  identify: Commands['identify'];
  logout: Commands['logout'];
  prefill: Commands['prefill'];
  sendMessage: Commands['sendMessage'];
  requestNotifications: Commands['requestNotifications'];
  setAttributes: Commands['setAttributes'];
  setLocale: Commands['setLocale'];
  setTheme: Commands['setTheme'];
  update: Commands['update'];
  getUnread(): ReturnType<Commands['getUnread']> | undefined;
  getState(): ReturnType<Commands['getState']> | undefined;
  addEventListener<Name extends keyof FrontDeskEvents>(
    name: Name,
    listener: (event: FrontDeskEvents[Name]) => void,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(name: string, listener: EventListenerOrEventListenerObject, options?: boolean | AddEventListenerOptions): void;
}

declare global {
  interface HTMLElementTagNameMap {
    'front-desk': FrontDeskElement;
  }
}
