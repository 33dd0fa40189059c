import { afterEach, expect, test } from 'vitest';
import { createProvider } from '../provider-kinds.ts';
import { httpText, type RawServer, rawServer } from '../raw-server.ts';
import { freely } from '../test-call.ts';
import { sampleLaunch } from './sample.ts';

const key = 'planted/key+with"quotes';
const token = 'planted.token/and+more~';
const job = { id: 'j-1', address: '/api/v1/processes/p-1/jobs/j-1?projectId=prj-1' };

const servers: RawServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

/** A platform that gives back all it was sent, credentials included, in whatever way. */
type Echo = (request: string) => Buffer;
const echoes: [string, (status: number) => Echo][] = [
  ['as text', (status) => (request) => httpText(status, request)],
  [
    'as an error',
    (status) => (request) => httpText(status, JSON.stringify({ message: request, hint: token, correlationId: token })),
  ],
  [
    'with its slashes escaped',
    (status) => (request) => httpText(status, JSON.stringify({ message: request }).replaceAll('/', '\\/')),
  ],
  ['encoded for URLs', (status) => (request) => httpText(status, encodeURIComponent(request.slice(-120) + token))],
  ['as a page', (status) => (request) => httpText(status, `<html><title>${token}</title>${request}</html>`)],
  [
    'in its headers',
    (status) => () => httpText(status, '', { location: `/login?t=${token}`, 'www-authenticate': token }),
  ],
  [
    'as the state of a job',
    (status) => () => httpText(status, JSON.stringify({ id: 'j-1', message: token, status: { status: token } })),
  ],
  [
    'as the address of a job',
    (status) => () =>
      httpText(
        status,
        JSON.stringify({ _links: { self: { href: `${job.address}&token=${encodeURIComponent(token)}` } } }),
      ),
  ],
];

test.each(echoes)('a platform that gives our credentials back %s: they are in no answer', async (_, echo) => {
  const said: string[] = [];
  for (const status of [200, 201, 302, 400, 401, 403, 404, 405, 409, 422, 429, 500, 503]) {
    const reply = echo(status);
    const server = await rawServer((socket, received) => {
      if (received.includes('client_id=IDP')) {
        const granted = httpText(200, JSON.stringify({ access_token: token, expires_in: 3600 }));
        socket.end(said.length % 2 === 1 && status === 401 ? reply(received) : granted);
      } else if (/\r\n\r\n(\{.*\})?$/.test(received) && (!received.startsWith('POST') || received.endsWith('}'))) {
        socket.end(reply(received));
      }
    });
    servers.push(server);
    const provider = createProvider(
      'airbus',
      {
        kind: 'airbus-playground',
        baseUrl: server.origin,
        auth: { kind: 'api-key', keyEnv: 'K', tokenUrl: `${server.origin}/token` },
      },
      () => key,
    );
    const find = { ...sampleLaunch(), intentAtMs: 0, claimed: async () => new Set<string>() };
    said.push(JSON.stringify(await provider.launch(sampleLaunch(), freely)));
    said.push(JSON.stringify(await provider.look(job, freely)));
    said.push(JSON.stringify(await provider.findLaunch(find, freely)));
    said.push(JSON.stringify(await provider.cancel(job, freely)));
    said.push(JSON.stringify(await provider.probe(freely)));
    await provider.close();
    expect(server.received.some((text) => text.includes(`Bearer ${token}`))).toBe(true);
  }
  expect(said).toHaveLength(65);
  expect(said.join('\n')).not.toMatch(/planted/);
});

test('credentials go to the configured origins only, whatever the platform points at', async () => {
  const elsewhere = await rawServer((socket) => socket.end(httpText(200, '{}')));
  const target = `${elsewhere.origin}/api/v1/processes/p-1/jobs/j-1`;
  const reply = {
    id: 'j-1',
    _links: { self: { href: target }, next: { href: target } },
    jobs: [{ id: 'j-1', _links: { self: { href: target } } }],
  };
  const server = await rawServer((socket, received) => {
    if (!/\r\n\r\n(\{.*\})?$/.test(received) || (received.startsWith('POST') && !received.endsWith('}'))) return;
    const status = received.startsWith('DELETE') ? 307 : 200;
    socket.end(httpText(status, JSON.stringify(reply), { location: target }));
  });
  servers.push(elsewhere, server);
  const config = { kind: 'airbus-playground', baseUrl: server.origin, auth: { kind: 'bearer', tokenEnv: 'T' } };
  const provider = createProvider('airbus', config, () => token);
  const answer = await provider.launch(sampleLaunch(), freely);
  expect(answer).toMatchObject({ kind: 'launched', job });
  const find = { ...sampleLaunch(), intentAtMs: 0, claimed: async () => new Set<string>() };
  await provider.look(job, freely);
  await provider.findLaunch(find, freely);
  await provider.cancel(job, freely);
  await provider.probe(freely);
  await provider.close();
  expect(elsewhere.received).toEqual([]);
});
