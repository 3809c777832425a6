/** What a page decides. docs/embedding.md says more about each. */
export interface Settings {
  /** Address of the desk's proxy, such as `https://desk.example`. */
  origin: string;
  /** Id of the desk in the proxy's configuration. */
  desk: string;
  /** A button in the corner, the panel in an element of the page, or a panel that covers the page once it is open. */
  mode?: 'bubble' | 'inline' | 'fullscreen';
  /** With `inline`: the element that the panel fills. */
  target?: Element;
  /** Nothing is shown before `show` or `open`; without effect where the panel is in the page. */
  hidden?: boolean;
  /** A BCP 47 tag. Absent: the language of the page, then of the browser. */
  locale?: string | null;
  theme?: 'light' | 'dark' | 'auto';
  /** Accent colour, any that CSS knows. */
  color?: string;
  /** What the button and the panel are called. */
  title?: string;
  position?: 'left' | 'right';
  /** The panel may ask for the microphone, or for the camera as well. */
  calls?: 'audio' | 'video';
  /** A tone for what no tab of the visitor shows. */
  sound?: Switch;
  /** The place in the queue before the page's title. */
  pageTitle?: Switch;
  /** The number of unseen messages on the button. */
  badge?: Switch;
  /** On phones the back button closes the panel before it leaves the page. */
  back?: Switch;
  /** The website's own sentences by their keys. */
  texts?: Record<string, string>;
  /** Who the visitor is: a token that the website's server has signed. */
  identity?: string;
  /** What whoever serves is told of the page: its title and its address without the query, with it (`full`), or nothing. */
  page?: 'on' | 'full' | 'off';
  /** What else they are told: at most 20 texts. */
  attributes?: Attributes;
  /** The browser's own notifications of what is unseen, where the visitor has allowed the website any. */
  notifications?: Switch;
  /** `required`: the panel asks before anything is kept or sent. `given`: the website has asked. */
  consent?: 'required' | 'given';
  /** Address of the privacy notice, for that question. */
  privacy?: string;
}

export type Attributes = Record<string, string | number | boolean | null | undefined>;

export type Switch = boolean | 'on' | 'off';

/** Settings that can be changed later. */
export type Changes = Partial<Omit<Settings, 'origin' | 'desk' | 'mode' | 'target' | 'hidden' | 'privacy'>>;

export type CallMedia = 'audio' | 'video';

export interface Events {
  /** The panel can be used. */
  ready: null;
  opened: null;
  closed: null;
  unread: { count: number };
  /** Somebody has said something, at a time in epoch milliseconds. What was said is the visitor's. */
  message: { from: 'agent' | 'robot' | 'system'; at_ms: number };
  'conversation-started': null;
  'conversation-ended': null;
  /** The visitor waits, or no longer does; `place` is `null` where the centre does not say. */
  queue: { place: number | null; waiting: boolean };
  /** An agent serves, or no longer does. The name may be known later than that. */
  agent: { serving: boolean; name: string | null };
  /** A rating has arrived. */
  rating: Record<string, never>;
  call: { stage: CallStage; media: CallMedia | null; cause: string | null };
  /** The visitor was asked for consent. */
  consent: { given: boolean };
  connection: { state: 'online' | 'offline' | 'not-receiving' | 'not-sending' };
  /** `frame_unreachable`, `wrong_call`, or why the desk refuses the visitor, such as `identity_expired`. */
  error: {
    code: 'frame_unreachable' | 'wrong_call' | 'refused' | 'identity_missing' | 'identity_expired' | 'identity_used' | 'identity_refused';
    message?: string;
  };
}

export type CallStage =
  | 'closed' | 'looking' | 'ready' | 'impossible' | 'microphone' | 'requesting' | 'queueing' | 'dialling' | 'ringing' | 'talking' | 'ended';

export interface State {
  open: boolean;
  visible: boolean;
  ready: boolean;
  unread: number;
  conversation: boolean;
  queue: { place: number | null } | null;
  agent: { name: string | null } | null;
  connection: Events['connection']['state'] | null;
  /** The stage of a call that is under way. */
  call: CallStage | null;
}

export interface OpenOptions {
  /** Opens the call view, where a click of the visitor begins the call. */
  view?: 'call';
  media?: CallMedia;
}

export interface PlaceCallOptions {
  /** The number: `+`, digits, `*` and `#`; what people write between digits does not count. */
  called: string;
  /** What goes along for whoever reads the centre's records, at most 1,024 characters. */
  data?: string;
}

/** Why a call was not placed. docs/calls.md says more about each code; new ones may come. */
export interface PlaceCallError extends Error {
  code:
    | 'wrong_call' | 'call_running' | 'cancelled' | 'outcome_unknown' | 'unreachable' | 'frame_unreachable'
    | 'microphone_denied' | 'microphone_dismissed' | 'microphone_policy' | 'microphone_absent' | 'microphone_busy' | 'microphone_failed'
    | 'insecure' | 'browser_unable' | 'no_network'
    | 'calls_not_allowed' | 'identity_missing' | 'identity_expired' | 'identity_used' | 'identity_refused' | 'session_unknown'
    | 'not_offered' | 'number_invalid' | 'bad_request' | 'rate_limited' | 'overloaded'
    | 'centre_busy' | 'centre_unreachable' | 'centre_refused' | 'refused';
}

/** What can be asked of an instance, however it was made. */
export interface Commands {
  open(options?: OpenOptions): void;
  close(): void;
  toggle(): void;
  show(): void;
  hide(): void;
  startCall(options?: { media?: CallMedia }): void;
  /**
   * Has a number called, for a member of staff whose identity token allows it. Resolves when the gateway is being called:
   * what follows tells the event `call`. Rejects with a `PlaceCallError` where nobody was called.
   */
  placeCall(options: PlaceCallOptions): Promise<void>;
  hangUp(): void;
  /** Says who the visitor is, by a token that the website's server has signed. Of another person nothing is shown any more. */
  identify(who: { token: string }): void;
  /** Ends the conversation and erases it here and at the desk: the visitor signs out. */
  logout(): void;
  /** Writes this into the composer, unless the visitor has begun to write. */
  prefill(text: string): void;
  /** Says this in the visitor's name: for what the visitor has just clicked. */
  sendMessage(text: string): void;
  /** Asks the visitor for leave to notify; for what the visitor has just clicked. */
  requestNotifications(): void;
  /** Adds to what whoever serves is told; `null` takes an attribute back. */
  setAttributes(attributes: Attributes): void;
  setLocale(locale: string | null): void;
  setTheme(theme: 'light' | 'dark' | 'auto'): void;
  update(changes: Changes): void;
  getUnread(): number;
  getState(): State;
}

export interface Instance extends Commands {
  /** Calls `run` with the detail of each event; answers its own undo. */
  on<Name extends keyof Events>(name: Name, run: (detail: Events[Name]) => void): () => void;
  once<Name extends keyof Events>(name: Name, run: (detail: Events[Name]) => void): () => void;
  off<Name extends keyof Events>(name: Name, run?: (detail: Events[Name]) => void): void;
  /** Takes everything away: elements, listeners, timers. */
  destroy(): void;
}

/** Makes an instance, in a browser. Throws a `TypeError` that names the setting that is wrong. */
export function create(settings: Settings): Instance;
