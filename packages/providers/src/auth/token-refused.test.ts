import { afterEach, expect, test } from 'vitest';
import { usualHttpLimits } from '../http/http-client.ts';
import { httpText, type RawServer, rawServer } from '../raw-server.ts';
import { createTokenSource } from './token-source.ts';

/** Found by the spoilt replies: a token that was never taken for one was shown as the reason why. */

const servers: RawServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

const granted = '{"access_token":"planted.token/1","refresh_token":"planted-2","expires_in":3600}';
test.each([
  ['an error', 400, granted],
  ['a redirect', 303, granted],
  ['a failure, cut short', 500, granted.slice(0, 30)],
  ['a failure with the token in a message', 502, JSON.stringify({ message: granted })],
])('a token endpoint that answers with a token, and with %s: its token is in no reason', async (_, status, body) => {
  const server = await rawServer((socket, received) => {
    if (received.endsWith('client_id=IDP')) socket.end(httpText(status, body));
  });
  servers.push(server);
  const tokens = createTokenSource(
    { kind: 'api-key', keyEnv: 'K', tokenUrl: server.origin },
    { readSecret: () => 'planted-key', limits: usualHttpLimits },
  );
  const answer = await tokens.current(new AbortController().signal);
  await tokens.close();
  expect(answer).toMatchObject({ reason: expect.stringContaining(`token endpoint answered ${status}`) });
  expect(JSON.stringify(answer)).not.toContain('planted');
});
