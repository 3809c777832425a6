// JsSIP's session and user agent, as a page needs them that calls and is never called.
//
// What is overridden here is private in JsSIP, whose version is therefore pinned; the tests against real telephones
// (tests/e2e) show that each of these still holds.

import C from 'jssip/lib/Constants.js';
import RTCSession from 'jssip/lib/RTCSession.js';
import UA from 'jssip/lib/UA.js';

// Only what is really done is offered.
C.ALLOWED_METHODS = 'INVITE,ACK,CANCEL,BYE,UPDATE,OPTIONS,INFO';

/** A transaction of JsSIP that has given its final answer is in one of the states from here on. */
const ACCEPTED = 4;
const REOFFERS = 4;
const LOOK_MS = 50;
const PATIENCE_MS = 32_000;

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

/** An offer in which every medium after the first few is refused already: no browser opens a way for those then. */
const without_more = (sdp, few) => {
  const [head, ...media] = sdp.split(/^(?=m=)/m);
  const refused = media.slice(few).map((section) => /^a=mid:(\S+)/m.exec(section)?.[1]);
  const group = (line) => line.split(' ').filter((word) => !refused.includes(word)).join(' ');
  return [
    head.replace(/^a=group:BUNDLE[^\r\n]*/m, group),
    ...media.slice(0, few),
    ...media.slice(few).map((section) => section.replace(/^(m=\S+ )\d+/, (_, start) => `${start}0`)),
  ].join('');
};

export class Agent extends UA {
  receiveRequest(request) {
    if (!request.to_tag && request.method === 'INVITE') request.reply_sl(603);
    else if (!request.to_tag && request.method === 'NOTIFY') request.reply_sl(489);
    else super.receiveRequest(request);
  }
}

export class Session extends RTCSession {
  /** What made it fail here, in the words of `ended`. */
  fault;

  #kinds;
  #gather_ms;
  #line_is_up;
  /** The media that were asked for; whatever the peer adds is refused. */
  #own;
  #ufrag;
  #offering = false;
  #offers = Promise.resolve();
  #give_up = () => {};

  /** `kinds` of media; `gather_ms`; `line_is_up` resolves to whether there is a line to the gateway. */
  constructor(agent, { kinds, gather_ms, line_is_up }) {
    super(agent);
    this.#kinds = kinds;
    this.#gather_ms = gather_ms;
    this.#line_is_up = line_is_up;
  }

  asked_for(transceiver) {
    return !this.#own || this.#own.has(transceiver);
  }

  /** Whether a password was given for this call. */
  get gave_password() {
    return ['authorization', 'proxy-authorization'].some((name) => this._request?.hasHeader(name));
  }

  sender(kind) {
    const found = this.connection?.getTransceivers().find(
      (own) => own.receiver.track.kind === kind && this.asked_for(own),
    );
    return found?.sender;
  }

  /** JsSIP would end the call when ICE fails; it may be restarted instead. */
  _createRTCConnection(configuration) {
    this._connection = new RTCPeerConnection(configuration);
    this.emit('peerconnection', { peerconnection: this._connection });
  }

  /** Whoever owns the tracks mutes them. */
  _setLocalMediaStatus() {}

  async _createLocalDescription(type, constraints) {
    const peer = this._connection;
    const first = !this.#own;
    this._rtcReady = false;
    try {
      if (first) this.#ask_for_all(peer);
      const description = type === 'offer' ? await peer.createOffer(constraints) : await peer.createAnswer();
      const line = first ? this.#line_is_up() : true;
      await peer.setLocalDescription(description);
      this.#own ??= new Set(peer.getTransceivers());
      await this.#gathered(peer);
      // Without a single candidate nobody could answer; a restart finds that out by ICE.
      if (first && !/^a=candidate:/m.test(peer.localDescription.sdp)) this.fault = 'no_media';
      if (!(await line)) this.fault = 'no_gateway';
      if (this.fault) throw new Error(this.fault);
      return peer.localDescription.sdp;
    } finally {
      this._rtcReady = true;
    }
  }

  /** Also for what there is no track for yet: one can be put in later, without a new offer. */
  #ask_for_all(peer) {
    for (const kind of this.#kinds) {
      if (!peer.getTransceivers().some((own) => own.receiver.track.kind === kind)) peer.addTransceiver(kind);
    }
  }

  /** Ends with gathering, or after a while: on some machines it never ends. */
  async #gathered(peer) {
    const ufrag = /^a=ice-ufrag:(.*)$/m.exec(peer.localDescription.sdp)?.[1];
    const anew = ufrag !== this.#ufrag;
    this.#ufrag = ufrag;
    if (!anew) return;
    await new Promise((done) => {
      const look = ({ candidate }) => {
        if (candidate === null || peer.iceGatheringState === 'complete') finish();
      };
      const finish = () => {
        clearTimeout(timer);
        peer.removeEventListener('icecandidate', look);
        peer.removeEventListener('icegatheringstatechange', look);
        done();
      };
      const timer = setTimeout(finish, this.#gather_ms);
      peer.addEventListener('icecandidate', look);
      peer.addEventListener('icegatheringstatechange', look);
    });
  }

  /** Media that were not asked for are refused; nor do they tell whether the peer holds the call. */
  _processInDialogSdpOffer(request) {
    const few = this.#own.size;
    request.body = without_more(request.body, few);
    const offered = request.parseSDP(true);
    offered.media = (offered.media ?? []).slice(0, few);
    return super._processInDialogSdpOffer(request);
  }

  receiveRequest(request) {
    const { method } = request;
    const changes = method === 'INVITE' || (method === 'UPDATE' && request.body);
    if (method === 'REFER' || (method === 'INVITE' && request.hasHeader('replaces'))) request.reply(603);
    else if (method === 'NOTIFY') request.reply(489);
    // JsSIP goes on with an offer that it has just refused because of its own.
    else if (changes && request.server_transaction.state >= ACCEPTED) return;
    else if (changes && this.#offering) request.reply(491);
    else super.receiveRequest(request);
  }

  /** A call that was answered while it was being cancelled is taken and ended; JsSIP would leave it open. */
  _receiveInviteResponse(response) {
    const accepts = response.status_code >= 200 && response.status_code < 300;
    if (!accepts || !this.isEnded()) super._receiveInviteResponse(response);
    else if (this._dialog) this.sendRequest('ACK');
    else this._acceptAndTerminate(response);
  }

  /** JsSIP counts on when it repeats a re-INVITE, but not in the header. */
  sendRequest(method, options) {
    const request = super.sendRequest(method, options);
    const dialog = this._dialog;
    if (method !== 'INVITE' || !request || !dialog) return request;
    let count = request.cseq;
    Object.defineProperty(request, 'cseq', {
      get: () => count,
      set: (next) => {
        count = next;
        dialog._outgoing_ack_seqnum = next;
        request.setHeader('cseq', `${next} INVITE`);
      },
    });
    return request;
  }

  _close() {
    super._close();
    this.#give_up();
  }

  /** Offers again, one offer after the other, and answers whether the peer agreed; if not, all stays as it was. */
  reoffer(constraints) {
    this.#offers = this.#offers.then(() => this.#reoffer(constraints));
    return this.#offers;
  }

  async #reoffer(constraints) {
    for (let turn = 0; turn < REOFFERS; turn += 1) {
      if (!(await this.#is_quiet())) return false;
      this.#offering = true;
      const answer = await new Promise((done) => {
        this.#give_up = () => done(false);
        this._sendReinvite({
          rtcOfferConstraints: constraints,
          eventHandlers: { succeeded: () => done(true), failed: (response) => done(response?.status_code ?? false) },
        });
      });
      this.#offering = false;
      if (answer === true) return true;
      const peer = this._connection;
      if (peer.signalingState === 'have-local-offer') {
        await peer.setLocalDescription({ type: 'rollback' }).catch(() => {});
      }
      if (answer !== 491) return false;
      // Both have offered: whoever began the call waits 2.1 to 4 s (RFC 3261, 14.1).
      await pause(2_100 + Math.random() * 1_900);
    }
    return false;
  }

  async #is_quiet() {
    const end = Date.now() + PATIENCE_MS;
    while (this.isEstablished() && Date.now() < end) {
      if (this.status === this.C.STATUS_CONFIRMED && this.isReadyToReOffer()) return true;
      await pause(LOOK_MS);
    }
    return false;
  }
}
