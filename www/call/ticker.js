// The clock of a call that goes on in a hidden tab: there browsers let a page's own timers run once a minute after some
// minutes, but not those of a worker. This file is both the worker and, imported by the page, what starts it.

// A page of the desk takes addresses of scripts only from a policy (Trusted Types).
const policy = globalThis.trustedTypes?.createPolicy('frontdesk-ticker', { createScriptURL: () => import.meta.url });

/**
 * Starts the worker, or throws where there can be none. It answers a number that is posted to it after so many
 * milliseconds; a later one takes the place of the one before, and `null` of any.
 */
export const start = () => new Worker(policy ? policy.createScriptURL('') : import.meta.url, { type: 'module' });

if (typeof WorkerGlobalScope !== 'undefined') {
  let timer;
  self.onmessage = ({ data }) => {
    clearTimeout(timer);
    if (data !== null) timer = setTimeout(() => self.postMessage(null), data);
  };
}
