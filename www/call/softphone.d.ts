/**
 * The softphone: signalling and media of one call, behind an interface of its own. `softphone.js` implements it by SIP
 * over WebSocket (RFC 7118) and WebRTC; an adapter of a site's own, around another SDK, implements the same.
 *
 * What an adapter must keep to:
 *
 * - `on` is never called while `call`, or a method of the call, is still running; events come one after the other.
 * - `ended` comes exactly once and last, however the call ends, also when it never began.
 * - It logs no number, no address and no password.
 * - It neither mutes nor stops the tracks that it is given.
 */

/** Makes a softphone. It does nothing before the first call. */
export function create(): Softphone;

export interface Softphone {
  /**
   * Starts a call; one that runs is hung up.
   *
   * @throws TypeError if an option is wrong; the message names it, without its value.
   */
  call(options: CallOptions, on: (event: CallEvent) => void): Call;
}

export interface CallOptions {
  /**
   * WebSocket addresses of the gateway, in the order to try, 1 to 16. One without a scheme is meant to be `wss:`. One
   * that refuses is followed by the next at once, one that is silent after `silent_ms`.
   */
  addresses: string[];
  /** Who is called: `sip:<access code>@<domain>`. A 3xx is followed once, and only within this domain. */
  target: string;
  /** Who calls: `sip:<caller>@<domain>`. */
  from: string;
  /** For a gateway that challenges (digest, RFC 3261 §22); left out when there is none. */
  password?: string;
  /** STUN and TURN servers; none by default. */
  ice_servers?: RTCIceServer[];
  /** The visitor's microphone and, with `video`, camera. A track that is not there can be put in later by `replace`. */
  stream: MediaStream;
  /** Whether pictures are asked for; otherwise only sound is, and pictures that the peer adds are refused. */
  video?: boolean;
  /** How long candidates are gathered at most; 2000. */
  gather_ms?: number;
  /** How long an address may be silent; 4000. */
  silent_ms?: number;
  /** Between two keep-alives (CRLF CRLF, RFC 7118 §6); 25000. A peer that used to answer them and stops is lost. */
  keep_alive_ms?: number;
  /** Whether to ask for a session timer of 90 s (RFC 4028). Off by default; refreshes by the peer are always answered. */
  session_timers?: boolean;
  /**
   * How digits are sent: as packets (RFC 4733), as SIP INFO (`application/dtmf-relay`), or, by default, as packets where
   * that was agreed on and as INFO otherwise.
   */
  dtmf?: 'auto' | 'rfc4733' | 'info';
}

export type CallEvent =
  /** An address is being tried. */
  | { type: 'connecting'; address: string }
  /** An address refused, or was silent for too long. */
  | { type: 'refused'; address: string }
  /** The line to the gateway is up, or lost. A call that was answered goes on without it: see `restart`. */
  | { type: 'socket'; up: boolean }
  /** The gateway was asked to connect the call. */
  | { type: 'sent' }
  /** It rings there. `early`: what is to be heard meanwhile comes from there; comes again when that begins later. */
  | { type: 'ringing'; early: boolean }
  | { type: 'answered' }
  /** A track came in; always the same stream, `Call.remote`. May be told again for the same track. */
  | { type: 'media'; stream: MediaStream }
  /** The peer holds the call, or takes it back. Meanwhile nothing is sent and nothing comes. */
  | { type: 'held'; on: boolean }
  /** How media stand. `disconnected` may mend by itself; after `failed` only `restart` helps. */
  | { type: 'ice'; state: RTCIceConnectionState }
  /** The last event. `status`: the SIP answer that ended it, if one did. */
  | { type: 'ended'; by: 'here' | 'there'; cause: EndCause; status?: number };

export type EndCause =
  /** After it was answered. */
  | 'hung_up'
  /** Before it was answered, by `hang_up`. */
  | 'cancelled'
  | 'busy'
  | 'rejected'
  | 'not_found'
  | 'unavailable'
  /** Nobody answered in time. */
  | 'no_answer'
  /** The gateway wants a password, or another one. */
  | 'unauthorized'
  /** No address could be reached, the line was lost before the call was answered, or the gateway has lost the call. */
  | 'no_gateway'
  /** This machine has no network interface for media. */
  | 'no_media'
  /** Both sides have no medium or codec in common. */
  | 'incompatible'
  | 'failed';

export interface Call {
  /** What comes from the other side; `null` before the call is under way. */
  readonly remote: MediaStream | null;
  /** Ends the call: CANCEL before it is answered, BYE after. What the gateway does not know yet is told for a while. */
  hang_up(): void;
  /**
   * Holds the call, or takes it back. While it is held, silence and black are sent. Answers whether the peer agreed; if
   * not, all is as before.
   */
  hold(on: boolean): Promise<boolean>;
  /**
   * Sends one of `0`–`9`, `A`–`D`, `*`, `#`. Answers whether it is on its way.
   *
   * @throws TypeError if it is none of these.
   */
  digit(tone: string): boolean;
  /** Sends this track from now on, or nothing. Answers false if the call is over or has no such medium. */
  replace(kind: 'audio' | 'video', track: MediaStreamTrack | null): Promise<boolean>;
  /**
   * For a network that has changed or a line that was lost, in a call that was answered: takes a new socket unless the
   * old one shows that it lives, trying all addresses again and again (after 0.3, 2, 4, 8, 16, 30, 30 … s), and lets
   * media find a new way (ICE restart). The call goes on meanwhile. Answers whether the peer agreed; false also once
   * the call is over.
   */
  restart(): Promise<boolean>;
  /** What the browser measures; empty before there is anything. */
  stats(): Promise<RTCStatsReport>;
}
