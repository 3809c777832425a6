// The composer beyond plain text: formatting, files, places, cards, call links.

import { say } from "./text.js";
import { at } from "./view.js";

const FILE_MAX = 24 * 1024 * 1024;
const ALLOWED = new Set(["B", "STRONG", "I", "EM", "U", "P", "DIV", "BR", "UL", "OL", "LI", "A"]);

const escaped = (text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&quot;");

/** Markup of the editor as consoles send it: few tags, no attribute but a link's address. */
function markup(node) {
  if (node.nodeType === Node.TEXT_NODE) return escaped(node.data);
  if (node.nodeType !== Node.ELEMENT_NODE) return "";
  const inner = [...node.childNodes].map(markup).join("");
  if (!ALLOWED.has(node.tagName)) return inner;
  const tag = node.tagName === "DIV" ? "p" : node.tagName.toLowerCase();
  if (tag === "br") return "<br>";
  if (tag === "a") return `<a href="${escaped(node.getAttribute("href") ?? "")}" target="_blank">${inner}</a>`;
  return `<${tag}>${inner}</${tag}>`;
}

/** What was formatted, or null when nothing was written. */
export function takeRich() {
  const editor = at("rich");
  if (!editor.textContent.trim()) return null;
  const html = [...editor.childNodes].map(markup).join("");
  return /^<(p|ul|ol)>/.test(html) ? html : `<p>${html}</p>`;
}

export const isRich = () => !at("rich-box").hidden;

const kindOf = (file) => {
  if (file.name.toLowerCase().endsWith(".gif")) return "EMOTICONS";
  const [kind] = file.type.split("/");
  return { image: "IMAGE", audio: "AUDIO", video: "VIDEO" }[kind] ?? "DOCUMENT";
};

const base64 = (blob) => new Promise((done, failed) => {
  const reader = new FileReader();
  reader.onload = () => done(reader.result.slice(reader.result.indexOf(",") + 1));
  reader.onerror = () => failed(reader.error);
  reader.readAsDataURL(blob);
});

/** Wires the controls; `send(message)` answers whether it was taken, `refuse(reason)` shows why not. */
export function wireComposer(send, refuse, typed) {
  const editor = at("rich");
  at("format").addEventListener("click", () => {
    const rich = !isRich();
    at("rich-box").hidden = !rich;
    at("reply").hidden = rich;
    at("format").setAttribute("aria-pressed", String(rich));
    if (rich) {
      editor.textContent = at("reply").value;
      editor.focus();
    } else {
      at("reply").value = editor.innerText.trim();
      at("reply").focus();
    }
  });
  for (const button of document.querySelectorAll("[data-command]")) {
    // The selection in the editor must outlive the press.
    button.addEventListener("mousedown", (event) => event.preventDefault());
    button.addEventListener("click", () => {
      editor.focus();
      document.execCommand(button.dataset.command);
    });
  }
  let selection = null;
  at("add-link").addEventListener("click", () => {
    const current = getSelection();
    selection = current.rangeCount > 0 && editor.contains(current.anchorNode) ? current.getRangeAt(0) : null;
    open("link-form");
  });
  editor.addEventListener("paste", (event) => {
    event.preventDefault();
    document.execCommand("insertText", false, event.clipboardData.getData("text/plain"));
  });
  editor.addEventListener("input", typed);
  editor.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    // Enter inside a list makes the next item.
    if (getSelection().anchorNode?.parentElement?.closest("li")) return;
    event.preventDefault();
    at("composer").requestSubmit();
  });

  at("attach").addEventListener("click", () => at("file").click());
  at("file").addEventListener("change", async () => {
    const files = [...at("file").files];
    at("file").value = "";
    for (const file of files) {
      if (file.size === 0 || file.size > FILE_MAX) refuse(say("fileSize", { name: file.name }));
      else await send({ file: { media: kindOf(file), name: file.name, data: await base64(file), library: false } });
    }
  });

  const open = (id) => {
    at(id).querySelector("form").reset();
    at(id).showModal();
  };
  at("more").addEventListener("change", () => {
    const form = at("more").value;
    at("more").value = "";
    if (form) open(form);
  });
  const onSubmit = (id, run) => at(id).addEventListener("submit", (event) => {
    if (event.submitter?.value === "yes") run(Object.fromEntries(new FormData(event.target)));
  });
  onSubmit("link-form", ({ url, words }) => {
    editor.focus();
    if (selection) getSelection().setBaseAndExtent(selection.startContainer, selection.startOffset, selection.endContainer, selection.endOffset);
    const text = words || getSelection().toString() || url;
    document.execCommand("insertHTML", false, `<a href="${escaped(url)}">${escaped(text)}</a>`);
  });
  onSubmit("place-form", ({ latitude, longitude, description }) =>
    send({ location: { latitude: Number(latitude), longitude: Number(longitude), description } }));
  onSubmit("card-form", async ({ title, description, url, picture }) => {
    const card = { title, description, url };
    if (picture?.size > 0) card.picture = await base64(picture);
    send({ card });
  });
  onSubmit("call-form", ({ words, url }) =>
    send({ html: `<p><a href="${escaped(url)}" target="_blank">${escaped(words)}</a></p>` }));
}
