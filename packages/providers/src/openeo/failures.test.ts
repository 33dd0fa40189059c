import type { CallFailure } from '@nightpass/core';
import { describe, expect, test } from 'vitest';
import type { Answer } from '../http/http-client.ts';
import { parseJson } from '../http/reply-body.ts';
import { beforeLaunch, failureOf, failureTable, isPassing, refusesToken } from './failures.ts';

function answered(status: number, body: string | object = '', headers: Record<string, string> = {}): Answer {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return { kind: 'answer', status, headers, text, ...parseJson(text) };
}
const error = (status: number, code: string, message = 'Told.', headers: Record<string, string> = {}) =>
  answered(status, { id: 'r-1', code, message, links: [] }, headers);

const table: [string, Answer, CallFailure['kind'], string][] = [
  ['a token that has ended: 403, not 401', error(403, 'TokenInvalid'), 'unauthorized', 'token-invalid'],
  ['no token', error(401, 'AuthenticationRequired'), 'unauthorized', 'no-token'],
  ['wrong credentials', error(403, 'CredentialsInvalid'), 'unauthorized', 'credentials-invalid'],
  ['Basic on a job', error(403, 'AuthenticationSchemeInvalid'), 'unauthorized', 'credentials-invalid'],
  ['an issuer that the back-end cannot ask', error(503, 'OidcProviderUnavailable'), 'notSent', 'issuer-unasked'],
  ['a token that it cannot place', error(500, 'AccessTokenError'), 'unauthorized', 'access-token'],
  ['a thing that is not ours', error(403, 'PermissionsInsufficient'), 'rejected', 'permissions'],
  ['too many jobs at a time', error(400, 'ConcurrentJobLimit'), 'quota', 'job-limit'],
  ['a full store', error(400, 'StorageQuotaExceeded'), 'quota', 'storage-full'],
  ['no money', error(402, 'PaymentRequired'), 'quota', 'payment'],
  ['busy', error(503, 'InfrastructureBusy'), 'throttled', 'busy'],
  ['maintenance', error(503, 'InfrastructureMaintenance'), 'throttled', 'busy'],
  ['a version that is gone', error(501, 'UnsupportedApiVersion'), 'notSent', 'api-version'],
  ['an unknown process', error(400, 'ProcessUnsupported'), 'rejected', 'client-mistake'],
  ['a client’s mistake that is answered 500', error(500, 'ProcessMissing'), 'rejected', 'client-mistake'],
  ['another one', error(500, 'ProcessGraphInvalid'), 'rejected', 'client-mistake'],
  ['a bad budget', error(400, 'BudgetInvalid'), 'rejected', 'client-mistake'],
  ['a bad plan', error(400, 'BillingPlanInvalid'), 'rejected', 'client-mistake'],
  ['a bad content type', error(400, 'ContentTypeInvalid'), 'rejected', 'client-mistake'],
  ['a feature that is not there', error(501, 'FeatureUnsupported'), 'rejected', 'not-offered'],
  ['500 Unauthorized', error(500, 'Internal', 'Server error: Unauthorized.'), 'unauthorized', '500-unauthorized'],
  ['bad JSON, said to be internal', error(400, 'Internal'), 'rejected', 'http-400'],
  ['an unknown code', error(400, 'SomethingNew'), 'rejected', 'http-400'],
  ['401 without a code', answered(401), 'unauthorized', 'http-401'],
  ['402 without a code', answered(402), 'quota', 'http-402'],
  ['403 with a code', error(403, 'SomethingNew'), 'rejected', '403-code'],
  ['403 from a gateway', answered(403, '<html><title>Forbidden</title></html>'), 'unauthorized', 'http-403'],
  ['no such job', error(404, 'JobNotFound'), 'rejected', 'http-404'],
  ['404 as a page', answered(404, '<!DOCTYPE html><pre>Cannot GET</pre>'), 'rejected', 'http-404'],
  ['405 called internal', error(405, 'Internal'), 'rejected', 'http-404'],
  ['408', error(408, 'RequestTimeout'), 'ambiguous', 'http-4xx'],
  ['409', answered(409), 'ambiguous', 'http-4xx'],
  ['an expired link', error(410, 'ResultLinkExpired'), 'rejected', 'http-41x'],
  ['415', answered(415), 'rejected', 'http-41x'],
  ['422', answered(422), 'rejected', 'http-422'],
  ['results of a failed job', answered(424, { level: 'error', message: 'No data.' }), 'rejected', 'http-424'],
  ['429', answered(429), 'throttled', 'http-429'],
  ['431', answered(431), 'rejected', 'http-431'],
  ['500 Internal', error(500, 'Internal'), 'ambiguous', 'http-5xx'],
  ['a store that fails', error(500, 'StorageFailure'), 'ambiguous', 'http-5xx'],
  ['501 without a code', answered(501), 'rejected', 'http-501'],
  ['502 as text', answered(502, 'Bad gateway'), 'ambiguous', 'http-5xx'],
  ['503', answered(503), 'ambiguous', 'http-5xx'],
  ['503 with Retry-After', answered(503, '', { 'retry-after': '5' }), 'throttled', '503-retry-after'],
  ['504', answered(504), 'ambiguous', 'http-5xx'],
  ['200 that nothing can be read from', answered(200, '<html>'), 'ambiguous', 'unreadable-2xx'],
  ['302', answered(302), 'ambiguous', 'redirect'],
  ['999', answered(999), 'ambiguous', 'no-such-status'],
];

describe('what a failed call is taken for, by its code before its status', () => {
  test.each(table)('%s', (_, answer, kind, rule) => {
    expect(failureOf(answer)).toMatchObject({ kind, rule });
  });

  test('by the moment at which it broke', () => {
    expect(failureOf({ kind: 'notSent', reason: 'r' })).toEqual({ kind: 'notSent', rule: 'not-sent', reason: 'r' });
    expect(failureOf({ kind: 'lost', reason: 'r' })).toEqual({ kind: 'ambiguous', rule: 'answer-lost', reason: 'r' });
  });

  test('every row is reached by some case, so that none stands there for nothing', () => {
    const reached = new Set([...table.map(([, answer]) => failureOf(answer).rule), 'not-sent', 'answer-lost']);
    expect([...new Set(failureTable.map((row) => row.rule))].filter((rule) => !reached.has(rule))).toEqual([]);
  });

  test('every status there is has a class', () => {
    for (let status = 100; status < 1000; status++) expect(failureOf(answered(status)).reason).toContain(`${status}`);
  });

  test('the reason holds code and message, and the request’s id for those who run the back-end', () => {
    expect(failureOf(error(400, 'ProcessGraphInvalid', 'Broken.', { 'request-id': 'r-7' })).reason).toBe(
      'HTTP 400 ProcessGraphInvalid: Broken. [request r-7]',
    );
    expect(failureOf(answered(502, '<h1>Bad gateway</h1>')).reason).toBe('HTTP 502: Bad gateway');
    expect(failureOf(answered(400, { code: '<b>', message: 'm' })).reason).toBe('HTTP 400: m');
  });

  test('another token is worth a try where the answer is about the token, and only there', () => {
    const worth = table.filter(([, answer]) => refusesToken(answer)).map(([, answer]) => failureOf(answer).rule);
    expect(worth).toEqual(['token-invalid', 'no-token', 'access-token', '500-unauthorized', 'http-401']);
  });

  test('a list is read again at once only where trouble may pass at once', () => {
    const passing = table.filter(([, answer]) => isPassing(answer)).map(([, answer]) => answer.status);
    expect(passing).toEqual([500, 500, 502, 503, 504, 999]);
    expect(isPassing({ kind: 'lost', reason: 'r' })).toBe(true);
    expect(isPassing({ kind: 'noCredentials', failure: failureOf(answered(401)) })).toBe(false);
  });

  test('what fails before a launch is no launch that may have taken effect, nor one that was refused', () => {
    expect(beforeLaunch(failureOf(answered(502)))).toMatchObject({ kind: 'notSent', rule: 'http-5xx' });
    expect(beforeLaunch(failureOf(answered(404)))).toMatchObject({ kind: 'notSent', rule: 'http-404' });
    expect(beforeLaunch(failureOf(answered(429)))).toMatchObject({ kind: 'throttled' });
    expect(beforeLaunch(failureOf(answered(401)))).toMatchObject({ kind: 'unauthorized' });
  });
});
