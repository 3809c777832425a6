// Calls, left messages and ratings, above the list of conversations.

import { element } from "./message.js";
import { say, time } from "./text.js";

const SHOWN_MAX = 20;

/** Draws what is there; `act(call, "accept" | "join" | "end")` and `open(conversation)` come from the desk. */
export function drawSide(root, desk, act, open) {
  const focused = root.contains(document.activeElement) ? document.activeElement.dataset.key : null;
  const rated = [
    ...[...desk.conversations.values()].map((conversation) => ({ ...conversation, key: `rating-${conversation.id}`, open })),
    ...[...desk.calls.values()].map((call) => ({ ...call, key: `rating-call-${call.id}` })),
  ].filter((one) => one.rating);
  rated.sort((a, b) => b.rating.at_ms - a.rating.at_ms);
  const calls = [...desk.calls.values()].filter((call) => call.state !== "ended").sort((a, b) => a.id - b.id);
  root.replaceChildren(
    ...group("calls", calls.map((call) => drawCall(call, desk, act))),
    ...group("letters", desk.letters.slice(0, SHOWN_MAX).map(drawLetter)),
    ...group("ratings", rated.slice(0, SHOWN_MAX).map(drawRating)),
  );
  if (focused) root.querySelector(`[data-key="${focused}"]`)?.focus({ preventScroll: true });
}

function group(name, items) {
  if (items.length === 0) return [];
  const section = element("details", `group ${name}`);
  // Calls want an answer now; the others can wait folded up.
  section.open = name === "calls" || sessionStorage.getItem(`side-${name}`) === "open";
  section.addEventListener("toggle", () => sessionStorage.setItem(`side-${name}`, section.open ? "open" : ""));
  const heading = element("summary");
  heading.append(element("h2", "", say(name)), element("span", "number", String(items.length)));
  heading.dataset.key = name;
  const list = element("ul");
  list.append(...items);
  section.append(heading, list);
  return [section];
}

function drawCall(call, desk, act) {
  const item = element("li", "note-row");
  const top = element("p", "top");
  top.append(element("span", "name", call.userName), element("time", "", time(call.started_ms)));
  const mine = call.agent === desk.agent.id;
  const state = call.state === "queued" ? "callWaits" : mine ? "callMine" : "callElsewhere";
  item.append(top, element("p", "muted", `${say(`call_${call.media}`)} · ${say(state)}`));
  const choices = element("p", "choices");
  const button = (what, words, look) => {
    const node = element("button", look, say(words));
    node.type = "button";
    node.dataset.key = `${what}-${call.id}`;
    node.addEventListener("click", () => act(call, what));
    choices.append(node);
  };
  if (call.state === "queued") {
    button("accept", "takeCall", "primary");
    button("end", "refuseCall", "plain");
  } else if (mine && call.id !== desk.spoken) {
    // Taken before this page was there, or by itself.
    if (desk.gateway) button("join", "joinCall", "primary");
    button("end", "hangUp", "plain danger");
  }
  item.append(choices);
  return item;
}

function drawLetter(letter) {
  const item = element("li", "note-row");
  const top = element("p", "top");
  top.append(element("span", "name", letter.userName), element("time", "", time(letter.at_ms)));
  item.append(top, element("p", "", letter.caller), element("p", "muted words", letter.text));
  return item;
}

/** A rating leads to its conversation; that of a call leads nowhere. */
function drawRating({ id, key, userName, rating, open }) {
  const item = element("li");
  const row = element(open ? "button" : "div", "row");
  if (open) {
    row.type = "button";
    row.dataset.key = key;
    row.addEventListener("click", () => open(id));
  }
  const top = element("span", "top");
  top.append(element("span", "name", userName), element("time", "", time(rating.at_ms)));
  const bottom = element("span", "bottom");
  bottom.append(element("span", "last", [say("rated", { level: rating.level }), rating.comment].filter(Boolean).join(" · ")));
  row.append(top, bottom);
  item.append(row);
  return item;
}
