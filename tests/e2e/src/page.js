// Put before every script that the rig runs in a page: finds things as people and their software do.

/** All that a selector means, in the page and in open shadow roots. */
const deep = (selector, root = document) => [
  ...root.querySelectorAll(selector),
  ...[...root.querySelectorAll("*")].flatMap((element) => (element.shadowRoot ? deep(selector, element.shadowRoot) : [])),
];

const panelFrame = () => deep("frontdesk-launcher iframe")[0] ?? deep("iframe")[0];

const shown = (element) => element.checkVisibility({ visibilityProperty: true }) && element.getClientRects().length > 0;

/** The first that can be seen of what a selector means in our element. */
const ours = (selector) => {
  for (const host of document.getElementsByTagName("frontdesk-launcher"))
    for (const element of host.shadowRoot.querySelectorAll(selector)) if (shown(element)) return element;
};

const ROLES = {
  BUTTON: "button", TEXTAREA: "textbox", A: "link", IFRAME: "frame", DIALOG: "dialog", FIELDSET: "group", H1: "heading", H2: "heading",
  H3: "heading", MENU: "list", UL: "list", OL: "list", HEADER: "banner", MAIN: "main", NAV: "navigation",
};

const roleOf = (element) => {
  const given = element.getAttribute("role");
  if (given) return given;
  if (element.tagName !== "INPUT") return ROLES[element.tagName] ?? "";
  return { radio: "radio", checkbox: "checkbox", button: "button", submit: "button" }[element.type] ?? "textbox";
};

const lineOf = (text) => text.replace(/\s+/g, " ").trim();
const words = (node) => lineOf(node?.textContent ?? "");
/** What of it is read out. */
const spoken = (node) => {
  if (node.nodeType === Node.TEXT_NODE) return node.data;
  return node.ariaHidden === "true" ? "" : [...node.childNodes].map(spoken).join("");
};

const nameOf = (element) => {
  const named = element.getAttribute("aria-label");
  if (named) return named.trim();
  const by = element.getAttribute("aria-labelledby");
  if (by) return by.split(/\s+/).map((id) => words(element.getRootNode().getElementById(id))).join(" ");
  if (element.labels?.length) return words(element.labels[0]);
  return lineOf(spoken(element)) || element.title || element.placeholder || "";
};

/** The visible element of a role and, where it matters, a name. */
const find = (role, name) =>
  deep("*").find((element) => roleOf(element) === role && (name === null || nameOf(element) === name) && shown(element));

/** The element that has the focus, in whatever shadow root. */
const focused = () => {
  let element = document.activeElement;
  while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
  return element;
};
