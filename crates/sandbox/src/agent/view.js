// Draws the list and the open conversation from plain data. Knows nothing of requests.

import { drawBody, element, summary } from "./message.js";
import { say, time } from "./text.js";

export const at = (id) => document.getElementById(id);

/** Which group of the list a conversation belongs to. */
export function groupOf(conversation, agent) {
  if (conversation.state !== "active") return conversation.state;
  return conversation.agent?.id === agent.id ? "mine" : "colleagues";
}

const GROUPS = ["waiting", "mine", "offline", "colleagues", "robot", "ended"];

/** Draws the list; rows are kept by id, so that focus stays where it is. */
export function drawList(desk) {
  const root = at("groups");
  const rows = new Map([...root.querySelectorAll("button")].map((row) => [Number(row.dataset.id), row]));
  const focused = document.activeElement?.dataset?.id;
  const all = [...desk.conversations.values()];
  root.replaceChildren(...GROUPS.flatMap((group) => {
    const members = all.filter((conversation) => groupOf(conversation, desk.agent) === group);
    if (members.length === 0) return [];
    const oldestFirst = group === "waiting";
    members.sort((a, b) => (oldestFirst ? a.waiting_since_ms - b.waiting_since_ms : lastAt(b) - lastAt(a)));
    const section = element("section", `group ${group}`);
    const heading = element("h2", "", say(group));
    heading.append(element("span", "number", String(members.length)));
    const list = element("ul");
    list.append(...members.slice(0, 100).map((conversation) => {
      const item = element("li");
      item.append(drawRow(rows.get(conversation.id) ?? element("button", "row"), conversation, desk));
      return item;
    }));
    section.append(heading, list);
    return [section];
  }));
  at("nobody").hidden = all.length > 0;
  if (focused) root.querySelector(`button[data-id="${focused}"]`)?.focus({ preventScroll: true });
  const waiting = all.filter((conversation) => conversation.state === "waiting").length;
  const calls = [...desk.calls.values()].filter((call) => call.state === "queued").length;
  const news = [waiting && say("news", { n: waiting }), calls && say("callNews", { n: calls })].filter(Boolean).join(", ");
  if (at("news").textContent !== news) at("news").textContent = news;
  document.title = waiting + calls ? `(${waiting + calls}) ${say("desk")}` : say("desk");
}

const lastAt = (conversation) => conversation.last?.at_ms ?? conversation.started_ms;

function drawRow(row, conversation, desk) {
  row.type = "button";
  row.dataset.id = conversation.id;
  if (conversation.id === desk.open) row.setAttribute("aria-current", "true");
  else row.removeAttribute("aria-current");
  const top = element("span", "top");
  top.append(element("span", "name", conversation.userName), element("time", "", time(lastAt(conversation))));
  const bottom = element("span", "bottom");
  const last = conversation.visitor_typing
    ? say("isTyping", { name: conversation.userName })
    : conversation.last ? summary(conversation.last) : "";
  bottom.append(element("span", "last", last));
  if (conversation.state === "waiting") bottom.append(element("span", "badge", say("place", { n: conversation.position })));
  else if (conversation.unread > 0 && conversation.state !== "robot" && conversation.state !== "ended") {
    const badge = element("span", "badge strong", String(conversation.unread));
    badge.setAttribute("aria-label", say("unread", { n: conversation.unread }));
    bottom.append(badge);
  }
  row.replaceChildren(top, bottom);
  return row;
}

/** Draws head, foot and controls of the open conversation. */
export function drawHead(conversation, agent) {
  const group = groupOf(conversation, agent);
  at("visitor").textContent = conversation.userName;
  at("about").textContent = about(conversation, group);
  at("accept").hidden = group !== "waiting";
  at("end").hidden = group !== "mine" && group !== "offline";
  at("composer").hidden = group !== "mine";
  at("typing").textContent = conversation.visitor_typing ? say("isTyping", { name: conversation.userName }) : "";
  drawRating(conversation, group);
}

function about(conversation, group) {
  const parts = [say(group), conversation.userId, say("queueOf", { name: conversation.queue })];
  if (conversation.cause) parts[0] = say(`cause_${conversation.cause}`);
  if (conversation.agent && group !== "mine") parts.push(say("servedBy", { name: conversation.agent.name }));
  parts.push(say("since", { time: time(conversation.started_ms) }));
  return parts.join(" · ");
}

function drawRating(conversation, group) {
  const box = at("rating");
  const { rating } = conversation;
  box.hidden = !rating && !(group === "ended" && conversation.agent);
  box.replaceChildren();
  if (!rating) {
    box.append(element("span", "muted", say("noRating")));
    return;
  }
  const stars = element("span", "stars", "★".repeat(rating.level) + "☆".repeat(5 - rating.level));
  stars.setAttribute("aria-hidden", "true");
  box.append(stars, element("span", "", say("rated", { level: rating.level })));
  if (rating.comment) box.append(element("q", "", rating.comment));
}

/** Draws the transcript from the start, or only what is new. */
export function drawLog(lines, whole, conversationId, actions) {
  const log = at("log");
  const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 60;
  if (whole || Number(log.dataset.id) !== conversationId) {
    log.dataset.id = conversationId;
    log.replaceChildren();
  }
  const drawn = log.children.length;
  for (const [index, line] of lines.entries()) {
    if (index >= drawn) log.append(drawLine(line, lines[index - 1], actions));
  }
  if (whole || atEnd) log.scrollTop = log.scrollHeight;
}

const JOINED_WITHIN_MS = 120_000;

/** Draws lines anew that were read, taken back or rated meanwhile. */
export function redrawLines(lines, revised, actions) {
  for (const line of revised) {
    const old = at("log").children[line.seq - 1];
    const focused = old?.contains(document.activeElement);
    const fresh = drawLine(line, lines[line.seq - 2], actions);
    old?.replaceWith(fresh);
    if (focused) at("log").focus({ preventScroll: true });
  }
}

function drawLine(line, before, actions) {
  const follows = before && before.from === line.from && before.name === line.name
    && line.at_ms - before.at_ms < JOINED_WITHIN_MS;
  const item = element("li", `line ${line.from}${follows ? " follows" : ""}`);
  if (line.from === "system") {
    item.append(element("span", "note", summary(line)), element("time", "", time(line.at_ms)));
    return item;
  }
  const by = element("span", follows ? "by hidden" : "by", line.name);
  by.append(" ", element("time", "", time(line.at_ms)));
  item.append(by, drawBody(line, actions.fetchFile));
  item.append(...drawFoot(line, actions));
  return item;
}

/** Below a message: read or not, what the visitor thought of it, and taking it back. */
function drawFoot(line, actions) {
  const parts = [];
  if (line.feedback) {
    const thumb = line.feedback.satisfied ? "👍 " : "👎 ";
    const words = [say(line.feedback.satisfied ? "helped" : "notHelped"), line.feedback.content].filter(Boolean).join(" · ");
    parts.push(element("span", "", thumb + words));
  }
  if (line.from === "agent" && !line.recalled_ms) {
    parts.push(element("span", "", line.read_ms ? say("readAt", { time: time(line.read_ms) }) : say("sent")));
    if (actions.canTakeBack()) {
      for (const act of ["recall", "delete"]) {
        const button = element("button", "quiet tiny", say(act));
        button.type = "button";
        button.addEventListener("click", () => actions.takeBack(line, act));
        parts.push(button);
      }
    }
  }
  if (parts.length === 0) return [];
  const foot = element("p", "foot");
  foot.append(...parts);
  return [foot];
}
