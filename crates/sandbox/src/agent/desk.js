// The agent's desk: signs in, listens for changes, and turns clicks and keys into calls.

import { drawTalk, leave as leaveCall, listenIn, speak, spoken } from "./call.js";
import { isRich, takeRich, wireComposer } from "./compose.js";
import { forgetFiles } from "./message.js";
import { drawSide } from "./side.js";
import { say, switchLanguage, translate } from "./text.js";
import { at, drawHead, drawList, drawLog, groupOf, redrawLines } from "./view.js";

const STORED = "frontdesk-sandbox-agent";
const TYPING_EVERY_MS = 3_000;
const RETRY_MS = [500, 1_000, 2_000, 5_000];
/** What the browser throws when it gives no microphone or camera, and the sentence for it. */
const DEVICE_REASONS = { NotAllowedError: "deviceForbidden", NotFoundError: "deviceAbsent", NotReadableError: "deviceBusy" };

const desk = { agent: null, token: null, conversations: new Map(), lines: new Map(), known: new Map(), calls: new Map(), letters: [], gateway: null, drafts: new Map(), open: null };
let listening = null;
let typedAt = -Infinity;

class Refused extends Error {
  constructor(status, reason) {
    super(reason);
    this.status = status;
  }
}

async function call(method, path, body, signal) {
  const headers = { "Content-Type": "application/json" };
  if (desk.token) headers["Agent-Token"] = desk.token;
  const answer = await fetch(`/agent/api/${path}`, { method, headers, signal, body: body && JSON.stringify(body) });
  const text = await answer.text();
  const data = text ? JSON.parse(text) : {};
  if (answer.status === 401) leave(say("signedOut"));
  if (!answer.ok) throw new Refused(answer.status, data.error ?? answer.statusText);
  return data;
}

/** Calls and shows a refusal below the conversation. */
async function wish(method, path, body) {
  at("refused").textContent = "";
  try {
    return await call(method, path, body);
  } catch (error) {
    at("refused").textContent = error instanceof Refused ? error.message : say("trouble");
    return null;
  }
}

// Signing in and out

function enter(agent, token) {
  Object.assign(desk, { agent, token, open: null });
  for (const map of [desk.conversations, desk.lines, desk.known, desk.calls, desk.drafts]) map.clear();
  desk.letters = [];
  forgetFiles();
  sessionStorage.setItem(STORED, JSON.stringify({ agent, token }));
  at("entrance").hidden = true;
  at("desk").hidden = false;
  listening = new AbortController();
  drawAgent();
  drawOpen(true);
  listen(listening.signal);
}

function leave(reason) {
  leaveCall();
  listening?.abort();
  listening = null;
  desk.token = null;
  sessionStorage.removeItem(STORED);
  at("desk").hidden = true;
  at("entrance").hidden = false;
  at("sign-in-error").textContent = reason;
  at("name").focus();
}

at("sign-in").addEventListener("submit", async (event) => {
  event.preventDefault();
  at("sign-in-error").textContent = "";
  try {
    const { agent, token } = await call("POST", "login", { name: at("name").value });
    enter(agent, token);
  } catch (error) {
    at("sign-in-error").textContent = error instanceof Refused ? error.message : say("trouble");
  }
});

at("sign-out").addEventListener("click", async () => {
  await wish("POST", "logout");
  leave("");
});

// Changes

async function listen(signal) {
  let next = 0;
  let failures = 0;
  while (!signal.aborted) {
    try {
      const changes = await call("GET", `changes?after=${next}&wait=${next === 0 ? 0 : 25}`, undefined, signal);
      failures = 0;
      at("trouble").textContent = "";
      next = changes.next;
      desk.agent = changes.agent ?? desk.agent;
      for (const conversation of changes.conversations) desk.conversations.set(conversation.id, conversation);
      for (const call of changes.calls) desk.calls.set(call.id, call);
      desk.gateway = changes.gateway;
      // Whoever ended it, it has ended.
      if (spoken() !== null && desk.calls.get(spoken())?.state !== "connected") leaveCall();
      desk.letters = changes.letters ?? desk.letters;
      drawAgent();
      drawAll();
      await refreshOpen(changes.conversations, signal);
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof Refused)) at("trouble").textContent = say("trouble");
      await new Promise((wake) => setTimeout(wake, RETRY_MS[Math.min(failures, RETRY_MS.length - 1)]));
      failures += 1;
    }
  }
}

async function refreshOpen(changed, signal) {
  if (changed.some((conversation) => conversation.id === desk.open)) await load(desk.open, signal);
}

/** Fetches the lines of a conversation that are not here yet. */
async function load(id, signal) {
  const lines = desk.lines.get(id) ?? [];
  desk.lines.set(id, lines);
  const since = desk.known.get(id) ?? 0;
  const path = `conversations/${id}?after=${lines.length}&since=${since}`;
  const { messages, revised, next, ...conversation } = await call("GET", path, undefined, signal);
  desk.known.set(id, Math.max(next, desk.known.get(id) ?? 0));
  lines.push(...messages.filter((line) => line.seq > lines.length));
  for (const line of revised) lines[line.seq - 1] = line;
  if (id === desk.open) redrawLines(lines, revised, actions);
  desk.conversations.set(id, conversation);
  if (id !== desk.open) return;
  drawOpen(false);
  markRead();
}

function markRead() {
  const conversation = desk.conversations.get(desk.open);
  if (!conversation?.unread || document.visibilityState !== "visible") return;
  if (["mine", "offline"].includes(groupOf(conversation, desk.agent))) wish("POST", `conversations/${desk.open}/read`);
}

// The open conversation

async function open(id) {
  if (desk.open !== null) desk.drafts.set(desk.open, at("reply").value);
  desk.open = id;
  at("reply").value = desk.drafts.get(id) ?? "";
  at("rich").replaceChildren();
  at("refused").textContent = "";
  grow();
  document.body.dataset.pane = "open";
  drawAll();
  drawOpen(true);
  try {
    await load(id);
  } catch (error) {
    at("refused").textContent = error.message;
  }
  if (at("composer").hidden) at("visitor").focus({ preventScroll: true });
  else (isRich() ? at("rich") : at("reply")).focus();
}

function drawOpen(whole) {
  const conversation = desk.conversations.get(desk.open);
  at("choose").hidden = Boolean(conversation);
  at("open").hidden = !conversation;
  if (!conversation) return;
  drawHead(conversation, desk.agent);
  drawLog(desk.lines.get(desk.open) ?? [], whole, desk.open, actions);
}

const actions = {
  async fetchFile(key) {
    const answer = await fetch(`/agent/api/files/${encodeURIComponent(key)}`, { headers: { "Agent-Token": desk.token } });
    if (!answer.ok) throw new Refused(answer.status, answer.statusText);
    return answer.arrayBuffer();
  },
  canTakeBack: () => groupOf(desk.conversations.get(desk.open), desk.agent) === "mine",
  takeBack: (line, act) => wish("POST", `conversations/${desk.open}/messages/${encodeURIComponent(line.code)}/${act}`),
};

async function actOnCall(which, act) {
  if (desk.gateway && act !== "end") await speakIn(which, act);
  else await tellOfCall(which, act);
  drawAll();
}

/** Microphone first: a call that cannot be spoken is not taken. */
async function speakIn(which, act) {
  at("side-error").textContent = "";
  let stream;
  try {
    stream = await listenIn(which);
  } catch (error) {
    const reason = DEVICE_REASONS[error.name];
    at("side-error").textContent = say("noMicrophone", { why: reason ? say(reason) : error.message });
    return;
  }
  const stop = () => stream.getTracks().forEach((track) => track.stop());
  if (act === "accept" && !(await tellOfCall(which, act))) return stop();
  try {
    const send = async (sdp) => (await call("POST", `calls/${which.id}/media`, { sdp })).sdp;
    await speak(which, stream, send, () => actOnCall(which, "end"));
    if (desk.gateway.only_loopback) at("side-error").textContent = say("onlyLoopback");
  } catch (error) {
    stop();
    at("side-error").textContent = say("mediaRefused", { why: error.message });
  }
}

async function tellOfCall(which, act) {
  if (act === "end" && spoken() === which.id) leaveCall();
  const answered = await wish("POST", `calls/${which.id}/${act}`);
  if (answered) desk.calls.set(answered.id, answered);
  return answered;
}

function drawAll() {
  drawSide(at("side"), { ...desk, spoken: spoken() }, actOnCall, open);
  drawList(desk);
}

function drawAgent() {
  at("who").textContent = desk.agent.name;
  at("load").textContent = say("load", desk.agent);
}

function showList() {
  document.body.dataset.pane = "list";
  at("groups").querySelector(`button[data-id="${desk.open}"]`)?.focus();
}

at("groups").addEventListener("click", (event) => {
  const row = event.target.closest("button[data-id]");
  if (row) open(Number(row.dataset.id));
});

at("groups").addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  const rows = [...at("groups").querySelectorAll("button")];
  rows[rows.indexOf(document.activeElement) + step]?.focus();
  event.preventDefault();
});

at("back").addEventListener("click", showList);
at("open").addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !event.isComposing) showList();
});

at("accept").addEventListener("click", async () => {
  const conversation = await wish("POST", `conversations/${desk.open}/accept`);
  if (!conversation) return;
  desk.conversations.set(conversation.id, conversation);
  drawOpen(false);
  at("reply").focus();
});

async function end() {
  const conversation = await wish("POST", `conversations/${desk.open}/end`);
  if (!conversation) return;
  desk.conversations.set(conversation.id, conversation);
  drawOpen(false);
  at("visitor").focus({ preventScroll: true });
}

at("end").addEventListener("click", () => {
  // Nobody is told that left messages were put away, so nobody need be asked.
  if (groupOf(desk.conversations.get(desk.open), desk.agent) === "offline") end();
  else at("confirm").showModal();
});
// On submission, not on the dialog's "close": that event waits while the tab is hidden.
at("confirm").addEventListener("submit", (event) => {
  if (event.submitter?.value === "yes") end();
});

// Writing

at("reply").addEventListener("keydown", (event) => {
  // 229: some input methods report the Enter that picks a word only this way.
  if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
  event.preventDefault();
  at("composer").requestSubmit();
});

at("reply").addEventListener("input", () => {
  grow();
  if (at("reply").value) tellTyping();
});

function tellTyping() {
  const now = performance.now();
  if (now - typedAt <= TYPING_EVERY_MS) return;
  typedAt = now;
  call("POST", `conversations/${desk.open}/typing`).catch(() => {});
}

const sendNow = (message) => wish("POST", `conversations/${desk.open}/messages`, message);
wireComposer(sendNow, (reason) => { at("refused").textContent = reason; }, tellTyping);

async function sendRich() {
  const [editor, html] = [at("rich"), takeRich()];
  if (!html) return;
  const before = [...editor.childNodes];
  editor.replaceChildren();
  typedAt = -Infinity;
  editor.focus();
  // A refused text comes back before what was typed meanwhile.
  if (!(await sendNow({ html }))) editor.prepend(...before);
}

/** The field is as high as its text, up to eight lines. */
function grow() {
  const lines = at("reply").value.split("\n").length;
  at("reply").rows = Math.min(Math.max(lines, 1), 8);
}

at("composer").addEventListener("submit", async (event) => {
  event.preventDefault();
  if (isRich()) {
    sendRich();
    return;
  }
  const field = at("reply");
  const [id, text] = [desk.open, field.value];
  if (!text.trim()) return;
  // The field is free at once: what is typed meanwhile is the next text. A refused one comes back before it.
  field.value = "";
  typedAt = -Infinity;
  grow();
  field.focus();
  if (await wish("POST", `conversations/${id}/messages`, { text })) return;
  const join = (rest) => (rest ? `${text}\n${rest}` : text);
  if (desk.open === id) {
    field.value = join(field.value);
    grow();
  } else desk.drafts.set(id, join(desk.drafts.get(id)));
});

// The page

for (const button of document.querySelectorAll(".language")) {
  button.addEventListener("click", () => {
    switchLanguage();
    if (!desk.token) return;
    drawAgent();
    drawAll();
    drawTalk();
    drawOpen(true);
  });
}

document.addEventListener("visibilitychange", markRead);

translate();
const stored = JSON.parse(sessionStorage.getItem(STORED) ?? "null");
if (stored) enter(stored.agent, stored.token);
else leave("");
