// Calls in the gallery: what the visitor does is done by hand, what surrounds the widget does as the scene wishes.

import { opened } from './opened.js';

const SIZE = [320, 240];
const GATEWAY = { domain: 'gw.example', addresses: ['wss://gw.example'], access_code: '1000', caller: '2000' };
const CONNECTED = { state: 'connected', gateway: GATEWAY };
const possible = { click_to_call: true, web_rtc: true, call: { id: null, state: 'none', media: 'audio' } };
/** By scene: what the proxy answers. */
const answers = new Map();
const never = () => new Promise(() => {});
const moment = (ms = 100) => new Promise((resolve) => setTimeout(resolve, ms));

/** Answers for the proxy, which is not here. */
export const answerCalls = () => {
  const real = window.fetch;
  window.RTCPeerConnection = Peer;
  window.fetch = async (request, init) => {
    if (!(request instanceof Request) || !new URL(request.url).pathname.startsWith('/v1/call')) return real(request, init);
    const wish = answers.get(request.headers.get('Frontdesk-Session')) ?? {};
    if (request.method === 'GET') {
      return Response.json({ ...possible, ...wish.support });
    }
    if (request.method === 'POST' && request.url.endsWith('/call')) {
      const asked = await request.json();
      if (wish.start === 'never') return never();
      if (wish.start?.code) return Response.json({ message: '', ...wish.start }, { status: 409 });
      wish.call = { ...asked, state: 'queueing', ...wish.start };
    }
    if (request.url.endsWith('/calls/place')) {
      const { id } = await request.json();
      if (wish.start === 'never') return never();
      if (wish.start?.code) return Response.json({ message: '', ...wish.start }, { status: 409 });
      return Response.json({ ...CONNECTED, id, media: 'audio' });
    }
    if (request.method === 'DELETE') wish.call = { ...wish.call, state: 'ended', end: 'visitor' };
    return Response.json(wish.call);
  };
};

/** A face before a wall, or nobody. */
const picture = (wall, coat) => {
  const canvas = Object.assign(document.createElement('canvas'), { width: SIZE[0], height: SIZE[1] });
  const paint = canvas.getContext('2d');
  const draw = () => {
    paint.fillStyle = wall;
    paint.fillRect(0, 0, ...SIZE);
    paint.fillStyle = coat;
    paint.beginPath();
    paint.ellipse(160, 250, 95, 90, 0, 0, 7);
    paint.fill();
    paint.fillStyle = '#e8b996';
    paint.beginPath();
    paint.ellipse(160, 110, 48, 60, 0, 0, 7);
    paint.fill();
  };
  draw();
  // A canvas gives a frame when it is painted.
  setInterval(draw, 200);
  return canvas.captureStream(5).getVideoTracks()[0];
};

let context;
/** Silence, and perhaps a picture. */
const stream = (video, wall, coat) => {
  context ??= new AudioContext();
  const made = context.createMediaStreamDestination().stream;
  if (video) made.addTrack(picture(wall, coat));
  return made;
};

const DEVICES = [
  ['audioinput', 'Headset'], ['audioinput', 'Built-in microphone'], ['audiooutput', 'Headset'], ['audiooutput', 'Loudspeakers'],
  ['videoinput', 'Front camera'], ['videoinput', 'Back camera'],
].map(([kind, label], at) => ({ kind, label, deviceId: `d${at}` }));

/** The browser's question is answered with this. */
const devices = (answer) => {
  navigator.mediaDevices.getUserMedia = answer;
  navigator.mediaDevices.enumerateDevices = async () => DEVICES;
};

const allow = async (wish) => stream(wish.video, '#6a7b8f', '#2f4b66');
const refuse = (name, message = '') => async () => {
  throw new DOMException(message, name);
};

/** Whether the scene that asked for devices last has a network. */
let network = true;

/** Finds an address to send from, or none. */
class Peer extends EventTarget {
  iceGatheringState = 'complete';
  #network = network;
  createDataChannel() {}
  close() {}
  async setLocalDescription() {
    const candidate = { candidate: 'candidate:1 1 udp 1 192.0.2.1 9 typ host' };
    if (this.#network) this.dispatchEvent(Object.assign(new Event('icecandidate'), { candidate }));
    this.dispatchEvent(new Event('icegatheringstatechange'));
  }
}

/** Figures: so much arrives, so much is lost, so loud is the microphone. */
const figures = ({ arrives = 100, lost = 0, loud = 0.2 }) => {
  let received = 100;
  let gone = 0;
  return () => {
    received += arrives;
    gone += lost;
    return [
      { type: 'inbound-rtp', kind: 'audio', packetsReceived: received, packetsLost: gone, jitter: 0.004, audioLevel: arrives ? 0.25 : 0 },
      { type: 'media-source', kind: 'audio', audioLevel: loud },
    ];
  };
};

const ANSWERED = [{ type: 'ringing', early: false }, { type: 'answered' }, { type: 'ice', state: 'connected' }];

/** The softphone of a scene: reports these events, one after the other. */
const softphone = (events, measured) => async () => ({
  create: () => ({
    call(options, on) {
      const other = stream(options.video, '#b58f6a', '#7a2e3a');
      const told = [...events];
      if (told.some(({ type }) => type === 'answered')) told.unshift({ type: 'media', stream: other });
      setTimeout(() => told.forEach((event) => on(event)));
      const nothing = () => {};
      const silent = () => !options.stream.getAudioTracks().some((track) => track.enabled);
      const stats = async () => {
        const all = measured();
        if (silent()) all.find(({ type }) => type === 'media-source').audioLevel = 0;
        return new Map(all.map((one, at) => [at, one]));
      };
      return { hang_up: nothing, hold: nothing, digit: nothing, replace: nothing, restart: nothing, stats };
    },
  }),
});

const seen = async (root, selector) => {
  for (let turn = 0; turn < 60; turn++) {
    const found = root.querySelector(selector);
    if (found) return found;
    await moment(50);
  }
  throw new Error(`there is no ${selector}`);
};

/**
 * A scene. `video`: which button is pressed, none if it is left out; `asks` answers for the devices; `start` and `support`
 * for the centre; `phone` are the softphone's events; `sound` what is measured; `then` is done at last. `placed`: the number that a
 * member of staff has called.
 */
const scene = ({ contact, offers, video, asks = allow, start = CONNECTED, support, phone = [], sound = {}, then, nowhere, placed }) => ({
  host: { softphone: softphone(phone, figures(sound)) },
  play: (stage, w, name) => {
    answers.set(name, { start, support });
    const begin = opened(contact?.(w), { call: { audio: true, video: true, ...offers } });
    stage.open({ ...begin, session: name, visitor: { ...begin.visitor, person: placed } });
    stage.answer('call', possible);
  },
  after: async (root, stage, w, name) => {
    if (placed) {
      devices(asks);
      stage.placeCall(placed);
      return then?.(root, name);
    }
    (await seen(root, '.fd-call-open')).click();
    if (video !== undefined) {
      await seen(root, '.fd-call-actions .fd-button');
      devices((wish) => {
        network = !nowhere;
        return asks(wish);
      });
      root.querySelector(`.fd-call-actions .fd-button:${video ? 'last' : 'first'}-child`).click();
    }
    await then?.(root, name);
  },
});

const end = (cause) => [{ type: 'ended', by: 'there', cause }];
const press = (at) => async (root) => (await seen(root, `.fd-call-row .fd-call-key:nth-child(${at})`)).click();
const failure = (video, ...thrown) => scene({ video, asks: refuse(...thrown) });
/** What is wrong is measured for some seconds before it is said; `nth`: so many sentences are said until then. */
const warned = (nth) => async (root) => {
  await seen(root, '.fd-call-row');
  await moment(1000);
  const said = new Set();
  for (let turn = 0; turn < 80; turn++) {
    const sentence = root.querySelector('.fd-call-said')?.textContent;
    if (sentence) said.add(sentence);
    if (said.size === nth) return;
    await moment(250);
  }
  throw new Error('there is no warning');
};
const placed = (more) => scene({ placed: '+86 138 0013 8000', ...more });
const talking = (more) => scene({ video: false, phone: ANSWERED, ...more });

/** The microphone is taken away, and another one is asked for. */
const unplugged = (asks) => {
  let own;
  return talking({
    asks: async (wish) => (own = await allow(wish)),
    then: async (root) => {
      await seen(root, '.fd-call-row');
      devices(asks);
      own.getAudioTracks()[0].dispatchEvent(new Event('ended'));
    },
  });
};

export const calls = {
  'call-offer': scene({}),
  'call-offer-voice': scene({ offers: { video: false } }),
  'call-person-first': scene({ contact: (w) => ({ state: 'robot', with: { name: w.robot, avatar: null } }) }),
  'call-not-here': scene({ support: { click_to_call: false } }),
  'call-elsewhere': scene({
    then: async (root, name) => {
      await seen(root, '.fd-call-actions');
      new BroadcastChannel(`frontdesk-call/${name}`).postMessage(true);
    },
  }),
  'call-asking': scene({ video: false, asks: never }),
  'call-asking-video': scene({ video: true, asks: never }),
  'call-denied': failure(false, 'NotAllowedError', 'Permission denied'),
  'call-dismissed': failure(false, 'NotAllowedError', 'Permission dismissed'),
  'call-policy': failure(false, 'SecurityError'),
  'call-absent': failure(false, 'NotFoundError'),
  'call-busy-microphone': failure(false, 'NotReadableError'),
  'call-failed-microphone': failure(false, 'OperationError'),
  'call-denied-video': failure(true, 'NotAllowedError', 'Permission denied'),
  'call-absent-camera': failure(true, 'NotFoundError'),
  'call-no-network': scene({ video: false, nowhere: true }),
  'call-requesting': scene({ video: false, start: 'never' }),
  'call-refused': scene({ video: false, start: { code: 'no_agents' } }),
  'call-queueing': scene({ video: false, start: {} }),
  'call-queueing-video': scene({ video: true, start: {} }),
  'call-dialling': scene({ video: false }),
  'call-ringing': scene({ video: false, phone: ANSWERED.slice(0, 1) }),
  'call-talking': talking({}),
  'call-talking-video': talking({ video: true }),
  'call-keypad': talking({ then: press(3) }),
  'call-devices': talking({ video: true, then: press(5) }),
  'call-muted': talking({ then: press(1) }),
  'call-held': talking({ then: press(2) }),
  'call-held-there': talking({ phone: [...ANSWERED, { type: 'held', on: true }] }),
  'call-no-sound-yet': talking({ phone: [...ANSWERED.slice(0, 2), { type: 'ice', state: 'checking' }], sound: { arrives: 0 } }),
  'call-recovering': talking({ phone: [...ANSWERED, { type: 'ice', state: 'disconnected' }] }),
  'call-poor': talking({ sound: { lost: 30 }, then: warned(1) }),
  'call-one-way': talking({ sound: { arrives: 0 }, then: warned(1) }),
  'call-silent': talking({ sound: { loud: 0 }, then: warned(2) }),
  'call-device-gone': unplugged(refuse('NotFoundError')),
  'call-device-replaced': unplugged(allow),
  'call-placing': placed({ start: 'never' }),
  'call-placed': placed({ phone: ANSWERED }),
  'call-placed-keypad': placed({ phone: ANSWERED, then: press(3) }),
  'call-placed-busy': placed({ phone: end('busy') }),
  'call-placed-refused': placed({ start: { code: 'calls_not_allowed' } }),
  'call-placed-unknown': placed({ start: { code: 'centre_timeout' } }),
  'call-end-visitor': talking({ then: press(5) }),
  'call-end-centre': scene({ video: false, phone: [...ANSWERED, ...end('hung_up')] }),
  'call-end-nobody': scene({ video: false, start: { state: 'ended', end: 'queue_timeout' } }),
  'call-end-busy': scene({ video: false, phone: end('busy') }),
  'call-end-failed': scene({ video: false, phone: end('not_found') }),
  'call-end-gateway': scene({ video: false, phone: end('no_gateway') }),
  'call-end-path': scene({ video: false, phone: end('no_media') }),
  'call-end-lost': scene({ video: true, start: { state: 'ended', end: 'lost' } }),
};
