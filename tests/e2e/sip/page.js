// A page that can do nothing but telephone: what the tests drive. `rig` is all they touch.
import { create } from './softphone.js';

const phone = create();
const context = new AudioContext();

/** A track with a tone of so many hertz. */
const tone = (hertz) => {
  const oscillator = new OscillatorNode(context, { frequency: hertz });
  const out = new MediaStreamAudioDestinationNode(context);
  oscillator.connect(out);
  oscillator.start();
  return out.stream.getAudioTracks()[0];
};

/** A stream with a tone of so many hertz, and a picture if there is to be one. */
const source = async (hertz, video) => {
  const tracks = [tone(hertz)];
  if (video) tracks.push(...(await navigator.mediaDevices.getUserMedia({ video: true })).getVideoTracks());
  return new MediaStream(tracks);
};

const listen = (stream) => {
  const audio = document.querySelector('audio') ?? document.body.appendChild(document.createElement('audio'));
  if (audio.srcObject === stream) return;
  audio.srcObject = stream;
  audio.play();
  rig.ear = new AnalyserNode(context, { fftSize: 4096 });
  new MediaStreamAudioSourceNode(context, { mediaStream: stream }).connect(rig.ear);
};

const rig = {
  events: [],
  call: null,
  ear: null,
  stream: null,
  tone,

  async dial({ hertz, ...options }) {
    rig.events = [];
    rig.ear = null;
    rig.stream = await source(hertz ?? 880, options.video);
    rig.call = phone.call({ ...options, stream: rig.stream }, (event) => {
      const { stream, ...told } = event;
      if (stream) listen(stream);
      rig.events.push(told);
    });
  },

  /** The loudest frequency that is heard, in hertz; 0 when it is quiet. */
  hears() {
    if (!rig.ear) return 0;
    const bins = new Float32Array(rig.ear.frequencyBinCount);
    rig.ear.getFloatFrequencyData(bins);
    const loudest = bins.indexOf(Math.max(...bins));
    return bins[loudest] > -60 ? (loudest * context.sampleRate) / rig.ear.fftSize : 0;
  },

  /** What has come in and gone out, by medium. */
  async stats() {
    const sums = { in: {}, out: {} };
    for (const own of (await rig.call.stats()).values()) {
      if (own.type === 'inbound-rtp') {
        sums.in[own.kind] = { packets: own.packetsReceived, frames: own.framesDecoded, energy: own.totalAudioEnergy };
      }
      if (own.type === 'outbound-rtp') sums.out[own.kind] = { packets: own.packetsSent, bytes: own.bytesSent };
    }
    return sums;
  },
};
window.rig = rig;
