// Put into a page or a panel before a call: keeps the peer connections that are made, and tells what they carry and when
// a call began to ring.
(() => {
  if (window.probe) return;
  const Plain = window.RTCPeerConnection;
  const peers = [];
  window.RTCPeerConnection = class extends Plain {
    constructor(...options) {
      super(...options);
      peers.push(this);
    }
  };
  let times = {};
  const say = WebSocket.prototype.send;
  WebSocket.prototype.send = function send(data) {
    if (typeof data === 'string' && data.startsWith('INVITE ')) times.invited ??= performance.now();
    return say.call(this, data);
  };
  document.addEventListener('click', (event) => (times.clicked ??= event.timeStamp), true);
  let context = null;
  let ear = null;
  window.probe = {
    /** What has come in and gone out in the newest call, by medium. */
    async stats() {
      const sums = { in: {}, out: {} };
      for (const own of (await peers.at(-1).getStats()).values()) {
        if (own.type === 'inbound-rtp') {
          sums.in[own.kind] = { packets: own.packetsReceived, frames: own.framesDecoded, energy: own.totalAudioEnergy };
        }
        if (own.type === 'outbound-rtp') sums.out[own.kind] = { packets: own.packetsSent, bytes: own.bytesSent };
      }
      return sums;
    },

    /** Which microphone is sent, and whether it is live. */
    sends() {
      const { label, readyState } = peers.at(-1).getSenders().find((own) => own.track?.kind === 'audio').track;
      return [label, readyState];
    },

    /** The loudest frequency in what is played, in hertz; 0 when it is quiet. */
    hears(player) {
      const stream = player?.srcObject;
      if (!stream?.getAudioTracks().length) return 0;
      if (ear?.stream !== stream) {
        context ??= new AudioContext();
        const node = new AnalyserNode(context, { fftSize: 4096 });
        new MediaStreamAudioSourceNode(context, { mediaStream: stream }).connect(node);
        ear = { stream, node };
        return 0;
      }
      const bins = new Float32Array(ear.node.frequencyBinCount);
      ear.node.getFloatFrequencyData(bins);
      const loudest = bins.indexOf(Math.max(...bins));
      return bins[loudest] > -60 ? (loudest * context.sampleRate) / ear.node.fftSize : 0;
    },

    /** From the next click on: milliseconds until INVITE has left, and until the word is seen in such an element. */
    time(selector, word) {
      times = {};
      const look = () => {
        if (deep(selector).some((own) => words(own).includes(word))) times.seen = performance.now();
        else requestAnimationFrame(look);
      };
      look();
    },

    /** What `time` has found; null until it is complete. */
    times() {
      const { clicked, invited, seen } = times;
      return seen ? [invited - clicked, seen - clicked] : null;
    },
  };
})();
