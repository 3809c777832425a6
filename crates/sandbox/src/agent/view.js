// Draws the list and the open conversation from plain data. Knows nothing of requests.

import { say, time } from "./text.js";

export const at = (id) => document.getElementById(id);

function element(tag, className, text) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
}

const words = (line) => (line.media === "TEXT" ? line.text : `${say("media", { media: line.media })} ${line.text}`);

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
  const news = waiting ? say("news", { n: waiting }) : "";
  if (at("news").textContent !== news) at("news").textContent = news;
  document.title = waiting ? `(${waiting}) ${say("desk")}` : say("desk");
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
    : conversation.last ? words(conversation.last) : "";
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
export function drawLog(lines, whole, conversationId) {
  const log = at("log");
  const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 60;
  if (whole || Number(log.dataset.id) !== conversationId) {
    log.dataset.id = conversationId;
    log.replaceChildren();
  }
  const drawn = log.children.length;
  for (const [index, line] of lines.entries()) {
    if (index >= drawn) log.append(drawLine(line, lines[index - 1]));
  }
  if (whole || atEnd) log.scrollTop = log.scrollHeight;
}

const JOINED_WITHIN_MS = 120_000;

function drawLine(line, before) {
  const follows = before && before.from === line.from && before.name === line.name
    && line.at_ms - before.at_ms < JOINED_WITHIN_MS;
  const item = element("li", `line ${line.from}${follows ? " follows" : ""}`);
  if (line.from === "system") {
    item.append(element("span", "note", words(line)), element("time", "", time(line.at_ms)));
    return item;
  }
  const by = element("span", follows ? "by hidden" : "by", line.name);
  by.append(" ", element("time", "", time(line.at_ms)));
  item.append(by, element("p", "bubble", words(line)));
  return item;
}
