// Calls that a member of staff places: what the page gives, and what it hears.

/** Why a call was not placed, by the codes of docs/calls.md. */
export const refusal = (code) => Object.assign(new Error(`frontdesk: the call was not placed: ${code}`), { code });

/** The number and what goes along with it, checked as far as it concerns the page: the rest the desk knows. */
export const wishOf = (options) => {
  const { called, data } = options ?? {};
  if (typeof called !== 'string' || !called) throw Object.assign(new TypeError('placeCall: called must be a number, as a text'), { code: 'wrong_call' });
  if (data != null && typeof data !== 'string') throw Object.assign(new TypeError('placeCall: data must be a text'), { code: 'wrong_call' });
  return { called, data: data ?? undefined };
};
