// An agent with a camera, in a page: registers, answers whoever calls, and counts what it sees. Plain JsSIP.
import JsSIP from 'jssip';

const rig = { state: 'new', session: null };
window.rig = rig;

rig.work = async ({ address, user, domain, password }) => {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: true });
  const agent = new JsSIP.UA({
    sockets: [new JsSIP.WebSocketInterface(address)],
    uri: `sip:${user}@${domain}`,
    password,
    session_timers: false,
  });
  agent.on('registered', () => (rig.state = 'registered'));
  agent.on('registrationFailed', () => (rig.state = 'refused'));
  agent.on('newRTCSession', ({ session }) => {
    rig.session = session;
    // What nobody listens to is not decoded.
    session.on('peerconnection', ({ peerconnection }) => {
      peerconnection.addEventListener('track', ({ track, streams }) => {
        if (track.kind !== 'audio') return;
        const audio = document.body.appendChild(document.createElement('audio'));
        audio.srcObject = streams[0] ?? new MediaStream([track]);
        audio.play();
      });
    });
    session.on('icecandidate', ({ ready }) => setTimeout(ready, 500));
    session.on('confirmed', () => (rig.state = 'talking'));
    session.on('ended', () => (rig.state = 'ended'));
    session.on('failed', () => (rig.state = 'failed'));
    session.answer({ mediaStream: stream, pcConfig: { iceServers: [] } });
  });
  agent.start();
};

rig.seen = async () => {
  const sums = { audio: 0, video: 0, energy: 0 };
  for (const entry of (await rig.session.connection.getStats()).values()) {
    if (entry.type !== 'inbound-rtp') continue;
    sums[entry.kind] += entry.kind === 'video' ? entry.framesDecoded : entry.packetsReceived;
    sums.energy += entry.totalAudioEnergy ?? 0;
  }
  return sums;
};
