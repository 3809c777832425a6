// A desk behind `fetch`, as far as the widget can tell: enough to try every view, and a record of what was asked.

const real = window.fetch;
const realRequest = window.XMLHttpRequest;
const storage = Object.getOwnPropertyDescriptor(window, 'indexedDB');
let centre;

const answer = (status, body, headers = {}) =>
  new Response(typeof body === 'string' ? body : JSON.stringify(body), {
    status,
    headers: { 'content-type': typeof body === 'string' ? 'text/html' : 'application/json', ...headers },
  });

const refusal = (status, code) =>
  answer(status, { code, message: code, retry_after_ms: null, request_id: 'r-1' });

const page = (after) => {
  const events = centre.events.filter(({ seq }) => seq > after);
  return answer(200, { next: events.length ? events.at(-1).seq : after, events });
};

const GATEWAY = { domain: 'gw.example', addresses: ['wss://gw.example'], access_code: '1000', caller: 'anonymous' };

const calls = {
  'POST session': () =>
    answer(200, {
      protocol: 1,
      session: centre.credential,
      expires_ms: Date.now() + 1e9,
      visitor: { id: 'v-1', name: 'Guest', person: centre.person },
      contact: centre.contact,
      cursor: centre.events.length,
      offers: { robot: true, agent: true, text_max_bytes: 100, ...centre.offers },
    }),
  'POST contact': ({ to }) => {
    centre.contact = to === 'robot' ? { state: 'robot', with: { name: 'Mia', avatar: null } } : { state: 'queueing' };
    push(JSON.stringify([{ contact: centre.contact }]));
    return answer(200, centre.contact);
  },
  'DELETE contact': () => {
    centre.contact = { state: 'ended', reason: 'visitor' };
    push(JSON.stringify([{ contact: centre.contact }]));
    return answer(200, centre.contact);
  },
  'POST messages': ({ id, body }) => {
    push(JSON.stringify([{ echo: { id, body, status: 'accepted' } }]));
    return answer(200, { status: 'accepted', seq: centre.events.length });
  },
  'GET suggestions': () => answer(200, { suggestions: centre.suggestions }),
  'POST leave-message': () => answer(200, { status: 'accepted' }),
  'POST typing': () => new Response(null, { status: 204 }),
  'POST feedback': () => answer(200, { status: 'accepted' }),
  'POST read': () => new Response(null, { status: 204 }),
  'GET history': () => answer(200, centre.history.pop() ?? { items: [], before: null }),
  'POST ticket': () =>
    answer(200, { url: centre.ticket ?? `/nothing-here?ticket=${++centre.tickets}`, expires_ms: Date.now() + 300_000 }),
  'POST survey': () => answer(200, { status: 'accepted' }),
  'GET call': () => answer(200, { click_to_call: true, web_rtc: true, call: centre.call }),
  'POST call': ({ id, media }) => {
    callStands({ id, media, state: 'queueing' });
    return answer(200, centre.call);
  },
  'POST calls/place': ({ id }) => answer(200, { id, state: 'connected', media: 'audio', gateway: GATEWAY }),
  'POST call/heartbeat': () => answer(200, centre.call),
  'DELETE call': () => {
    callStands({ state: 'ended', end: 'visitor' });
    return answer(200, centre.call);
  },
};

/** The call stands so from now on; an event tells. */
const callStands = (more) => {
  centre.call = { ...centre.call, ...more };
  push(JSON.stringify([{ call: centre.call }]));
};

/** The centre has found an agent, or ended the call. */
export function call(more) {
  callStands(JSON.parse(more));
}

const wait = (after, signal) =>
  new Promise((resolve, reject) => {
    centre.waiting.push(() => resolve(page(after)));
    signal.addEventListener('abort', () => {
      centre.aborted++;
      reject(new DOMException('aborted', 'AbortError'));
    });
  });

const fake = async (request) => {
  if (request.signal.aborted) throw new DOMException('aborted', 'AbortError');
  const mine = centre;
  const url = new URL(request.url);
  const call = `${request.method} ${url.pathname.replace('/v1/', '').replace(/^files\/[^/]+\//, '')}`;
  const text = request.method === 'GET' ? '' : await request.clone().text();
  // What a widget of an earlier test still asks meets nobody.
  if (mine !== centre) throw new TypeError('network');
  const headers = Object.fromEntries(request.headers);
  centre.asked.push({ call, text, session: request.headers.get('Frontdesk-Session'), headers });
  if (centre.answer === 'down') throw new TypeError('network');
  if (centre.answer === 'never') return wait(0, request.signal);
  if (centre.answer === 'foreign') return answer(200, '<p>Welcome to the hotel</p>');
  if (centre.answer === 'gateway') return answer(502, '<p>Bad gateway</p>');
  if (centre.answer === 'crowded') return answer(503, '<p>Come back later</p>', { 'Retry-After': '7' });
  const refused = centre.refusals[call];
  if (refused) return refusal(...refused);
  if (call === 'GET events') {
    const after = Number(url.searchParams.get('after'));
    const news = centre.events.length > after || url.searchParams.get('wait') === '0';
    return news ? page(after) : wait(after, request.signal);
  }
  return calls[call](text ? JSON.parse(text) : {});
};

/** An upload: waits until the test lets it go on. */
class FakeRequest extends EventTarget {
  upload = new EventTarget();
  headers = {};
  status = 0;
  responseText = '';

  open(method, url) {
    this.call = `${method} ${new URL(url, location.href).pathname.replace('/v1/', '')}`;
  }

  setRequestHeader(name, value) {
    this.headers[name] = value;
  }

  async send(content) {
    const text = await content.text();
    centre.asked.push({ call: this.call, text, session: this.headers['Frontdesk-Session'], headers: this.headers });
    centre.uploads.push(this);
    if (centre.answer === 'down') this.dispatchEvent(new Event('loadend'));
  }

  abort() {
    centre.aborted++;
    this.dispatchEvent(new Event('loadend'));
  }
}

/** So many bytes of the upload that was begun last have left. */
export function uploaded(bytes) {
  centre.uploads.at(-1).upload.dispatchEvent(new ProgressEvent('progress', { loaded: bytes }));
}

/** The upload that was begun last is through, or refused with a status and a code. */
export function storeUpload(status, code) {
  const upload = centre.uploads.at(-1);
  const name = decodeURIComponent(upload.headers['Frontdesk-Name']);
  upload.status = status;
  upload.responseText = JSON.stringify(
    code
      ? { code, message: code, retry_after_ms: null, request_id: 'r-1' }
      : { file: `f-${centre.uploads.length}`, kind: 'document', name, size_bytes: 5 },
  );
  upload.dispatchEvent(new Event('loadend'));
}

/** A header of what was asked last by this call. */
export function header(call, name) {
  return centre.asked.findLast((one) => one.call === call)?.headers?.[name] ?? '';
}

/** What the robot can answer. */
export function suggest(questions) {
  centre.suggestions = JSON.parse(questions);
}

/** Answers every request from now on; a new centre that knows nobody. */
export function open() {
  centre = {
    credential: `credential-${Math.random()}`,
    contact: { state: 'none' },
    call: { id: null, state: 'none', media: 'audio' },
    events: [],
    waiting: [],
    asked: [],
    refusals: {},
    answer: '',
    history: [],
    tickets: 0,
    ticket: null,
    aborted: 0,
    offers: {},
    suggestions: [],
    uploads: [],
  };
  window.fetch = fake;
  window.XMLHttpRequest = FakeRequest;
}

export function close() {
  window.fetch = real;
  window.XMLHttpRequest = realRequest;
}

/** The site vouches for whoever comes from now on. */
export function vouch() {
  centre.person = 'p-1';
}

/** What the desk offers beside the usual; to be said before the widget asks. */
export function offer(offers) {
  centre.offers = JSON.parse(offers);
}

/** Pages of the history, the first one last. */
export function keepHistory(pages) {
  centre.history = JSON.parse(pages);
}

/** The address that every ticket leads to. */
export function ticketFor(address) {
  centre.ticket = address;
}

/** Events, numbered here. */
export function push(events) {
  for (const event of JSON.parse(events)) {
    if (event.contact) centre.contact = event.contact;
    centre.events.push({ at_ms: Date.now(), ...event, seq: centre.events.length + 1 });
  }
  for (const run of centre.waiting.splice(0)) run();
}

/** So many messages of an agent at once. */
export function flood(count) {
  const events = [{ contact: { state: 'agent', with: { name: 'Li', avatar: null } } }];
  for (let at = 1; at < count; at++) {
    const text = `message ${at}`;
    const from = { agent: { name: 'Li', avatar: null } };
    events.push({ message: { id: `m-${at}`, from, body: { text } }, at_ms: 1.7e12 + at * 1000 });
  }
  push(JSON.stringify(events));
}

export function refuse(call, status, code) {
  centre.refusals[call] = status ? [status, code] : undefined;
}

/** `down`, `never`, `foreign`, `gateway`, `crowded`, or nothing for proper answers. */
export function answerWith(kind) {
  centre.answer = kind;
}

/** What was asked by this call: the bodies, one a line. */
export function asked(call) {
  return centre.asked
    .filter((one) => one.call === call)
    .map(({ text }) => text)
    .join('\n');
}

export function count(call) {
  return centre.asked.filter((one) => one.call === call).length;
}

export function lastCredential() {
  return centre.asked.at(-1).session ?? '';
}

export function aborted() {
  return centre.aborted;
}

/** What of a browser refuses storage, and how it gives in again. */
export function refuseStorage(refuse) {
  if (!refuse) return Object.defineProperty(window, 'indexedDB', storage);
  Object.defineProperty(window, 'indexedDB', {
    configurable: true,
    get() {
      throw new DOMException('refused', 'SecurityError');
    },
  });
}

/** A host that keeps texts. */
export function vaultHost() {
  const kept = new Map();
  return {
    async vault([id, text]) {
      if (id === null) return [...kept.values()];
      if (text === null) kept.delete(id);
      else kept.set(id, text);
      return true;
    },
  };
}

const NAME = 'frontdesk-records';
const put = IDBObjectStore.prototype.put;

/** `abort`: every write is given up mid-way; `quota`: there is no room; nothing: all is well. */
export function breakWrites(how) {
  IDBObjectStore.prototype.put = function (...values) {
    if (how === 'quota') throw new DOMException('full', 'QuotaExceededError');
    const request = put.apply(this, values);
    if (how === 'abort') this.transaction.abort();
    return request;
  };
}

/** The browser has closed the connection that a page has, which learns it from the next step. */
export function loseConnection() {
  const { transaction } = IDBDatabase.prototype;
  IDBDatabase.prototype.transaction = () => {
    IDBDatabase.prototype.transaction = transaction;
    throw new DOMException('closing', 'InvalidStateError');
  };
}

/** From now on it is tomorrow; answers a function that ends it. */
export function tomorrow() {
  const { now } = Date;
  Date.now = () => now() + 86_400_000;
  return () => (Date.now = now);
}

/** Another tab replaces the database; answers whether it had to wait for anybody. */
export function replaceDatabase() {
  const request = indexedDB.deleteDatabase(NAME);
  let waited = false;
  return new Promise((resolve, reject) => {
    request.onblocked = () => (waited = true);
    request.onsuccess = () => resolve(waited);
    request.onerror = reject;
  });
}

/** A page of an earlier version holds the database, and does not let it go before it is told to. */
export function holdDatabase() {
  const request = indexedDB.open(NAME, 1);
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(() => request.result.close());
    request.onerror = reject;
  });
}
