import type { CallFailure } from '@nightpass/core';
import { describe, expect, test } from 'vitest';
import type { Answer } from '../http/http-client.ts';
import { parseJson } from '../http/reply-body.ts';
import { failureOf, failureTable, refusesCredentials } from './failures.ts';

function answered(status: number, text = '', headers: Record<string, string> = {}): Answer {
  return { kind: 'answer', status, headers, text, ...parseJson(text) };
}
const message = (text: string) => JSON.stringify({ message: text });

const table: [string, Answer, CallFailure['kind'], string][] = [
  ['400 with the platform’s message', answered(400, message('Image not found')), 'rejected', 'http-400'],
  ['401', answered(401, message('Token expired')), 'unauthorized', 'http-401'],
  ['402', answered(402), 'quota', 'http-402'],
  ['403 about the token', answered(403, message('Access token is not valid')), 'unauthorized', '403-credentials'],
  [
    '403 about credentials in its header only',
    answered(403, '', { 'www-authenticate': 'Bearer error="invalid_token"' }),
    'unauthorized',
    '403-credentials',
  ],
  ['403 about running jobs', answered(403, message('Too many jobs are running')), 'quota', '403-job-limit'],
  ['403 about credits', answered(403, message('No credits left')), 'quota', '403-quota'],
  ['403 about one project', answered(403, message('Not a member of the project')), 'rejected', '403-not-allowed-here'],
  ['403 that says nothing', answered(403), 'unauthorized', 'http-403'],
  ['403 from a gateway', answered(403, '<html><title>Forbidden</title></html>'), 'unauthorized', 'http-403'],
  ['404', answered(404, message('Process not found')), 'rejected', 'http-404'],
  ['405, invalid input here', answered(405, message('geom is too small')), 'rejected', 'http-405'],
  ['408', answered(408), 'ambiguous', 'http-4xx'],
  ['409', answered(409), 'ambiguous', 'http-4xx'],
  ['410', answered(410), 'rejected', 'http-41x'],
  ['412', answered(412), 'ambiguous', 'http-4xx'],
  ['413', answered(413), 'rejected', 'http-41x'],
  ['415', answered(415), 'rejected', 'http-41x'],
  ['418', answered(418), 'ambiguous', 'http-4xx'],
  ['422', answered(422, message('no')), 'rejected', 'http-422'],
  ['425', answered(425), 'ambiguous', 'http-4xx'],
  ['429', answered(429), 'throttled', 'http-429'],
  ['429 about running jobs', answered(429, message('Concurrent jobs: 10 of 10')), 'quota', '429-job-limit'],
  ['431', answered(431), 'rejected', 'http-431'],
  ['500', answered(500), 'ambiguous', 'http-5xx'],
  ['502 page', answered(502, '<h1>Bad gateway</h1>'), 'ambiguous', 'http-5xx'],
  ['503', answered(503), 'ambiguous', 'http-5xx'],
  ['503 with Retry-After', answered(503, '', { 'retry-after': '5' }), 'throttled', '503-retry-after'],
  ['503 with a Retry-After that is none', answered(503, '', { 'retry-after': 'soon' }), 'ambiguous', 'http-5xx'],
  ['500 with Retry-After', answered(500, '', { 'retry-after': '5' }), 'ambiguous', 'http-5xx'],
  ['504', answered(504), 'ambiguous', 'http-5xx'],
  ['200 that nothing can be read from', answered(200, '<html>'), 'ambiguous', 'unreadable-2xx'],
  ['302', answered(302), 'ambiguous', 'redirect'],
  ['999', answered(999), 'ambiguous', 'no-such-status'],
];

describe('what a failed call is taken for', () => {
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

  test('the reason holds the message of the platform, its hint and its correlation id', () => {
    const text = JSON.stringify({ message: 'Image not found', hint: 'look', correlationId: 'b1-0-0.1' });
    expect(failureOf(answered(400, text))).toEqual({
      kind: 'rejected',
      rule: 'http-400',
      status: 400,
      reason: 'HTTP 400: Image not found (look) [correlation id b1-0-0.1]',
    });
  });

  test('how long to wait goes with throttled and quota', () => {
    const wait = { 'retry-after': '7' };
    expect(failureOf(answered(429, '', wait))).toMatchObject({ retryAfterMs: 7_000 });
    expect(failureOf(answered(402, '', wait))).toMatchObject({ retryAfterMs: 7_000 });
    expect(failureOf(answered(429))).toMatchObject({ retryAfterMs: undefined });
  });

  test('new credentials are worth a try where the answer is about credentials, and only there', () => {
    expect(refusesCredentials(answered(401))).toBe(true);
    expect(refusesCredentials(answered(403))).toBe(true);
    expect(refusesCredentials(answered(403, message('Not a member of the project')))).toBe(false);
    expect(refusesCredentials(answered(200))).toBe(false);
    expect(refusesCredentials(answered(500, message('token')))).toBe(false);
  });
});
