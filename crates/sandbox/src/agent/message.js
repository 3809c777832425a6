// Draws what one line of a transcript holds. Nothing of it ever becomes markup of this page.

import { say, time } from "./text.js";

export function element(tag, className, text) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
}

const SHOWN = {
  png: "image/png", jpg: "image/jpeg", jpeg: "image/jpeg", gif: "image/gif",
  mp3: "audio/mpeg", aac: "audio/aac", m4a: "audio/mp4", mp4: "video/mp4",
};
const LOADED_BY_ITSELF = 8 * 1024 * 1024;

/** Object URLs of files already fetched, by key. */
const fetched = new Map();

async function address(file, fetchFile) {
  if (!fetched.has(file.key)) {
    const bytes = await fetchFile(file.key);
    fetched.set(file.key, URL.createObjectURL(new Blob([bytes], { type: SHOWN[file.type] ?? "application/octet-stream" })));
  }
  return fetched.get(file.key);
}

export function forgetFiles() {
  for (const url of fetched.values()) URL.revokeObjectURL(url);
  fetched.clear();
}

/** The words of a text that an agent formatted; a visitor's text is what it is. */
export function plainWords(line) {
  if (line.from === "visitor" || !/<\/?[a-z][^>]*>/i.test(line.text)) return line.text;
  const page = new DOMParser().parseFromString(line.text.replace(/<(\/p|br|\/li)[^>]*>/gi, "\n$&"), "text/html");
  for (const item of page.querySelectorAll("li")) item.prepend("• ");
  return page.body.textContent.trim();
}

/** One line for the list of conversations. */
export const summary = (last) => (last.media === "TEXT" ? plainWords(last) : say("media", { media: kindOf(last.media) }));

const KNOWN = ["IMAGE", "AUDIO", "VIDEO", "DOCUMENT", "FILE", "FILE_IMAGE", "FILE_VIDEO", "LOCATE", "WEBCARD", "EMOTICONS"];
const kindOf = (media) => (KNOWN.includes(media) ? say(`kind_${media}`) : media);

const sizeOf = (bytes) => (bytes < 1024 * 1024 ? `${Math.ceil(bytes / 1024)} KB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`);

/** The body of a message. */
export function drawBody(line, fetchFile) {
  if (line.recalled_ms) {
    const gone = element("p", "bubble gone");
    gone.append(element("span", "", say(line.deleted ? "deleted" : "recalled", { time: time(line.recalled_ms) })));
    return gone;
  }
  if (line.media === "WEBCARD") return drawCard(line, fetchFile) ?? plain(line);
  if (line.media === "LOCATE") return drawPlace(line) ?? (line.file ? drawFile(line, fetchFile) : plain(line));
  if (line.file) return drawFile(line, fetchFile);
  return plain(line);
}

function plain(line) {
  const words = line.media === "TEXT" ? plainWords(line) : `${say("media", { media: kindOf(line.media) })} ${line.text}`;
  return element("p", "bubble", words);
}

function drawFile(line, fetchFile) {
  const { file } = line;
  const name = file.name ?? `${kindOf(line.media)}.${file.type}`;
  const box = element("div", "bubble file");
  const shown = SHOWN[file.type];
  if (shown && file.size <= LOADED_BY_ITSELF) show(box, file, shown, name, fetchFile);
  const save = element("button", "save plain", say("save", { name, size: sizeOf(file.size) }));
  save.type = "button";
  save.addEventListener("click", async () => {
    try {
      const link = element("a");
      link.href = await address(file, fetchFile);
      link.download = name;
      link.click();
    } catch {
      save.textContent = say("notLoaded");
    }
  });
  box.append(save);
  return box;
}

function show(box, file, shown, name, fetchFile) {
  const [kind] = shown.split("/");
  const view = element(kind === "image" ? "img" : kind, "view");
  if (kind === "image") view.alt = name;
  else {
    view.controls = true;
    view.setAttribute("aria-label", name);
  }
  box.append(view);
  address(file, fetchFile).then((url) => { view.src = url; }, () => view.remove());
}

function drawCard(line, fetchFile) {
  let card;
  try {
    card = JSON.parse(line.text);
  } catch {
    return null;
  }
  if (typeof card?.title !== "string") return null;
  const box = element("div", "bubble cardlike");
  if (line.file && SHOWN[line.file.type]) show(box, line.file, SHOWN[line.file.type], "", fetchFile);
  box.append(element("strong", "", card.title));
  if (card.description) box.append(element("span", "muted", String(card.description)));
  if (card.redirectUrl) box.append(link(String(card.redirectUrl), String(card.redirectUrl)));
  return box;
}

function link(url, words) {
  if (!/^https:\/\//i.test(url)) return element("span", "muted", words);
  const node = element("a", "", words);
  node.href = url;
  node.target = "_blank";
  node.rel = "noopener noreferrer";
  return node;
}

function drawPlace(line) {
  const [latitude, longitude, ...words] = line.text.split("/");
  const [lat, lon] = [Number(latitude), Number(longitude)];
  if (!latitude || !longitude || !(Math.abs(lat) <= 90) || !(Math.abs(lon) <= 180)) return null;
  const box = element("div", "bubble cardlike");
  box.append(element("strong", "", words.join("/") || say("kind_LOCATE")), element("span", "muted", `${lat}, ${lon}`));
  box.append(link(`https://www.openstreetmap.org/?mlat=${lat}&mlon=${lon}#map=16/${lat}/${lon}`, say("openMap")));
  return box;
}
