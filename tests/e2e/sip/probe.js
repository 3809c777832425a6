// Put into the panel before a call: keeps the peer connections that are made, and tells what they carry.
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
  const context = new AudioContext();
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

    /** The loudest frequency in what the panel plays, in hertz; 0 when it is quiet. */
    hears(player) {
      const stream = player?.srcObject;
      if (!stream?.getAudioTracks().length) return 0;
      if (ear?.stream !== stream) {
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
  };
})();
