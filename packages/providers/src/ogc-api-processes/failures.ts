import type { CallFailure } from '@nightpass/core';
import { z } from 'zod';
import type { AuthorizedExchange } from '../auth/authorized-client.ts';
import { classify, type FailureRow } from '../http/failure-table.ts';
import type { Answer } from '../http/http-client.ts';
import { excerpt, reasonLine } from '../http/text-excerpt.ts';

const jobLimit =
  /\b(?:concurrent|simultaneous|parallel|running|active|pending|queued)\s+(?:jobs?|process(?:es)?|executions?|tasks?)\b|\bjobs?\s+(?:limit|quota)|\btoo many\s+jobs?\b|\bmax(?:imum)?\b[^.]{0,30}\bjobs?\b|\bquota\b/i;
const oneThing = /\bprocess(?:es)?\b|\bjobs?\b|\brole|permission|not allowed/i;

/**
 * Every way a call to an OGC API - Processes server can go wrong, and what it is taken for. The first row that fits
 * decides. The status alone decides: servers agree on no words (see docs/platforms/ogc-api-processes.md), so that what
 * an error says only decorates it, but for limits on jobs, which have no status of their own. "ambiguous" is for
 * launches: may have taken effect; a read that ends so is simply made again.
 */
export const failureTable: readonly FailureRow[] = [
  { rule: 'not-sent', moment: 'notSent', is: 'notSent' },
  { rule: 'answer-lost', moment: 'lost', is: 'ambiguous' },

  { rule: 'unreadable-2xx', moment: 'answer', status: [200, 299], is: 'ambiguous' },
  // Where a redirect points may have been reached by what sent it.
  { rule: 'redirect', moment: 'answer', status: [300, 399], is: 'ambiguous' },

  { rule: 'http-400', moment: 'answer', status: [400, 400], is: 'rejected' },
  { rule: 'http-401', moment: 'answer', status: [401, 401], is: 'unauthorized' },
  // Nothing is paid for any more: every task would be refused.
  { rule: 'http-402', moment: 'answer', status: [402, 402], is: 'quota' },
  { rule: '403-job-limit', moment: 'answer', status: [403, 403], says: jobLimit, is: 'quota' },
  // About this process only: the others go on. In doubt it is about the credentials: then nothing is lost.
  { rule: '403-not-allowed-here', moment: 'answer', status: [403, 403], says: oneThing, is: 'rejected' },
  { rule: 'http-403', moment: 'answer', status: [403, 403], is: 'unauthorized' },
  // No such process, or no such address on this server.
  { rule: 'http-404', moment: 'answer', status: [404, 404], is: 'rejected' },
  { rule: 'http-405', moment: 'answer', status: [405, 406], is: 'rejected' },
  // Turned away by form or size, before any effect: gone, length, too large, URI too long, media type.
  { rule: 'http-41x', moment: 'answer', status: [410, 411], is: 'rejected' },
  { rule: 'http-41x', moment: 'answer', status: [413, 415], is: 'rejected' },
  { rule: 'http-422', moment: 'answer', status: [422, 422], is: 'rejected' },
  { rule: '429-job-limit', moment: 'answer', status: [429, 429], says: jobLimit, is: 'quota' },
  { rule: 'http-429', moment: 'answer', status: [429, 429], is: 'throttled' },
  { rule: 'http-431', moment: 'answer', status: [431, 431], is: 'rejected' },
  // 408, 409, 425 and whatever else may come after an effect.
  { rule: 'http-4xx', moment: 'answer', status: [400, 499], is: 'ambiguous' },

  { rule: 'http-501', moment: 'answer', status: [501, 501], is: 'rejected' },
  { rule: '503-retry-after', moment: 'answer', status: [503, 503], retryAfter: true, is: 'throttled' },
  // Also how a process that ran at once and failed is answered.
  { rule: 'http-5xx', moment: 'answer', status: [500, 599], is: 'ambiguous' },
  { rule: 'no-such-status', moment: 'answer', is: 'ambiguous' },
];

/** Only what servers of this kind say in members of their own; problems of RFC 9457 are known to `excerpt`. */
const ownWords = z.object({ description: z.string().min(1), detail: z.undefined().optional() });

/** What an error says, in one safe line. */
export function said(answer: Pick<Answer, 'text' | 'json'>): string {
  const own = ownWords.safeParse(answer.json);
  return own.success ? reasonLine(own.data.description) : excerpt(answer);
}

const reason = (answer: Answer) => [`HTTP ${answer.status}`, said(answer)].filter(Boolean).join(': ');

/** The class of a call that did not give what it was made for. `instead` replaces the reason where the caller knows more. */
export function failureOf(exchange: AuthorizedExchange, instead?: string): CallFailure {
  if (exchange.kind === 'noCredentials') return exchange.failure;
  return classify(failureTable, exchange, { said, reason }, instead);
}

/** Whether new credentials could help. */
export function refusesCredentials(answer: Answer): boolean {
  return answer.status >= 400 && failureOf(answer).kind === 'unauthorized';
}

/** Trouble of the moment, with no word of when to come again. */
export function isPassing(exchange: AuthorizedExchange): boolean {
  if (exchange.kind !== 'answer') return exchange.kind !== 'noCredentials';
  return exchange.status >= 500 && exchange.status !== 501 && exchange.headers['retry-after'] === undefined;
}
