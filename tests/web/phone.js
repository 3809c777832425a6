// Devices, a softphone and a clock that do what a test says, and a record of what was asked of them. Real are the streams.

const media = navigator.mediaDevices;
const now = Date.now;
const Peer = window.RTCPeerConnection;
let phone;

/** Finds an address to send from, or, where there is no network, none. */
class FakePeer extends EventTarget {
  iceGatheringState = 'new';
  createDataChannel() {}
  close() {}
  async setLocalDescription() {
    if (phone.network) {
      const found = { candidate: { candidate: 'candidate:1 1 udp 1 192.0.2.1 9 typ host' } };
      this.dispatchEvent(Object.assign(new Event('icecandidate'), found));
    }
    this.iceGatheringState = 'complete';
    this.dispatchEvent(new Event('icegatheringstatechange'));
  }
}

/** Everything anew; the browser's own devices are not asked. */
export function open() {
  phone = { on: null, options: null, did: [], stats: [], streams: [], asked: [], failures: [], list: [], ticks: [], network: true };
  window.RTCPeerConnection = FakePeer;
  media.getUserMedia = acquire;
  media.enumerateDevices = async () => phone.list;
}

export function close() {
  for (const stream of phone.streams) for (const track of stream.getTracks()) track.stop();
  phone.sound?.close();
  delete media.getUserMedia;
  delete media.enumerateDevices;
  Date.now = now;
  window.RTCPeerConnection = Peer;
}

const sound = () => {
  phone.sound ??= new AudioContext();
  return phone.sound;
};

/** A tone of this loudness, and a picture where one is asked for. */
const stream = (loud, picture) => {
  const context = sound();
  const [source, gain, end] = [context.createOscillator(), context.createGain(), context.createMediaStreamDestination()];
  gain.gain.value = loud;
  source.connect(gain).connect(end);
  source.start();
  const made = picture === 'only' ? new MediaStream() : end.stream;
  if (picture) {
    const canvas = document.createElement('canvas');
    canvas.getContext('2d').fillRect(0, 0, 10, 10);
    made.addTrack(canvas.captureStream(5).getVideoTracks()[0]);
  }
  phone.streams.push(made);
  return made;
};

const acquire = async (wish) => {
  phone.asked.push(wish);
  await phone.asking;
  const failure = phone.failures.shift();
  if (failure?.[0]) throw new DOMException(failure[1], failure[0]);
  const made = stream(0.5, wish.video && (wish.audio ? 'too' : 'only'));
  for (const track of made.getTracks()) {
    // Firefox hands events that are made here to nobody who listens to a track, unless it is told to.
    track.addEventListener = (...listener) => EventTarget.prototype.addEventListener.call(track, ...listener, true);
    const deviceId = wish[track.kind]?.deviceId?.exact ?? phone.list.find((one) => one.kind === `${track.kind}input`)?.deviceId;
    track.getSettings = () => ({ deviceId, facingMode: deviceId === 'back' ? 'environment' : undefined });
  }
  return made;
};

/** The next questions for a device are answered with these errors, in this order; an empty name: with a device. */
export function fail(failures) {
  phone.failures = JSON.parse(failures);
}

/** How often devices were given. */
export function given() {
  return phone.streams.length;
}

/** The next questions for a device are not answered before `answer`. */
export function ponder() {
  phone.asking = new Promise((answer) => (phone.answer = answer));
}

/** The visitor answers what was asked. */
export function answer() {
  phone.answer();
}

/** There is no network but the computer's own. */
export function cut() {
  phone.network = false;
}

/** What the browser was asked for last. */
export function asked() {
  return JSON.stringify(phone.asked.at(-1) ?? null);
}

export function asks() {
  return phone.asked.length;
}

/** The devices from now on, as `kind/id/label`; the browser says that they have changed. */
export function plug(devices) {
  phone.list = JSON.parse(devices).map((line) => {
    const [kind, deviceId, label] = line.split('/');
    return { kind, deviceId, label };
  });
  media.dispatchEvent(new Event('devicechange'));
}

/** The visitor's device of this kind is gone. */
export function unplug(kind) {
  const track = phone.options.stream.getTracks().findLast((one) => one.kind === kind);
  track.stop();
  track.dispatchEvent(new Event('ended'));
}

/** What the host gives the widget. */
export function host() {
  const call = (options, on) => {
    Object.assign(phone, { options, on });
    const did =
      (name) =>
      (...given) =>
        phone.did.push([name, ...given.map((one) => one?.kind ?? String(one))].join(' '));
    return {
      hang_up: did('hang_up'),
      hold: async (on) => {
        did('hold')(on);
        return !phone.refuses_hold;
      },
      digit: did('digit'),
      replace: did('replace'),
      restart: did('restart'),
      stats: async () => new Map(phone.stats.map((one, at) => [at, one])),
    };
  };
  return { softphone: async () => ({ create: () => ({ call }) }), ticker: async () => ({ start: worker }) };
}

/** A clock that rings when the test says so. */
const worker = () => {
  phone.worker = new EventTarget();
  phone.worker.postMessage = (ms) => phone.ticks.push(ms);
  phone.worker.terminate = () => phone.ticks.push('over');
  return phone.worker;
};

/** The clock rings. */
export function ring() {
  phone.worker.dispatchEvent(new Event('message'));
}

/** What the clock was told last: milliseconds, nothing, or that the call is over. */
export function ticks() {
  return String(phone.ticks.at(-1));
}

/** So much time has passed, and none of the page's own timers fires any more: as in a tab that is hidden for long. */
export function hide(ms) {
  const [before, timer] = [Date.now, window.setTimeout];
  Date.now = () => before() + ms;
  window.setTimeout = () => 0;
  phone.show = () => (window.setTimeout = timer);
}

/** The page's own timers go on. */
export function show() {
  phone.show();
}

/** The other side does not agree to be held. */
export function refuseHold() {
  phone.refuses_hold = true;
}

/** The softphone reports. */
export function tell(event) {
  phone.on(JSON.parse(event));
}

/** The browser has windows above all others, or none. What is asked of them is what the softphone was told as well. */
export function float(has) {
  const own = (name, value) => Object.defineProperty(document, name, { configurable: true, value });
  own('pictureInPictureEnabled', has);
  const turn = (name, target) => target.dispatchEvent(new Event(name));
  HTMLVideoElement.prototype.requestPictureInPicture = async function () {
    phone.did.push('float');
    own('pictureInPictureElement', this);
    turn('enterpictureinpicture', this);
  };
  document.exitPictureInPicture = async () => {
    phone.did.push('sink');
    const player = document.pictureInPictureElement;
    own('pictureInPictureElement', null);
    turn('leavepictureinpicture', player);
  };
}

/** What the softphone was told to do, one a line. */
export function did() {
  return phone.did.join('\n');
}

export function dialled() {
  return phone.on !== null;
}

/** What the softphone measures from now on. */
export function measure(report) {
  phone.stats = JSON.parse(report);
}

/** So much time has passed at once, as after a sleep; the page hears that it was woken. */
export function pass(ms) {
  const before = Date.now;
  Date.now = () => before() + ms;
  window.dispatchEvent(new Event('focus'));
}

/** The microphone carries sound; false also where there is none. */
export function is_heard() {
  return phone.streams[0]?.getAudioTracks().some((track) => track.enabled && track.readyState === 'live') ?? false;
}

/** Devices that are still in use. */
export function live() {
  return phone.streams.flatMap((one) => one.getTracks()).filter((track) => track.readyState === 'live').length;
}

/** Whether the browser would ask before this page is left. */
export function is_warned() {
  return !window.dispatchEvent(new Event('beforeunload', { cancelable: true }));
}
