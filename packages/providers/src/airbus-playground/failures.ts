import type { CallFailure } from '@nightpass/core';
import { classify, type FailureRow, saidWithChallenge } from '../http/failure-table.ts';
import type { Answer, Exchange } from '../http/http-client.ts';

const credentials =
  /token|credential|api[- _]?key|authenticat|unauthori[sz]ed|expired|signature|jwt|login|sign[- ]?in/i;
const jobLimit =
  /\b(?:concurrent|simultaneous|parallel|running|active|pending)\s+(?:jobs?|process(?:es)?|executions?|tasks?)\b|\bjobs?\s+(?:limit|quota)|\btoo many\s+jobs?\b|\bmax(?:imum)?\b[^.]{0,30}\bjobs?\b/i;
const spent = /quota|credit|balance|subscription|licen[cs]e/i;
const oneThing = /project|process|dataset|image|zone|geom|role|permission|not allowed|right/i;

/**
 * Every way a call to the Airbus Playground can go wrong, and what it is taken for. The first row that fits decides.
 * Source: the platform's published specification (responses of each operation, and its Error schema), which lists
 * 400, 401, 403, 404 and 405 as answers before any effect, and no others. Rows marked (ours) stand on HTTP's own
 * meaning. "ambiguous" is for launches: may have taken effect; a read that ends so is simply made again.
 */
export const failureTable: readonly FailureRow[] = [
  { rule: 'not-sent', moment: 'notSent', is: 'notSent' },
  { rule: 'answer-lost', moment: 'lost', is: 'ambiguous' },

  { rule: 'unreadable-2xx', moment: 'answer', status: [200, 299], is: 'ambiguous' },
  // Where a redirect points may have been reached by what sent it (ours).
  { rule: 'redirect', moment: 'answer', status: [300, 399], is: 'ambiguous' },

  { rule: 'http-400', moment: 'answer', status: [400, 400], is: 'rejected' },
  { rule: 'http-401', moment: 'answer', status: [401, 401], is: 'unauthorized' },
  // Nothing is paid for any more: every task would be refused (ours).
  { rule: 'http-402', moment: 'answer', status: [402, 402], is: 'quota' },
  // 403 is about the credentials, about a limit, or about this project only. In doubt about the credentials: the
  // provider is then held and nothing is lost, while "rejected" would end the task.
  { rule: '403-credentials', moment: 'answer', status: [403, 403], says: credentials, is: 'unauthorized' },
  { rule: '403-job-limit', moment: 'answer', status: [403, 403], says: jobLimit, is: 'quota' },
  { rule: '403-quota', moment: 'answer', status: [403, 403], says: spent, is: 'quota' },
  { rule: '403-not-allowed-here', moment: 'answer', status: [403, 403], says: oneThing, is: 'rejected' },
  { rule: 'http-403', moment: 'answer', status: [403, 403], is: 'unauthorized' },
  { rule: 'http-404', moment: 'answer', status: [404, 404], is: 'rejected' },
  // "Invalid input" on this platform, not "method not allowed".
  { rule: 'http-405', moment: 'answer', status: [405, 405], is: 'rejected' },
  // Turned away by form or size, before any effect (ours): gone, length, too large, URI too long, media type.
  { rule: 'http-41x', moment: 'answer', status: [410, 411], is: 'rejected' },
  { rule: 'http-41x', moment: 'answer', status: [413, 415], is: 'rejected' },
  { rule: 'http-422', moment: 'answer', status: [422, 422], is: 'rejected' },
  { rule: '429-job-limit', moment: 'answer', status: [429, 429], says: jobLimit, is: 'quota' },
  // Not documented; too many requests is said before any effect.
  { rule: 'http-429', moment: 'answer', status: [429, 429], is: 'throttled' },
  { rule: 'http-431', moment: 'answer', status: [431, 431], is: 'rejected' },
  // 408, 409, 425 and whatever else may come after an effect (ours).
  { rule: 'http-4xx', moment: 'answer', status: [400, 499], is: 'ambiguous' },

  { rule: '503-retry-after', moment: 'answer', status: [503, 503], retryAfter: true, is: 'throttled' },
  { rule: 'http-5xx', moment: 'answer', status: [500, 599], is: 'ambiguous' },
  { rule: 'no-such-status', moment: 'answer', is: 'ambiguous' },
];

/** The class of a call that did not give what it was made for. `instead` replaces the reason where the caller knows more. */
export function failureOf(exchange: Exchange, instead?: string): CallFailure {
  return classify(failureTable, exchange, { said: saidWithChallenge }, instead);
}

/** Whether new credentials could help. */
export function refusesCredentials(answer: Answer): boolean {
  return answer.status >= 400 && failureOf(answer).kind === 'unauthorized';
}
