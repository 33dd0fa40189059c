import { afterEach, describe, expect, test } from 'vitest';
import { usualHttpLimits } from '../http/http-client.ts';
import { httpText, type RawServer, rawServer } from '../raw-server.ts';
import { createTokenSource, type TokenSource } from './token-source.ts';

const never = new AbortController().signal;
const key = 'planted-api-key/+"1';
const open: (RawServer | TokenSource)[] = [];

afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

interface Desk {
  server: RawServer;
  tokens: TokenSource;
  clock: { nowMs: number };
}

/** A token endpoint that gives the n-th answer to the n-th request, the last one for ever. */
async function deskWith(answers: readonly Buffer[], limits: Partial<typeof usualHttpLimits> = {}): Promise<Desk> {
  let asked = 0;
  const server = await rawServer((socket, received) => {
    if (!received.endsWith('client_id=IDP')) return;
    socket.end(answers[Math.min(asked++, answers.length - 1)] ?? '');
  });
  const clock = { nowMs: 0 };
  const tokens = createTokenSource(
    { kind: 'api-key', keyFile: 'key.txt', tokenUrl: `${server.origin}/realms/token?x=1` },
    { readSecret: () => `${key}\n`, limits: { ...usualHttpLimits, ...limits }, clockMs: () => clock.nowMs },
  );
  open.push(server, tokens);
  return { server, tokens, clock };
}

const token = (name: string, expires_in: unknown = 3600) =>
  httpText(200, JSON.stringify({ access_token: name, expires_in, token_type: 'bearer' }));
const bearer = (name: string) => ({ kind: 'credential', authorization: `Bearer ${name}` });

describe('an API key', () => {
  test('is sent trimmed, as the form that the platform documents', async () => {
    const { server, tokens } = await deskWith([token('first-token')]);
    expect(await tokens.current(never)).toEqual(bearer('first-token'));
    expect(server.received[0]).toMatch(/^POST \/realms\/token\?x=1 /);
    expect(server.received[0]).toMatch(/content-type: application\/x-www-form-urlencoded\r\n/);
    expect(server.received[0]?.endsWith(`apikey=${encodeURIComponent(key)}&grant_type=api_key&client_id=IDP`)).toBe(
      true,
    );
  });

  test('is asked with once by fifty callers together', async () => {
    const { server, tokens } = await deskWith([token('first-token')]);
    const all = await Promise.all(Array.from({ length: 50 }, () => tokens.current(never)));
    expect(new Set(all.map((one) => JSON.stringify(one))).size).toBe(1);
    expect(server.received).toHaveLength(1);
  });

  test('gives a token that is renewed at half of its life', async () => {
    const { server, tokens, clock } = await deskWith([token('first-token', 100), token('second-token', 100)]);
    await tokens.current(never);
    clock.nowMs = 49_000;
    expect(await tokens.current(never)).toEqual(bearer('first-token'));
    clock.nowMs = 51_000;
    expect(await tokens.current(never)).toEqual(bearer('second-token'));
    expect(server.received).toHaveLength(2);
  });

  test.each([[''], ['soon'], [-5], [null]])('a lifetime of %s is taken for five minutes', async (life) => {
    const { tokens, clock } = await deskWith([token('first-token', life), token('second-token')]);
    await tokens.current(never);
    clock.nowMs = 149_000;
    expect(await tokens.current(never)).toEqual(bearer('first-token'));
    clock.nowMs = 151_000;
    expect(await tokens.current(never)).toEqual(bearer('second-token'));
  });

  test('while its endpoint is down, the token that still works is used, and not every call asks again', async () => {
    const { server, tokens, clock } = await deskWith([token('first-token', 100), httpText(500)]);
    await tokens.current(never);
    clock.nowMs = 60_000;
    expect(await tokens.current(never)).toEqual(bearer('first-token'));
    expect(await tokens.current(never)).toEqual(bearer('first-token'));
    expect(server.received).toHaveLength(2);
    clock.nowMs = 101_000;
    expect(await tokens.current(never)).toMatchObject({ kind: 'notSent', rule: 'token-endpoint-down' });
  });

  test('a refused token is renewed once, however many callers it was refused to', async () => {
    const { server, tokens } = await deskWith([token('first-token'), token('second-token')]);
    await tokens.current(never);
    const all = await Promise.all(Array.from({ length: 20 }, () => tokens.renewed('Bearer first-token', never)));
    expect(all.every((one) => JSON.stringify(one) === JSON.stringify(bearer('second-token')))).toBe(true);
    expect(await tokens.renewed('Bearer first-token', never)).toEqual(bearer('second-token'));
    expect(server.received).toHaveLength(2);
  });

  test('one caller that is called off does not call off the others', async () => {
    const { tokens } = await deskWith([token('first-token')]);
    const calledOff = new AbortController();
    const both = Promise.all([tokens.current(calledOff.signal), tokens.current(never)]);
    calledOff.abort();
    expect(await both).toEqual([
      { kind: 'notSent', rule: 'called-off', reason: 'it was called off' },
      bearer('first-token'),
    ]);
  });

  test.each<[string, Buffer, string, string]>([
    [
      '401',
      httpText(401, `{"error_description":"bad key ${key.replace('"', '\\"')}"}`),
      'unauthorized',
      'token-refused',
    ],
    ['400', httpText(400, `apikey=${encodeURIComponent(key)} is wrong`), 'unauthorized', 'token-refused'],
    ['403', httpText(403), 'unauthorized', 'token-refused'],
    ['404: not its address', httpText(404), 'unauthorized', 'token-refused'],
    ['a redirect', httpText(302, '', { location: 'http://127.0.0.1:9/steal' }), 'unauthorized', 'token-refused'],
    ['429', httpText(429, '', { 'retry-after': '3' }), 'throttled', 'token-endpoint-throttled'],
    ['500', httpText(500, '<h1>Oops</h1>'), 'notSent', 'token-endpoint-down'],
    ['503', httpText(503, '', { 'retry-after': '3' }), 'notSent', 'token-endpoint-down'],
    ['no answer', Buffer.alloc(0), 'notSent', 'token-endpoint-down'],
    ['a page', httpText(200, '<html>log in</html>'), 'notSent', 'token-endpoint-down'],
    ['a token with a line break', token('a\r\nX-Evil: 1'), 'notSent', 'token-endpoint-down'],
    ['a token that is none', token(''), 'notSent', 'token-endpoint-down'],
  ])('its endpoint answers %s', async (_, answer, kind, rule) => {
    const { server, tokens } = await deskWith([answer]);
    const failure = await tokens.current(never);
    expect(failure).toMatchObject({ kind, rule });
    expect(JSON.stringify(failure)).not.toContain('planted');
    expect(server.received).toHaveLength(1);
  });

  test('its endpoint is away', async () => {
    const { server, tokens } = await deskWith([token('first-token')]);
    await server.close();
    expect(await tokens.current(never)).toMatchObject({ kind: 'notSent', rule: 'token-endpoint-down' });
  });
});

describe('other credentials', () => {
  const options = { readSecret: () => 'planted-token\n', limits: usualHttpLimits };

  test('a bearer token is trimmed; refused, its file is read again, for it may have been replaced', async () => {
    let held = 'planted-token-1\n';
    const tokens = createTokenSource({ kind: 'bearer', tokenFile: 't' }, { ...options, readSecret: () => held });
    expect(await tokens.current(never)).toEqual(bearer('planted-token-1'));
    expect(await tokens.renewed('Bearer planted-token-1', never)).toBeUndefined();
    held = 'planted-token-2';
    expect(await tokens.renewed('Bearer planted-token-1', never)).toEqual(bearer('planted-token-2'));
    expect(tokens.secrets()).toEqual(['planted-token-1', 'planted-token-2']);
  });

  test('basic', async () => {
    const tokens = createTokenSource(
      { kind: 'basic', usernameEnv: 'U', passwordEnv: 'P' },
      { ...options, readSecret: (ref) => (ref.env === 'U' ? 'ada' : 'p:w') },
    );
    expect(await tokens.current(never)).toEqual({ kind: 'credential', authorization: 'Basic YWRhOnA6dw==' });
  });

  test('none', async () => {
    const tokens = createTokenSource({ kind: 'none' }, options);
    expect(await tokens.current(never)).toEqual({ kind: 'credential', authorization: undefined });
  });
});
