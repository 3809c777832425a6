(() => {
  // What a page is, but for our element. Uses as little as can be of what a hostile page may have changed.
  let own = 0;
  let tree = '';
  try {
    const copy = document.documentElement.cloneNode(true);
    const ours = copy.getElementsByTagName('frontdesk-launcher');
    for (own = ours.length; ours.length; ) ours[0].parentNode.removeChild(ours[0]);
    tree = copy.outerHTML;
  } catch (error) {
    tree = `${error}`;
  }
  const keys = (object) => {
    let text = '';
    const all = Reflect.ownKeys(object);
    for (let at = 0; at < all.length; at += 1) {
      const key = String(all[at]);
      // chromedriver's own.
      if (!/^(\$?cdc_|se_|ret_nodes)/.test(key)) text += `${key}\n`;
    }
    return text;
  };
  let shared = '';
  for (const name of ['Object', 'Array', 'Function', 'String', 'Promise', 'Node', 'Element', 'HTMLElement', 'Document', 'EventTarget', 'Event', 'History', 'Storage']) {
    const kind = window[name];
    if (kind) shared += `${name} ${Reflect.ownKeys(kind).length} ${Reflect.ownKeys(kind.prototype).length}\n`;
  }
  const storage = () => {
    try {
      return keys(localStorage) + keys(sessionStorage);
    } catch {
      return '';
    }
  };
  const cookie = () => {
    try {
      return document.cookie;
    } catch {
      return '';
    }
  };
  const root = document.documentElement;
  return {
    own,
    tree,
    globals: keys(window),
    shared,
    storage: storage(),
    rest: [
      `title ${document.title}`, `address ${location.href}`, `cookie ${cookie()}`, `sheets ${document.styleSheets.length} ${document.adoptedStyleSheets?.length ?? 0}`,
      `attributes ${root.attributes.length} ${document.body?.attributes.length}`, `size ${root.scrollWidth} ${root.scrollHeight}`,
      `handlers ${window.onmessage} ${window.onerror} ${window.onunhandledrejection} ${window.onbeforeunload}`,
    ].join('\n'),
  };
})();
