// /frontdesk-inside-1.js: starts the panel in an empty document of the host page's own, which www/loader/inside.js has made
// because the page's policy refuses the frame (docs/decisions/0027-frame-inside-link.md).

// As text: the page's policy may permit no style sheet by its address.
const answer = await fetch(new URL('/assets/dev/frame.css', import.meta.url));
if (!answer.ok) throw new Error(answer.statusText);
const sheet = new CSSStyleSheet();
sheet.replaceSync(await answer.text());
document.adoptedStyleSheets = [sheet];
await import(new URL('/assets/dev/frame.js', import.meta.url));
