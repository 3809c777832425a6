// Why a call ended, from what SIP says.

const CAUSES = {
  401: 'unauthorized',
  403: 'rejected',
  404: 'not_found',
  406: 'incompatible',
  407: 'unauthorized',
  408: 'no_answer',
  410: 'not_found',
  415: 'incompatible',
  416: 'not_found',
  433: 'rejected',
  484: 'not_found',
  485: 'not_found',
  486: 'busy',
  487: 'no_answer',
  488: 'incompatible',
  600: 'busy',
  603: 'rejected',
  604: 'not_found',
  606: 'incompatible',
  607: 'rejected',
  608: 'rejected',
};

/** The word for a final answer other than 2xx. Some gateways say by 403 that a password is wrong. */
export const of_status = (status, gave_password) => {
  if (status === 403 && gave_password) return 'unauthorized';
  return CAUSES[status] ?? (status === 480 || (status >= 500 && status < 600) ? 'unavailable' : 'failed');
};

/** The word for a call that JsSIP gives up before it was answered. */
export const of_words = (words) =>
  ({
    'Bad Media Description': 'incompatible',
    'Request Timeout': 'no_answer',
    'WebRTC Error': 'incompatible',
  })[words] ?? 'failed';

/** The word for a call that was answered and is over. A gateway that does not know it any more, or says nothing, has lost it. */
export const of_goodbye = (words) =>
  ({
    Terminated: 'hung_up',
    'Connection Error': 'no_gateway',
    'Dialog Error': 'no_gateway',
    'Request Timeout': 'no_gateway',
  })[words] ?? 'failed';
