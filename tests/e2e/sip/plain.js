// What a developer would write by JsSIP's documentation, and no more: one gateway, whom to call is known beforehand.
// `?gateway=ws://…&domain=…&code=…&video` in the address.
import JsSIP from 'jssip';

const query = new URLSearchParams(location.search);
const domain = query.get('domain');
const video = query.has('video');
const find = (id) => document.getElementById(id);
const tell = (words) => (find('state').textContent = words);

const phone = new JsSIP.UA({
  sockets: [new JsSIP.WebSocketInterface(query.get('gateway'))],
  uri: `sip:anyone@${domain}`,
  register: false,
});
phone.on('connected', () => tell('Ready'));
phone.start();

find('call').addEventListener('click', () => {
  const session = phone.call(`sip:${query.get('code')}@${domain}`, {
    mediaConstraints: { audio: true, video },
    rtcOfferConstraints: { offerToReceiveAudio: true, offerToReceiveVideo: video },
    eventHandlers: {
      progress: () => tell('Ringing'),
      confirmed: () => {
        tell('Talking');
        const { connection } = session;
        play('there', connection.getReceivers());
        if (video) play('here', connection.getSenders());
      },
      failed: () => tell('Over'),
      ended: () => tell('Over'),
    },
  });
  find('end').onclick = () => session.terminate();
});

/** Plays what these send or receive. */
const play = (id, all) => {
  find(id).srcObject = new MediaStream(all.flatMap(({ track }) => track ?? []));
  find(id).play();
};
