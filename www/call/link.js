// The line to the gateway: SIP over WebSocket (RFC 7118), by the first address that answers.
//
// To JsSIP it is one socket that never fails. Behind it sockets come and go: what is said while there is none waits, and
// a request that a dead socket left unanswered is said again on the next one, under the branch it had, by which the
// gateway knows it.

const PING = '\r\n\r\n';
const PONG = '\r\n';
/** Longer messages are no SIP for a telephone in a page. */
const MESSAGE_MAX = 65_536;
const WAITING_MAX = 64;
/** A request is given up by its transaction after this (RFC 3261, timers B and F). */
const REQUEST_MS = 32_000;
/** A peer that answers keep-alives answers within this (RFC 5626, 4.4.1). */
const PONG_MS = 10_000;
const PROBE_MS = 1_500;
/** The first is short: what is opened while a network changes is mostly aborted by the browser. */
const PAUSES_MS = [300, 2_000, 4_000, 8_000, 16_000, 30_000];
/** How long goodbyes are waited for. */
const LINGER_MS = 10_000;

const via = (text) => /^(?:via|v)\s*:.*?;\s*branch\s*=\s*([^;,\s]+)/im.exec(text)?.[1];
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

/** An address as a WebSocket takes it; what has no scheme is meant to be secure. Undefined when it is none. */
export const address = (text) => {
  try {
    const url = new URL(/^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `wss://${text}`);
    url.hash = '';
    return /^wss?:$/.test(url.protocol) ? url.href : undefined;
  } catch {
    return undefined;
  }
};

export class Link {
  /** JsSIP's; the name of the gateway in a preloaded route, which is not used. */
  sip_uri = 'sip:gateway.invalid;transport=ws';

  #addresses;
  #times;
  #tell;
  #socket = null;
  #at = 0;
  #opening = null;
  #closed = false;
  #lingers = false;
  /** Whether the peer has ever answered a keep-alive. */
  #answers = false;
  #heard = 0;
  #keeper;
  #judge;
  /** Said while there was no socket. */
  #waiting = [];
  /** Requests without a final answer, by branch and method. */
  #open = new Map();

  /** `times`: `silent_ms`, `keep_alive_ms`. `tell` hears of addresses and sockets. */
  constructor(addresses, times, tell) {
    this.#addresses = addresses;
    this.#times = times;
    this.#tell = tell;
  }

  get url() {
    return this.#addresses[this.#at];
  }

  get via_transport() {
    return this.url.startsWith('wss:') ? 'WSS' : 'WS';
  }

  get is_up() {
    return this.#socket !== null;
  }

  // What JsSIP calls, and the handlers that it sets.

  connect() {
    this.onconnect();
  }

  disconnect() {
    this.close();
  }

  send(text) {
    if (this.#closed) return false;
    // JsSIP promises that one call may replace another; nobody could answer such a call here.
    text = text.replace(/^(Supported: .*?)replaces,/m, '$1');
    if (this.#socket) {
      this.#say(text);
    } else if (this.#waiting.length < WAITING_MAX) {
      this.#waiting.push(text);
    }
    return true;
  }

  onconnect() {}
  ondisconnect() {}
  ondata() {}

  /** Tries each address once, from the one that was good last. Answers whether there is a socket. */
  open() {
    this.#opening ??= this.#try().finally(() => (this.#opening = null));
    return this.#opening;
  }

  async #try() {
    const first = this.#at;
    for (let step = 0; step < this.#addresses.length && !this.#closed; step += 1) {
      const at = (first + step) % this.#addresses.length;
      const place = this.#addresses[at];
      this.#tell({ type: 'connecting', address: place });
      const socket = await this.#knock(place);
      if (this.#closed) {
        socket?.close();
      } else if (socket) {
        this.#at = at;
        this.#adopt(socket);
        return true;
      } else {
        this.#tell({ type: 'refused', address: place });
      }
    }
    return false;
  }

  /** A socket that is open, or null when the address refuses or stays silent. */
  #knock(place) {
    return new Promise((done) => {
      let socket;
      const answer = (opened) => {
        clearTimeout(timer);
        if (socket) socket.onopen = socket.onclose = socket.onerror = null;
        if (!opened) socket?.close();
        done(opened);
      };
      const timer = setTimeout(() => answer(null), this.#times.silent_ms);
      try {
        socket = new WebSocket(place, 'sip');
        socket.binaryType = 'arraybuffer';
        socket.onopen = () => answer(socket);
        socket.onclose = socket.onerror = () => answer(null);
      } catch {
        answer(null);
      }
    });
  }

  #adopt(socket) {
    this.#release();
    this.#socket = socket;
    socket.onmessage = ({ data }) => this.#hear(data);
    socket.onclose = () => this.#drop();
    this.#keeper = setInterval(() => this.#ping(), this.#times.keep_alive_ms);
    const now = Date.now();
    for (const [key, { text, since }] of this.#open) {
      if (now - since > REQUEST_MS) this.#open.delete(key);
      else socket.send(text);
    }
    for (const text of this.#waiting.splice(0)) this.#say(text);
    this.#tell({ type: 'socket', up: true });
  }

  /** Lets go of the socket without a word about it. */
  #release() {
    clearInterval(this.#keeper);
    clearTimeout(this.#judge);
    this.#judge = undefined;
    const socket = this.#socket;
    this.#socket = null;
    if (!socket) return;
    socket.onmessage = socket.onclose = null;
    socket.close();
  }

  #drop() {
    this.#release();
    this.#tell({ type: 'socket', up: false });
    if (this.#lingers) this.#part();
  }

  #say(text) {
    const method = /^[A-Z]+(?= )/.exec(text)?.[0];
    const branch = via(text);
    if (method && method !== 'ACK' && branch && this.#open.size < WAITING_MAX) {
      this.#open.set(`${branch} ${method}`, { text, since: Date.now() });
    }
    this.#socket.send(text);
  }

  #hear(data) {
    this.#heard += 1;
    if ((data.byteLength ?? data.length) > MESSAGE_MAX) return;
    const text = typeof data === 'string' ? data : new TextDecoder().decode(data);
    if (text === PING) {
      this.#socket.send(PONG);
    } else if (text === PONG) {
      this.#answers = true;
    } else {
      try {
        this.ondata(text);
      } catch {
        // A message that JsSIP trips over is no message.
      }
      this.#settle(text);
    }
  }

  /** Notes what a final answer settles. */
  #settle(text) {
    if (/^SIP\/2\.0 [2-6]/.test(text)) {
      const method = /^cseq\s*:\s*\d+\s+(\w+)/im.exec(text)?.[1];
      this.#open.delete(`${via(text)} ${method}`);
    }
    if (this.#lingers) this.#part();
  }

  /** RFC 5626, 3.5.1: a peer that used to answer and does not any more is gone; one that never did may be there. */
  #ping() {
    const heard = this.#heard;
    this.#socket.send(PING);
    if (!this.#answers || this.#judge) return;
    this.#judge = setTimeout(() => {
      this.#judge = undefined;
      if (this.#heard === heard) this.#drop();
    }, Math.min(PONG_MS, this.#times.keep_alive_ms));
  }

  /** Whether the peer shows within a moment that the socket is alive. */
  async #probe() {
    if (!this.#socket || !this.#answers) return false;
    const heard = this.#heard;
    this.#socket.send(PING);
    const end = Date.now() + PROBE_MS;
    while (this.#socket && this.#heard === heard && Date.now() < end) await pause(50);
    return this.#socket !== null && this.#heard !== heard;
  }

  /** Makes sure of a socket that is alive, however long it takes. Answers no only once the line is closed. */
  async renew() {
    if (await this.#probe()) return true;
    for (let turn = 0; !this.#closed; turn += 1) {
      // The old one, if it lives, is let go only when there is a new one.
      if (await this.open()) return true;
      if (!this.#closed) await pause(PAUSES_MS[Math.min(turn, PAUSES_MS.length - 1)]);
    }
    return false;
  }

  /** Closes as soon as every request has its answer, or after a while. */
  finish() {
    if (this.#closed || this.#lingers) return;
    this.#lingers = true;
    setTimeout(() => this.close(), LINGER_MS);
    this.#part();
  }

  #part() {
    if (this.#open.size === 0 && this.#waiting.length === 0) this.close();
    else if (!this.#socket) this.open().then((up) => up || this.close());
  }

  close() {
    this.#closed = true;
    this.#waiting = [];
    this.#open.clear();
    this.#release();
  }
}
