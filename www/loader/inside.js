// The panel without a frame of the desk's, for pages whose policy refuses that and permits all else that the panel needs: in a
// document of the page's own (docs/decisions/0027-frame-inside-link.md).

const PAGE = '<!doctype html><meta name="color-scheme" content="light dark"><title>Frontdesk</title>';
/** The smallest module: it does nothing. */
const MODULE = [0, 97, 115, 109, 1, 0, 0, 0];

// Where Trusted Types are required. A page may permit no such policy, or only one of each name.
let policy;
const trusted = (kind, text) => {
  if (!window.trustedTypes) return text;
  policy ??= trustedTypes.createPolicy('frontdesk', { createHTML: (html) => html, createScriptURL: (url) => url });
  return policy[kind](text);
};

/** Fills this empty frame. Fails where the page's policy, or the desk, does not let the panel work in the page. */
export const furnish = async (frame, { origin, desk }) => {
  new WebAssembly.Module(Uint8Array.from(MODULE));
  const page = trusted('createHTML', PAGE);
  const source = trusted('createScriptURL', `${origin}/frontdesk-inside-1.js`);
  // A page that is none of the desk's is not told what it may do there.
  await fetch(`${origin}/v1/openapi.json`, { method: 'HEAD' });
  // Also when the panel begins anew by itself.
  frame.onload = () => {
    const inner = frame.contentDocument;
    const root = inner.createElement('main');
    root.id = 'frontdesk';
    root.dataset.desk = desk;
    const script = inner.createElement('script');
    script.type = 'module';
    script.src = source;
    inner.body.append(root, script);
  };
  frame.srcdoc = page;
};
