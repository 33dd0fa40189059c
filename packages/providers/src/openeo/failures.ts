import type { CallFailure } from '@nightpass/core';
import type { AuthorizedExchange } from '../auth/authorized-client.ts';
import { classify, type FailureRow, type Reader } from '../http/failure-table.ts';
import type { Answer, Exchange } from '../http/http-client.ts';
import { excerpt } from '../http/text-excerpt.ts';

interface Row extends FailureRow {
  /** The answer's error code must match. */
  code?: RegExp;
}

const anyError = [400, 599] as const;

/**
 * Every way a call to an openEO back-end can go wrong, and what it is taken for. The first row that fits decides.
 * An error's `code` says more than its HTTP status: some back-ends answer 500 where a client was wrong, and 403 where
 * a token has ended. Codes are those of the specification's list of errors; "seen" marks others. "ambiguous" is for
 * what changes something: it may have taken effect; a read that ends so is simply made again.
 */
export const failureTable: readonly Row[] = [
  { rule: 'not-sent', moment: 'notSent', is: 'notSent' },
  { rule: 'answer-lost', moment: 'lost', is: 'ambiguous' },

  { rule: 'unreadable-2xx', moment: 'answer', status: [200, 299], is: 'ambiguous' },
  { rule: 'redirect', moment: 'answer', status: [300, 399], is: 'ambiguous' },

  // By code, whatever the status.
  { rule: 'token-invalid', moment: 'answer', status: anyError, code: /^TokenInvalid$/, is: 'unauthorized' },
  { rule: 'no-token', moment: 'answer', status: anyError, code: /^AuthenticationRequired$/, is: 'unauthorized' },
  {
    rule: 'credentials-invalid',
    moment: 'answer',
    status: anyError,
    code: /^(CredentialsInvalid|AuthenticationSchemeInvalid)$/,
    is: 'unauthorized',
  },
  // Seen (VITO): it cannot ask the issuer whose token this is, or cannot make sense of its answer. Nothing else was done.
  { rule: 'issuer-unasked', moment: 'answer', status: anyError, code: /^OidcProviderUnavailable$/, is: 'notSent' },
  { rule: 'access-token', moment: 'answer', status: anyError, code: /^AccessTokenError$/, is: 'unauthorized' },
  { rule: 'permissions', moment: 'answer', status: anyError, code: /^PermissionsInsufficient$/, is: 'rejected' },
  // Seen (VITO, Copernicus Data Space): not started, and may be later.
  { rule: 'job-limit', moment: 'answer', status: anyError, code: /^ConcurrentJobLimit$/, is: 'quota' },
  { rule: 'storage-full', moment: 'answer', status: anyError, code: /^StorageQuotaExceeded$/, is: 'quota' },
  // Nothing is paid for any more: every task would be refused.
  { rule: 'payment', moment: 'answer', status: anyError, code: /^PaymentRequired$/, is: 'quota' },
  { rule: 'busy', moment: 'answer', status: anyError, code: /^Infrastructure(Busy|Maintenance)$/, is: 'throttled' },
  // The version that we found has been taken away: it is looked for again.
  { rule: 'api-version', moment: 'answer', status: anyError, code: /^UnsupportedApiVersion$/, is: 'notSent' },
  {
    rule: 'client-mistake',
    moment: 'answer',
    status: anyError,
    code: /^(Process|Budget|Billing|Payment|ContentType)\w*$/,
    is: 'rejected',
  },
  { rule: 'not-offered', moment: 'answer', status: anyError, code: /^FeatureUnsupported$/, is: 'rejected' },

  // By status. 500 "Unauthorized." is how one back-end refuses a token (seen, Earth Engine).
  { rule: '500-unauthorized', moment: 'answer', status: [500, 500], says: /unauthori[sz]ed/i, is: 'unauthorized' },
  { rule: 'http-400', moment: 'answer', status: [400, 400], is: 'rejected' },
  { rule: 'http-401', moment: 'answer', status: [401, 401], is: 'unauthorized' },
  { rule: 'http-402', moment: 'answer', status: [402, 402], is: 'quota' },
  // With a code, it is about this one thing. Without, it may be a gateway's: the provider is held, and nothing is lost.
  { rule: '403-code', moment: 'answer', status: [403, 403], code: /./, is: 'rejected' },
  { rule: 'http-403', moment: 'answer', status: [403, 403], is: 'unauthorized' },
  { rule: 'http-404', moment: 'answer', status: [404, 406], is: 'rejected' },
  { rule: 'http-41x', moment: 'answer', status: [410, 411], is: 'rejected' },
  { rule: 'http-41x', moment: 'answer', status: [413, 415], is: 'rejected' },
  { rule: 'http-422', moment: 'answer', status: [422, 422], is: 'rejected' },
  // Seen (Earth Engine): the results of a job that failed.
  { rule: 'http-424', moment: 'answer', status: [424, 424], is: 'rejected' },
  { rule: 'http-429', moment: 'answer', status: [429, 429], is: 'throttled' },
  { rule: 'http-431', moment: 'answer', status: [431, 431], is: 'rejected' },
  { rule: 'http-4xx', moment: 'answer', status: [400, 499], is: 'ambiguous' },

  { rule: 'http-501', moment: 'answer', status: [501, 501], is: 'rejected' },
  { rule: '503-retry-after', moment: 'answer', status: [503, 503], retryAfter: true, is: 'throttled' },
  { rule: 'http-5xx', moment: 'answer', status: [500, 599], is: 'ambiguous' },
  { rule: 'no-such-status', moment: 'answer', is: 'ambiguous' },
];

/** The `code` of an error; undefined where the answer has none. */
export function codeOf({ json }: Pick<Answer, 'json'>): string | undefined {
  const code = typeof json === 'object' && json !== null && 'code' in json ? json.code : undefined;
  return typeof code === 'string' && /^\w{1,80}$/.test(code) ? code : undefined;
}

const reader: Reader<Row> = {
  alsoFits: ({ code }, answer) => code === undefined || code.test(codeOf(answer) ?? ''),
  reason(answer) {
    const head = [`HTTP ${answer.status}`, codeOf(answer)].filter(Boolean).join(' ');
    return [head, excerpt(answer)].filter(Boolean).join(': ');
  },
};

/** The class of a call that did not give what it was made for. `instead` replaces the reason where the caller knows more. */
export function failureOf(exchange: Exchange, instead?: string): CallFailure {
  return classify(failureTable, exchange, reader, instead);
}

/** What did not give what it was made for, credentials and discovery included. */
export function failed(exchange: AuthorizedExchange, instead?: string): CallFailure {
  return exchange.kind === 'noCredentials' ? exchange.failure : failureOf(exchange, instead);
}

/** The same of the list of our own jobs: who may not see even that may do nothing here. */
export function failedList(exchange: AuthorizedExchange): CallFailure {
  const failure = failed(exchange);
  if (failure.rule !== 'permissions') return failure;
  return { kind: 'unauthorized', rule: 'nothing-permitted', reason: failure.reason };
}

const renewable = new Set(['token-invalid', 'no-token', 'access-token', '500-unauthorized', 'http-401']);

/** Whether another token could help: not where credentials or permissions are what is wrong. */
export function refusesToken(answer: Answer): boolean {
  return answer.status >= 400 && renewable.has(failureOf(answer).rule);
}

/** Trouble of the moment, with no word of when to come again. */
export function isPassing(exchange: AuthorizedExchange): boolean {
  if (exchange.kind !== 'answer') return exchange.kind !== 'noCredentials';
  return (
    exchange.status >= 500 && exchange.headers['retry-after'] === undefined && failureOf(exchange).kind === 'ambiguous'
  );
}

/** The same where nothing was launched yet: a launch that could not be prepared may be sent again. */
export function beforeLaunch(failure: CallFailure): CallFailure {
  if (failure.kind !== 'ambiguous' && failure.kind !== 'rejected') return failure;
  return { kind: 'notSent', rule: failure.rule, reason: failure.reason };
}
