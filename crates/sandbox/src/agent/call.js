// The agent's voice and picture in a call: one at a time, through the centre's gateway.

import { say } from "./text.js";
import { at } from "./view.js";

// Without a network interface some browsers never end looking for addresses.
const GATHER_MS = 2_000;

let talk = null;

/** Number of the call that is spoken, or null. */
export const spoken = () => talk?.id ?? null;

/** Asks for microphone and camera. Throws what the browser says. */
export const listenIn = (call) => navigator.mediaDevices.getUserMedia({ audio: true, video: call.media === "video" });

/**
 * Speaks in a call. `send(sdp)` brings the offer to the centre and the answer back; `hangUp()` ends the call there.
 * Throws when the answer is a refusal; then nothing is left open.
 */
export async function speak(call, stream, send, hangUp) {
  leave();
  // The gateway is on this machine or its network: no other server has to help.
  const connection = new RTCPeerConnection();
  const own = { id: call.id, name: call.userName, stream, connection, hangUp, since: null, state: "talkStarts", ticking: null };
  talk = own;
  for (const track of stream.getTracks()) connection.addTrack(track, stream);
  connection.addEventListener("track", ({ track, streams: [there] }) => {
    const place = at(track.kind === "video" ? "talk-there" : "talk-sound");
    place.srcObject = track.kind === "video" ? new MediaStream([track]) : there ?? new MediaStream([track]);
  });
  connection.addEventListener("connectionstatechange", () => {
    if (talk !== own) return;
    if (connection.connectionState === "connected") own.state = "talkWaits";
    if (connection.connectionState === "failed") hangUp();
    drawTalk();
  });
  own.ticking = setInterval(() => watchSound(own), 500);
  at("talk-here").srcObject = stream;
  drawTalk();
  try {
    await connection.setLocalDescription();
    await gathered(connection);
    const sdp = await send(connection.localDescription.sdp);
    if (talk === own) await connection.setRemoteDescription({ type: "answer", sdp });
  } catch (error) {
    if (talk === own) leave();
    throw error;
  }
}

function gathered(connection) {
  if (connection.iceGatheringState === "complete") return Promise.resolve();
  return new Promise((done) => {
    const look = () => connection.iceGatheringState === "complete" && done();
    connection.addEventListener("icegatheringstatechange", look);
    setTimeout(done, GATHER_MS);
  });
}

/** The clock runs from the first sound of the visitor. */
async function watchSound(own) {
  if (own.since === null && own.connection.connectionState === "connected") {
    const stats = await own.connection.getStats();
    const heard = [...stats.values()].some((part) => part.type === "inbound-rtp" && part.packetsReceived > 0);
    if (heard && talk === own) Object.assign(own, { since: Date.now(), state: "talkRuns" });
  }
  if (talk === own) drawTalk();
}

/** Ends the agent's side: microphone and camera are off. */
export function leave() {
  if (!talk) return;
  clearInterval(talk.ticking);
  for (const track of talk.stream.getTracks()) track.stop();
  talk.connection.close();
  talk = null;
  for (const place of ["talk-there", "talk-here", "talk-sound"]) at(place).srcObject = null;
  drawTalk();
}

/** Draws the call that is spoken, in the language of the page. */
export function drawTalk() {
  at("talk").hidden = !talk;
  if (!talk) return;
  const [sound, picture] = [talk.stream.getAudioTracks()[0], talk.stream.getVideoTracks()[0]];
  at("talk-name").textContent = say("talk", { name: talk.name });
  at("talk-time").textContent = talk.since === null ? "" : clock(Date.now() - talk.since);
  const state = say(talk.state);
  if (at("talk-state").textContent !== state) at("talk-state").textContent = state;
  at("talk-pictures").hidden = !picture;
  drawSwitch("talk-mute", sound, "mute", "unmute");
  at("talk-camera").hidden = !picture;
  if (picture) drawSwitch("talk-camera", picture, "cameraOff", "cameraOn");
}

function drawSwitch(id, track, off, on) {
  at(id).textContent = say(track.enabled ? off : on);
  at(id).setAttribute("aria-pressed", String(!track.enabled));
}

const clock = (ms) => {
  const seconds = Math.floor(ms / 1_000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
};

for (const [id, kind] of [["talk-mute", "audio"], ["talk-camera", "video"]]) {
  at(id).addEventListener("click", () => {
    const track = talk?.stream.getTracks().find((track) => track.kind === kind);
    // A track that is off sends silence, or a black picture.
    if (track) track.enabled = !track.enabled;
    drawTalk();
  });
}
at("talk-end").addEventListener("click", () => talk?.hangUp());
