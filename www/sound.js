// The tone for a message that no tab shows. Loaded with the first one, in the one tab that is asked for it.

/** Two notes, in Hz; how long both are heard and when the second begins, in seconds; how loud, 0 to 1. */
const NOTES = [659, 880];
const LENGTH_S = 0.5;
const SECOND_S = 0.12;
const LOUD = 0.08;
/** A tone that begins or ends at once clicks; seconds. */
const EDGE_S = 0.01;
/** After so many milliseconds a tone is too late to say anything. */
const LATE_MS = 4000;

let context;
let playing;

/** Plays it, if the browser lets this page make a sound: one that nobody has touched yet stays silent. */
export const ring = async () => {
  context ??= new AudioContext();
  const asked = performance.now();
  // Waits for the visitor's first touch where that is needed.
  await context.resume();
  if (performance.now() - asked > LATE_MS) return;
  const now = context.currentTime;
  const note = context.createOscillator();
  const gain = context.createGain();
  note.frequency.setValueAtTime(NOTES[0], now);
  note.frequency.setValueAtTime(NOTES[1], now + SECOND_S);
  gain.gain.setValueAtTime(0, now);
  gain.gain.linearRampToValueAtTime(LOUD, now + EDGE_S);
  gain.gain.setTargetAtTime(0, now + SECOND_S + EDGE_S, LENGTH_S / 5);
  note.connect(gain).connect(context.destination);
  playing = note;
  // A context that runs costs power, whether anything is heard or not.
  note.addEventListener('ended', () => playing === note && context.suspend());
  note.start(now);
  note.stop(now + LENGTH_S);
};
