// Measures in a page what `cargo xtask bench` prints. Each case has a document of its own, since WASM memory never
// shrinks; the page goes from case to case by itself and posts `[case, …figures]` after each.

import init, { Bench } from 'frontdesk-under-test';

const LENGTHS = [100, 1000, 10_000];
const ROUNDS = 3;
const WARM_UP = 5;
const APPENDS = 50;
const SUBJECTS = ['widget', 'floor', 'plain'];
const CASES = ROUNDS * LENGTHS.length * SUBJECTS.length;
const BLOCK = 64;
const TEXT = 'Your order has left our warehouse and should reach you on Thursday.';

const place = document.querySelector('.fd-body');
const number = Number(new URLSearchParams(location.search).get('case') ?? 0);
// The subjects take turns, so that a busy moment of the machine hits all.
const kind = SUBJECTS[number % SUBJECTS.length];
const length = LENGTHS[Math.floor(number / SUBJECTS.length) % LENGTHS.length];
const post = (path, body) => fetch(path, { method: 'POST', body });

/** The widget's own transcript. */
const widget = async () => {
  const [wasm, texts] = await Promise.all([
    init({ module_or_path: new URL('frontdesk_bg.wasm', import.meta.url) }),
    fetch('texts.json').then((answer) => answer.json()),
  ]);
  const bench = new Bench(place, texts);
  return {
    add: (count) => bench.add(count),
    count: () => bench.len(),
    memory: () => wasm.memory.buffer.byteLength,
    scroller: place.querySelector('.fd-scroll'),
  };
};

/** The least that shows messages: a paragraph each, in a scroller that stays at the newest. No sender, no time, no
 * grouping, nothing kept in memory beside the nodes. In blocks that the browser may skip, it is the floor. */
const list = (inBlocks) => {
  const scroller = document.createElement('div');
  scroller.style.cssText = 'display: flex; flex: 1; flex-direction: column-reverse; min-height: 0; overflow: auto';
  const lines = document.createElement('div');
  scroller.append(lines);
  place.append(scroller);
  let block = lines;
  let shown = 0;
  const newBlock = () => {
    if (block !== lines) block.style.cssText = 'content-visibility: auto; contain-intrinsic-size: auto 3200px';
    block = document.createElement('div');
    lines.append(block);
  };
  const add = (count) => {
    for (let left = count; left > 0; left--) {
      const line = document.createElement('p');
      line.textContent = TEXT;
      if (inBlocks && shown % BLOCK === 0) newBlock();
      block.append(line);
      shown += 1;
    }
  };
  return { add, count: () => lines.querySelectorAll('p').length, memory: () => 0, scroller };
};

const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));

/** Resolves in the task after this one: called in a frame's callback, that is when the frame has been drawn. */
const afterFrame = () =>
  new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });

/** Milliseconds of adding so many: until laid out, and until the main thread has drawn the frame. */
const time = async ({ add, scroller }, count) => {
  await frame();
  const begun = performance.now();
  add(count);
  void scroller.firstElementChild.offsetHeight;
  const laidOut = performance.now();
  await afterFrame();
  return [laidOut - begun, performance.now() - begun];
};

/** Bytes after garbage was collected: JavaScript heap, memory of the WASM instance, all that the browser ascribes to
 * the DOM. */
const memory = async (subject) => {
  for (let turn = 0; turn < 3; turn++) {
    await gc({ type: 'major', execution: 'async' });
    await frame();
  }
  const { breakdown } = await performance.measureUserAgentSpecificMemory();
  const dom = breakdown.filter(({ types }) => types.includes('DOM')).reduce((sum, { bytes }) => sum + bytes, 0);
  return [performance.memory.usedJSHeapSize, subject.memory(), dom];
};

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

const measure = async () => {
  const subject = await (kind === 'widget' ? widget() : list(kind === 'floor'));
  await time(subject, 0);
  const empty = await memory(subject);
  const [, load] = await time(subject, length);
  const full = await memory(subject);
  const times = [];
  for (let turn = 0; turn < WARM_UP + APPENDS; turn++) times.push(await time(subject, 1));
  times.splice(0, WARM_UP);

  const { clientHeight, scrollHeight } = subject.scroller;
  if (subject.count() !== length + WARM_UP + APPENDS) throw new Error(`${subject.count()} messages are shown`);
  if (clientHeight < 200 || clientHeight > 640 || scrollHeight < length * 20)
    throw new Error(`the list is not laid out as in the panel: ${clientHeight} of ${scrollHeight} px`);
  const newest = [...subject.scroller.querySelectorAll('p, .fd-row')].at(-1).getBoundingClientRect();
  const view = subject.scroller.getBoundingClientRect();
  if (newest.height < 15 || newest.top < view.top || newest.bottom > view.bottom + 1)
    throw new Error(`the newest message is out of sight, at ${newest.top} to ${newest.bottom} px`);
  return [
    median(times.map(([laidOut]) => laidOut)),
    median(times.map(([, drawn]) => drawn)),
    load,
    ...full.map((bytes, at) => bytes - empty[at]),
  ];
};

try {
  const figures = await measure();
  await post('result', JSON.stringify([number, length, ...figures]));
  if (number + 1 < CASES) location.replace(`?case=${number + 1}`);
  else await post('done', '');
} catch (error) {
  await post('fault', `${kind}, ${length} messages: ${error}`);
}
