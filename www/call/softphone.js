// A telephone for one call at a time: signalling by SIP over WebSocket, media by WebRTC. It knows no centre and shows
// nothing. What it offers is written down in softphone.d.ts; a site may put its own in its place.

import * as causes from './causes.js';
import { Link, address } from './link.js';
import { Agent, Session } from './session.js';

const ADDRESSES_MAX = 16;
const SIP_ADDRESS = /^sip:[^@\s<>"]{1,128}@[^@\s<>"?;]{1,255}$/i;
const TONE_MS = 250;
const DEFAULTS = {
  ice_servers: [],
  video: false,
  gather_ms: 2_000,
  silent_ms: 4_000,
  keep_alive_ms: 25_000,
  session_timers: false,
  dtmf: 'auto',
};

const demand = (holds, what) => {
  if (!holds) throw new TypeError(`softphone: ${what}`);
};

/** The options with what they leave open; what is wrong is named, without its value. */
const check = (given) => {
  const options = { ...DEFAULTS, ...given };
  const { addresses } = options;
  demand(Array.isArray(addresses) && addresses.length > 0, 'addresses is empty');
  demand(addresses.length <= ADDRESSES_MAX, `addresses has more than ${ADDRESSES_MAX}`);
  options.addresses = addresses.map((text, at) => {
    const found = typeof text === 'string' ? address(text) : undefined;
    demand(found, `addresses[${at}] is not a ws: or wss: address`);
    return found;
  });
  demand(SIP_ADDRESS.test(options.target), 'target is not a sip: address');
  demand(SIP_ADDRESS.test(options.from), 'from is not a sip: address');
  demand(options.stream instanceof MediaStream, 'stream is not a MediaStream');
  demand(Array.isArray(options.ice_servers), 'ice_servers is not a list');
  for (const name of ['gather_ms', 'silent_ms', 'keep_alive_ms']) {
    demand(options[name] > 0 && options[name] <= 600_000, `${name} is not a time in milliseconds`);
  }
  demand(['auto', 'rfc4733', 'info'].includes(options.dtmf), 'dtmf is none of auto, rfc4733, info');
  return options;
};

class Call {
  remote = null;

  #options;
  #on;
  #link;
  #agent;
  #session;
  #is_redirected = false;
  #is_answered = false;
  #is_over = false;
  #is_held = false;
  #rings = 0;
  #restarting = null;
  #lines;
  /** By kind, what is sent when the call is not held, and what is sent while it is. */
  #tracks = { audio: null, video: null };
  #silence = { audio: null, video: null };

  constructor(options, on) {
    this.#options = options;
    this.#on = on;
    for (const track of options.stream.getTracks()) {
      if (track.kind === 'audio' || options.video) this.#tracks[track.kind] ??= track;
    }
    this.#link = new Link(options.addresses, options, (event) => this.#line(event));
    this.#agent = new Agent({
      sockets: [this.#link],
      uri: options.from,
      password: options.password,
      register: false,
      session_timers: options.session_timers,
      user_agent: 'Frontdesk',
    });
    queueMicrotask(() => this.#begin());
  }

  #begin() {
    if (this.#is_over) return;
    this.#lines = this.#link.open();
    this.#lines.then((up) => up || this.#end('there', 'no_gateway'));
    this.#agent.start();
    this.#dial(this.#options.target);
  }

  /** Events come one after the other, and never while the caller is still calling. */
  #tell(event) {
    queueMicrotask(() => this.#on(event));
  }

  #line(event) {
    if (this.#is_over) return;
    this.#tell(event);
    const lost = event.type === 'socket' && !event.up;
    // Answers to what was asked on a lost socket come nowhere.
    if (lost && !this.#is_answered) this.#end('there', 'no_gateway');
  }

  #dial(target) {
    const { ice_servers, gather_ms, video } = this.#options;
    const kinds = video ? ['audio', 'video'] : ['audio'];
    const session = new Session(this.#agent, { kinds, gather_ms, line_is_up: () => this.#lines });
    this.#session = session;
    this.remote = new MediaStream();
    const current = (then) => (event) => {
      if (this.#session === session && !this.#is_over) then(event);
    };
    session.on('peerconnection', current(({ peerconnection }) => this.#watch(peerconnection, session)));
    session.on('sending', current(() => this.#tell({ type: 'sent' })));
    session.on('progress', current(({ response }) => this.#ring(Boolean(response.body))));
    session.on('confirmed', current(() => this.#answer()));
    session.on('hold', current(({ originator }) => this.#hold_by(originator, true)));
    session.on('unhold', current(({ originator }) => this.#hold_by(originator, false)));
    session.on('failed', current((event) => this.#failed(event)));
    session.on('ended', current(({ originator, cause }) => this.#finish(side(originator), causes.of_goodbye(cause))));
    try {
      session.connect(target, {
        mediaStream: new MediaStream(Object.values(this.#tracks).filter(Boolean)),
        pcConfig: { iceServers: ice_servers, bundlePolicy: 'balanced' },
      });
    } catch {
      this.#end('here', 'incompatible');
    }
  }

  #watch(peer, session) {
    let state;
    const ice = (now) => {
      if (this.#is_over || this.#session !== session || now === state) return;
      state = now;
      this.#tell({ type: 'ice', state });
    };
    peer.addEventListener('iceconnectionstatechange', () => ice(peer.iceConnectionState));
    peer.addEventListener('connectionstatechange', () => peer.connectionState === 'failed' && ice('failed'));
    peer.addEventListener('track', ({ track, transceiver }) => {
      if (this.#is_over || this.#session !== session || !session.asked_for(transceiver)) return;
      this.remote.addTrack(track);
      this.#tell({ type: 'media', stream: this.remote });
    });
  }

  /** Told at the first ringing, and once more when there is something to hear. */
  #ring(early) {
    const loudness = early ? 2 : 1;
    if (loudness <= this.#rings) return;
    this.#rings = loudness;
    this.#tell({ type: 'ringing', early });
  }

  #answer() {
    if (this.#is_answered) return;
    this.#is_answered = true;
    this.#tell({ type: 'answered' });
  }

  #hold_by(originator, on) {
    if (originator === 'remote') this.#tell({ type: 'held', on });
  }

  #failed({ originator, message, cause }) {
    const status = message?.status_code;
    const elsewhere = this.#redirection(message);
    if (elsewhere) {
      this.#is_redirected = true;
      this.#rings = 0;
      this.#dial(elsewhere);
      return;
    }
    const { fault, gave_password } = this.#session;
    const word = fault ?? (status >= 300 ? causes.of_status(status, gave_password) : causes.of_words(cause));
    this.#finish(side(originator), word, status >= 300 ? status : undefined);
  }

  /** Where a 3xx sends us, if that is the same domain, for the first time. */
  #redirection(answer) {
    if (this.#is_redirected || !(answer?.status_code >= 300 && answer.status_code < 400)) return undefined;
    if (!answer.hasHeader('contact')) return undefined;
    const place = answer.parseHeader('contact')?.uri;
    const domain = this.#options.target.split('@')[1].replace(/:\d+$/, '');
    if (place?.scheme !== 'sip' || !place.user || place.host.toLowerCase() !== domain.toLowerCase()) return undefined;
    const target = place.clone();
    target.clearParams();
    target.clearHeaders();
    return target.toString();
  }

  /** Ends the session as far as there is one, then the call. */
  #end(by, cause) {
    if (this.#is_over) return;
    const session = this.#session;
    this.#finish(by, cause);
    try {
      if (session && !session.isEnded()) session.terminate();
    } catch {
      // It has ended in between.
    }
    this.#link.finish();
  }

  #finish(by, cause, status) {
    if (this.#is_over) return;
    this.#is_over = true;
    const event = { type: 'ended', by, cause };
    if (status !== undefined) event.status = status;
    this.#tell(event);
    for (const track of Object.values(this.#silence)) track?.stop();
    // After whatever JsSIP still says.
    const session = this.#session;
    queueMicrotask(() => {
      session?.connection?.close();
      this.#link.finish();
    });
  }

  hang_up() {
    this.#end('here', this.#is_answered ? 'hung_up' : 'cancelled');
  }

  async hold(on) {
    if (this.#is_over || !this.#is_answered) return false;
    if (on === this.#is_held) return true;
    const session = this.#session;
    const turn = async (held) => {
      this.#is_held = held;
      session._localHold = held;
      await Promise.all(['audio', 'video'].map((kind) => this.#send(kind)));
    };
    await turn(on);
    const agreed = await session.reoffer();
    if (!agreed && !this.#is_over) await turn(!on);
    return agreed;
  }

  /** Sends what is to be sent now: while the call is held, silence and black. */
  async #send(kind) {
    const sender = this.#session?.sender(kind);
    if (!sender || this.#is_over) return;
    // Before anything is waited for: replacing never ends where the connection is closed meanwhile.
    this.#silence[kind]?.stop();
    this.#silence[kind] = (this.#is_held && this.#tracks[kind]?.clone()) || null;
    if (this.#silence[kind]) this.#silence[kind].enabled = false;
    await sender.replaceTrack(this.#silence[kind] ?? this.#tracks[kind]);
  }

  async replace(kind, track) {
    demand(kind === 'audio' || kind === 'video', 'kind is neither audio nor video');
    demand(track === null || track?.kind === kind, `the track is not ${kind}`);
    if (this.#is_over || (kind === 'video' && !this.#options.video)) return false;
    this.#tracks[kind] = track;
    await this.#send(kind);
    return true;
  }

  digit(tone) {
    demand(/^[0-9A-D*#]$/i.test(tone), 'the digit is none of 0 to 9, A to D, * and #');
    if (this.#is_over || !this.#is_answered) return false;
    const { dtmf } = this.#options;
    const keys = this.#session.sender('audio')?.dtmf;
    const agreed = /^a=rtpmap:\d+ telephone-event\//im.test(this.#session.connection.remoteDescription?.sdp ?? '');
    if (dtmf !== 'info' && agreed && keys?.canInsertDTMF) {
      keys.insertDTMF(keys.toneBuffer + tone, TONE_MS, TONE_MS);
      return true;
    }
    if (dtmf === 'rfc4733') return false;
    this.#session.sendDTMF(tone, { transportType: 'INFO', duration: TONE_MS, interToneGap: TONE_MS });
    return true;
  }

  restart() {
    if (this.#is_over || !this.#is_answered) return Promise.resolve(false);
    this.#restarting ??= this.#renew().finally(() => (this.#restarting = null));
    return this.#restarting;
  }

  async #renew() {
    if (!(await this.#link.renew()) || this.#is_over) return false;
    return this.#session.reoffer({ iceRestart: true });
  }

  stats() {
    const peer = this.#session?.connection;
    return peer ? peer.getStats() : Promise.resolve(new Map());
  }
}

const side = (originator) => (originator === 'remote' ? 'there' : 'here');

export function create() {
  let call = null;
  return {
    call(options, on) {
      const checked = check(options);
      demand(typeof on === 'function', 'on is not a function');
      call?.hang_up();
      call = new Call(checked, on);
      return call;
    },
  };
}
