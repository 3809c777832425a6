// Both ends of a hand-over: the panel that a window was opened from, and that window. See
// docs/decisions/0014-a-ticket-for-another-window.md.

/** The proxy may hear of the ticket after this window is there: pauses between the attempts, in milliseconds. */
const PAUSES_MS = [200, 400, 800, 1600, 2000];
/** A panel answers at once, or is not there. */
const PATIENCE_MS = 1000;
/** No ticket is good for longer. */
const TICKET_MS = 60000;

/** For the panel: answers the window that comes with this ticket, once, with what `left` answers. */
export const handOver = (origin, ticket, left) => {
  const gone = new AbortController();
  const hear = ({ source, origin: sender, data }) => {
    if (sender !== origin || data?.frontdesk !== 1 || data.type !== 'arrived' || data.ticket !== ticket) return;
    gone.abort();
    source.postMessage({ frontdesk: 1, type: 'left', ...left() }, origin);
  };
  window.addEventListener('message', hear, { signal: gone.signal });
  setTimeout(() => gone.abort(), TICKET_MS);
};

/** What was written in the panel and not sent, and its settings; nothing where the window has no opener. */
const askOpener = (origin, ticket) =>
  new Promise((resolve) => {
    const { opener } = window;
    if (!opener) return resolve({});
    const gone = new AbortController();
    const end = (answer) => {
      gone.abort();
      clearTimeout(timer);
      window.opener = null;
      resolve(answer);
    };
    const timer = setTimeout(end, PATIENCE_MS, {});
    const hear = ({ source, origin: sender, data }) => {
      if (source !== opener || sender !== origin || data?.frontdesk !== 1 || data.type !== 'left') return;
      const draft = typeof data.draft === 'string' ? data.draft : undefined;
      end({ draft, settings: data.settings });
    };
    window.addEventListener('message', hear, { signal: gone.signal });
    opener.postMessage({ frontdesk: 1, type: 'arrived', ticket }, origin);
  });

const redeem = async (endpoint, wish) => {
  const request = {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(wish),
    cache: 'no-store',
    credentials: 'omit',
  };
  const answer = await fetch(`${endpoint}/v1/session/redeem`, request).catch(() => null);
  return answer?.ok ? (await answer.json()).session : null;
};

/** For the window: the session and what else the panel hands over, or that it was `refused`. */
export const takeOver = async (endpoint, desk, ticket) => {
  const opened_by = document.referrer && new URL(document.referrer).origin;
  for (const pause of [0, ...PAUSES_MS]) {
    await new Promise((resolve) => setTimeout(resolve, pause));
    const session = await redeem(endpoint, { desk, ticket, opened_by });
    if (session) return { session, ...(await askOpener(opened_by, ticket)) };
  }
  return { refused: true };
};
