import { startSimulator } from '@nightpass/simulator';
import { afterEach, expect, test } from 'vitest';
import { createProvider } from '../provider-kinds.ts';
import { httpText, type Misbehave, type RawServer, rawServer } from '../raw-server.ts';
import { freely } from '../test-call.ts';
import { sampleLaunch } from './sample.ts';

const job = { id: 'j-1', address: '/api/v1/processes/p-1/jobs/j-1?projectId=prj-1' };
const servers: RawServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

async function providerOn(misbehave: Misbehave, prefix = '') {
  const server = await rawServer(misbehave);
  servers.push(server);
  const config = { kind: 'airbus-playground', baseUrl: `${server.origin}${prefix}`, auth: { kind: 'none' } };
  return { server, provider: createProvider('airbus', config, () => '') };
}
const whole = (text: string) => (text.startsWith('POST') ? /\r\n\r\n\{.*\}$/.test(text) : text.endsWith('\r\n\r\n'));

test('a kept connection that has gone stale does not make a launch uncertain', async () => {
  const { provider } = await providerOn((socket, received) => {
    if (received.split('HTTP/1.1\r\n').length > 2) socket.resetAndDestroy();
    else if (whole(received)) socket.write(httpText(200, JSON.stringify({ id: 'j-1', status: {} })));
  });
  expect(await provider.look(job, freely)).toMatchObject({ kind: 'seen' });
  await new Promise(setImmediate);
  expect(await provider.launch(sampleLaunch(), freely)).toMatchObject({ kind: 'launched', job });
  await provider.close();
});

test('what is sent: path, correlation id, content type, and the payload as the seed makes it', async () => {
  const { server, provider } = await providerOn(
    (socket, received) => whole(received) && socket.write(httpText(201, '{"id":"j-1"}')),
    '/gateway/',
  );
  const answer = await provider.launch({ ...sampleLaunch(), attempt: 3 }, freely);
  expect(answer).toMatchObject({
    kind: 'launched',
    rule: 'launched-by-id',
    job: { address: `/gateway${job.address}` },
  });
  const [sent = ''] = server.received;
  expect(sent).toMatch(/^POST \/gateway\/api\/v1\/processes\/p-1\/jobs HTTP\/1\.1\r\n/);
  expect(sent).toMatch(/\r\nx-correlation-id: b1-0-0\.3\r\n/i);
  expect(sent).toMatch(/\r\ncontent-type: application\/json\r\n/i);
  expect(sent).not.toMatch(/authorization/i);
  await provider.close();
});

test('a 201 whose body is cut still names its job in Location', async () => {
  const { provider } = await providerOn((socket, received) => {
    if (whole(received))
      socket.end(`HTTP/1.1 201 Created\r\nlocation: ${job.address}\r\ncontent-length: 500\r\n\r\n{"id":`);
  });
  expect(await provider.launch(sampleLaunch(), freely)).toEqual({
    kind: 'launched',
    rule: 'launched-by-location',
    job,
  });
  await provider.close();
});

test('a process id that fits in no path is refused before anything is sent', async () => {
  const { server, provider } = await providerOn(() => {});
  const request = sampleLaunch();
  request.task.process.id = '..';
  expect(await provider.launch(request, freely)).toMatchObject({ kind: 'rejected', rule: 'process-id-unusable' });
  const find = { ...request, intentAtMs: 0, claimed: async () => new Set<string>() };
  expect(await provider.findLaunch(find, freely)).toMatchObject({ kind: 'notFound', rule: 'never-sendable' });
  expect(server.received).toEqual([]);
  await provider.close();
});

async function providerWithThreeJobs() {
  const rows = [1, 2, 3].map((n) => ({ id: `j-${n}`, creationDate: Date.now() }));
  return providerOn((socket, received) => {
    if (!whole(received)) return;
    const id = /jobs\/(j-\d)[^\n]*\r\n(?:[^\r]+\r\n)+\r\n$/.exec(received)?.[1];
    socket.write(httpText(200, JSON.stringify(id ? { id, input: { name: 'another' } } : { jobs: rows, total: 3 })));
  });
}
const search = () => ({ ...sampleLaunch(), intentAtMs: Date.now(), claimed: async () => new Set<string>() });
const gets = (received: readonly string[]) => received.join('').match(/^GET /gm)?.length;

test('a search waits for its turn before each request', async () => {
  const { server, provider } = await providerWithThreeJobs();
  let turns = 0;
  const readSlot = async () => {
    turns++;
    return true;
  };
  expect(await provider.findLaunch(search(), { ...freely, readSlot })).toMatchObject({ kind: 'notFound' });
  expect(gets(server.received)).toBe(4);
  expect(turns).toBe(4);
  await provider.close();
});

test('searches that wait together share one reading of the list, and of each job', async () => {
  const { server, provider } = await providerWithThreeJobs();
  const answers = await Promise.all(Array.from({ length: 20 }, () => provider.findLaunch(search(), freely)));
  expect(new Set(answers.map(({ kind }) => kind))).toEqual(new Set(['notFound']));
  // One reading for the first, and one for all who came while it was under way.
  expect(gets(server.received)).toBe(8);
  await provider.close();
});

test('a search that gets no turn says so, and asks nothing', async () => {
  const { server, provider } = await providerWithThreeJobs();
  const readSlot = async () => false;
  expect(await provider.findLaunch(search(), { ...freely, readSlot })).toMatchObject({ rule: 'no-slot' });
  expect(gets(server.received)).toBeUndefined();
  await provider.close();
});

test('a launch whose token was refused waits for another turn before it is sent again, or is not sent', async () => {
  for (const given of [true, false]) {
    const sim = await startSimulator({ kind: 'airbus-playground' });
    const provider = createProvider(
      'airbus',
      { kind: 'airbus-playground', baseUrl: sim.url, auth: { kind: 'api-key', keyEnv: 'K', tokenUrl: sim.tokenUrl } },
      () => 'some-key',
    );
    await provider.probe(freely);
    sim.expireTokens();
    let turns = 0;
    const launchSlot = async () => {
      turns++;
      return given;
    };
    const answer = await provider.launch(sampleLaunch(), { ...freely, launchSlot });
    expect(answer).toMatchObject(given ? { kind: 'launched' } : { kind: 'notSent', rule: 'no-slot' });
    expect([turns, sim.launches().length]).toEqual([1, given ? 2 : 1]);
    await Promise.all([provider.close(), sim.close()]);
  }
});
