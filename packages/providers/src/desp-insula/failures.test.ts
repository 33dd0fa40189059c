import { describe, expect, test } from 'vitest';
import type { Answer } from '../http/http-client.ts';
import { freely } from '../test-call.ts';
import { failureOf, failureTable } from './failures.ts';
import { stages } from './test-stage.ts';

const origin = 'https://insula.example';

function answer(status: number, body: string | object = '', headers: Record<string, string> = {}): Answer {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const json = typeof body === 'string' ? undefined : body;
  return { kind: 'answer', status, headers, text, json, trouble: undefined };
}
const html = { 'content-type': 'text/html;charset=UTF-8' };

test.each<[string, 'launch' | 'other', Answer, string, string?]>([
  [
    '1: timestamp, status, error, path',
    'launch',
    answer(500, { timestamp: 't', status: 500, error: 'Internal Server Error', path: '/x' }),
    'ambiguous',
    'HTTP 500: Internal Server Error',
  ],
  [
    '2: status_code and status',
    'other',
    answer(401, { status_code: 401, status: 'Unauthorized' }),
    'unauthorized',
    'HTTP 401: Unauthorized',
  ],
  [
    '3: plain text',
    'launch',
    answer(403, 'Processing or storage quota exceeded.'),
    'quota',
    'HTTP 403: Processing or storage quota exceeded.',
  ],
  ['4: nothing', 'launch', answer(400), 'rejected', 'HTTP 400'],
  [
    '5: cause and message',
    'other',
    answer(400, { cause: { cause: null, message: 'x' }, message: 'Could not read JSON' }),
    'rejected',
    'HTTP 400: Could not read JSON',
  ],
  ['6: message', 'other', answer(409, { message: 'exists already' }), 'ambiguous', 'HTTP 409: exists already'],
  [
    '7: a page',
    'launch',
    answer(502, '<html><head><title>502 Bad Gateway</title></head></html>', html),
    'ambiguous',
    'HTTP 502: 502 Bad Gateway',
  ],
  ['a page where JSON is expected', 'other', answer(200, '<title>Sign in</title>', html), 'unauthorized'],
  ['the same on a launch', 'launch', answer(200, '<title>Sign in</title>', html), 'ambiguous'],
  [
    'a redirect to a sign-in',
    'other',
    answer(302, '', { location: 'https://sso.example/realms/desp' }),
    'unauthorized',
  ],
  ['a redirect to a sign-in of its own', 'other', answer(302, '', { location: '/oauth2/start?rd=x' }), 'unauthorized'],
  ['a redirect elsewhere', 'other', answer(302, '', { location: '/' }), 'ambiguous'],
  ['a redirect of a launch', 'launch', answer(302, '', { location: 'https://sso.example/' }), 'ambiguous'],
  [
    'a created config with an inner address',
    'other',
    answer(201, '', { location: 'http://inside:8080/jobConfigs/5' }),
    'ambiguous',
  ],
  ['too dear', 'other', answer(402, { estimatedCost: 25 }), 'quota'],
  ['a bare 403', 'other', answer(403), 'unauthorized', 'HTTP 403'],
  ['a missing config', 'other', answer(404), 'rejected'],
  ['the same on a launch', 'launch', answer(404), 'ambiguous'],
  ['an unknown media type', 'launch', answer(415), 'rejected'],
  ['too fast', 'launch', answer(429, '', { 'retry-after': '7' }), 'throttled'],
  ['away for a while', 'launch', answer(503, '', { 'retry-after': '7' }), 'throttled'],
  ['away', 'launch', answer(503), 'ambiguous'],
])('an error in form %s, on a %s', (_, on, told, kind, reason) => {
  expect(failureOf(told, { on, origin })).toMatchObject({ kind, ...(reason !== undefined && { reason }) });
});

test('every row of the table decides something, and the last takes what is left', () => {
  expect(failureTable.at(-1)).toEqual({ rule: 'no-such-status', moment: 'answer', is: 'ambiguous' });
  expect(failureOf(answer(700), { on: 'launch', origin })).toMatchObject({ rule: 'no-such-status' });
});

describe('signing in', () => {
  const open = stages();

  test.each(['401', '403', 'redirect', 'page'] as const)('wrong credentials are told by %s', async (refusal) => {
    const { simulator, provider, launch } = await open(
      { refusal },
      {
        auth: { kind: 'bearer', tokenEnv: 'DESP_TOKEN' },
      },
    );
    expect(await provider.probe(freely)).toMatchObject({ kind: 'unauthorized' });
    expect(await launch()).toMatchObject({ kind: 'unauthorized' });
    expect(simulator.counts()).toMatchObject({ create: { tookEffect: 0 }, launch: { arrived: 0 } });
  });

  test('a token that ended is renewed by its refresh token, and the password is not sent again', async () => {
    const auth = (tokenUrl: string) => ({
      ...{ kind: 'oidc', tokenUrl, clientId: 'insula-public' },
      ...{ usernameEnv: 'DESP_USERNAME', passwordEnv: 'DESP_TOKEN' },
    });
    const { simulator } = await open();
    const { createProvider } = await import('../provider-kinds.ts');
    const read = ({ env }: { env?: string }) => (env === 'DESP_USERNAME' ? 'ada' : 'portal-key-of-ada');
    const config = { kind: 'desp-insula', baseUrl: simulator.url, auth: auth(simulator.tokenUrl) };
    const provider = createProvider('desp', config, read);
    expect(await provider.probe(freely)).toMatchObject({ kind: 'ok' });
    simulator.expireTokens();
    expect(await provider.probe(freely)).toMatchObject({ kind: 'ok' });
    expect(simulator.counts().token).toMatchObject({ arrived: 2, tookEffect: 2 });
    await provider.close();
  });
});
