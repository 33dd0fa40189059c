import type { CallFailure } from '@nightpass/core';
import { classify, type FailureRow, type Reader, saidWithChallenge } from '../http/failure-table.ts';
import type { Answer, Exchange } from '../http/http-client.ts';
import { excerpt } from '../http/text-excerpt.ts';
import type { DespInsulaConfig } from './config.ts';

interface Row extends FailureRow {
  /** Only on a launch, or only on any other call. */
  on?: 'launch' | 'other';
  /** It must be a page for people, or a redirect to a place where they sign in. */
  signIn?: true;
  /** Not where the server is known to be older than the open core. */
  mayBeNewest?: true;
}

const credentials =
  /token|credential|api[- _]?key|authenticat|unauthori[sz]ed|expired|signature|jwt|login|sign[- ]?in/i;
const quota = /quota|credit|wallet|balance|too many|limit/i;

/**
 * Every way a call to a server of this family can go wrong, and what it is taken for. The first row that fits decides.
 * See docs/platforms/desp-insula.md. "ambiguous" is for launches: may have taken effect; a read that ends so is made
 * again, and so is the posting of a config, which is an upsert.
 */
export const failureTable: readonly Row[] = [
  { rule: 'not-sent', moment: 'notSent', is: 'notSent' },
  { rule: 'answer-lost', moment: 'lost', is: 'ambiguous' },

  // A sign-in stands in front of some servers. On a launch nobody can tell who answered: the search will.
  { rule: 'sign-in-page', moment: 'answer', status: [200, 299], signIn: true, on: 'other', is: 'unauthorized' },
  { rule: 'unreadable-2xx', moment: 'answer', status: [200, 299], is: 'ambiguous' },
  { rule: 'sign-in-redirect', moment: 'answer', status: [300, 399], signIn: true, on: 'other', is: 'unauthorized' },
  { rule: 'redirect', moment: 'answer', status: [300, 399], is: 'ambiguous' },

  { rule: 'http-400', moment: 'answer', status: [400, 400], is: 'rejected' },
  { rule: 'http-401', moment: 'answer', status: [401, 401], is: 'unauthorized' },
  { rule: 'http-402', moment: 'answer', status: [402, 402], is: 'quota' },
  { rule: '403-quota', moment: 'answer', status: [403, 403], says: quota, is: 'quota' },
  { rule: '403-credentials', moment: 'answer', status: [403, 403], says: credentials, is: 'unauthorized' },
  // Mostly empty: wrong credentials, or a service or job of other people's. A launch looks further into it.
  { rule: 'http-403', moment: 'answer', status: [403, 403], is: 'unauthorized' },
  { rule: 'launch-404', moment: 'answer', status: [404, 404], on: 'launch', mayBeNewest: true, is: 'ambiguous' },
  { rule: 'http-404', moment: 'answer', status: [404, 404], is: 'rejected' },
  { rule: 'http-405', moment: 'answer', status: [405, 406], is: 'rejected' },
  // Turned away by form or size, before any effect: gone, length, too large, URI too long, media type.
  { rule: 'http-41x', moment: 'answer', status: [410, 411], is: 'rejected' },
  { rule: 'http-41x', moment: 'answer', status: [413, 415], is: 'rejected' },
  { rule: 'http-422', moment: 'answer', status: [422, 422], is: 'rejected' },
  { rule: 'http-429', moment: 'answer', status: [429, 429], is: 'throttled' },
  { rule: 'http-431', moment: 'answer', status: [431, 431], is: 'rejected' },
  // 408, 409 and whatever else may come after an effect.
  { rule: 'http-4xx', moment: 'answer', status: [400, 499], is: 'ambiguous' },

  { rule: '503-retry-after', moment: 'answer', status: [503, 503], retryAfter: true, is: 'throttled' },
  // The job may be there, or be there in a minute.
  { rule: 'http-5xx', moment: 'answer', status: [500, 599], is: 'ambiguous' },
  { rule: 'no-such-status', moment: 'answer', is: 'ambiguous' },
];

/** What the call was, and of whom. */
export interface FailedCall {
  on: 'launch' | 'other';
  origin: string;
  generation?: DespInsulaConfig['generation'];
}

/** The class of a call that did not give what it was made for. `instead` replaces the reason where the caller knows more. */
export function failureOf(exchange: Exchange, call: FailedCall, instead?: string): CallFailure {
  const reader: Reader<Row> = { said: saidWithChallenge, alsoFits: (row, answer) => fits(row, answer, call), reason };
  return classify(failureTable, exchange, reader, instead);
}

/** Whether new credentials could help. */
export function refusesCredentials(answer: Answer, call: FailedCall): boolean {
  return failureOf(answer, call).kind === 'unauthorized';
}

function fits(row: Row, answer: Answer, { on, origin, generation = 4 }: FailedCall): boolean {
  if (row.on !== undefined && row.on !== on) return false;
  if (row.mayBeNewest && generation < 4) return false;
  return !row.signIn || (answer.status < 300 ? isPage(answer) : leadsToSignIn(answer, origin));
}

function isPage({ headers }: Answer): boolean {
  return /^\s*(?:text\/html|application\/xhtml)/i.test(headers['content-type'] ?? '');
}

function leadsToSignIn({ headers }: Answer, origin: string): boolean {
  const { location } = headers;
  if (location === undefined || !URL.canParse(location, origin)) return false;
  const url = new URL(location, origin);
  return url.origin !== origin || /login|sign-?in|sso|oauth|openid|\/auth|\/realms\//i.test(url.pathname);
}

/** Some answers say what happened in `status` or `cause` alone; many say nothing. */
const reason = (answer: Answer) =>
  [`HTTP ${answer.status}`, statusText(answer.json) ?? excerpt(answer)].filter(Boolean).join(': ');

function statusText(json: unknown): string | undefined {
  if (typeof json !== 'object' || json === null || 'message' in json || 'error' in json) return undefined;
  return 'status' in json && typeof json.status === 'string' ? json.status : undefined;
}
