import { expect, test } from 'vitest';
import { createProvider } from '../provider-kinds.ts';
import { httpText, rawServer } from '../raw-server.ts';
import { freely } from '../test-call.ts';
import { openStage } from './test-stage.ts';

const pathsOf = (simulator: { requests(): { path: string }[] }) => simulator.requests().map(({ path }) => path);

test('of several versions the highest in production is used, and of a URL with a slash at its end', async () => {
  const { simulator, launched } = await openStage({ behaviour: { like: 'vito' } });
  expect((await launched()).address).toMatch(/^\/openeo\/1\.2\.0\/jobs\//);
  expect(pathsOf(simulator).filter((path) => path.includes('1.3'))).toEqual([]);
});

test('where no version is in production, the highest of the others is used', async () => {
  const versions = [{ version: '1.1' }, { version: '1.10' }, { version: '1.9', production: false }];
  const { launched } = await openStage({ behaviour: { versions } });
  expect((await launched()).address).toMatch(/^\/openeo\/1\.10\/jobs\//);
});

test('a version that is configured is used, whatever else there is', async () => {
  const { launched } = await openStage({ behaviour: { like: 'vito' }, config: { apiVersion: '1.1' } });
  expect((await launched()).address).toMatch(/^\/openeo\/1\.1\.0\/jobs\//);
});

test('a back-end without the version that we need is held, and says so', async () => {
  const { launch, simulator } = await openStage({ config: { apiVersion: '1.3' } });
  expect(await launch()).toMatchObject({
    kind: 'notSent',
    rule: 'no-api-version',
    reason: expect.stringMatching(/1\.3/),
  });
  expect(simulator.jobs()).toEqual([]);
});

test('a back-end without a list of versions is its own API', async () => {
  const { anotherProvider, simulator } = await openStage({ behaviour: { wellKnown: 'missing' } });
  const provider = anotherProvider({ baseUrl: `${simulator.url}/openeo/1.2` });
  expect(await provider.probe(freely)).toMatchObject({ kind: 'ok', detail: expect.stringMatching(/1\.2\.0/) });
});

test('an API on another origin is not called, and the reason names it', async () => {
  const { launch, provider, simulator } = await openStage({ behaviour: { wellKnown: 'elsewhere' } });
  const expected = {
    kind: 'notSent',
    rule: 'api-elsewhere',
    reason: expect.stringMatching(/openeo\.elsewhere\.example/),
  };
  expect(await launch()).toMatchObject(expected);
  expect(await provider.probe(freely)).toMatchObject(expected);
  expect(simulator.counts().token.arrived).toBe(0);
});

test('what was discovered is kept: two requests serve all calls', async () => {
  const { simulator, launched, provider } = await openStage();
  const jobs = await Promise.all(Array.from({ length: 10 }, (_, n) => launched(n)));
  for (const job of jobs) await provider.look(job, freely);
  expect(simulator.counts().describe.arrived).toBe(2);
});

test.each([404, 501] as const)(
  'a version that is taken away is looked for again, whether its loss is told by 404 or 501: %d',
  async (unknownVersion) => {
    const { simulator, launched, launch, provider } = await openStage({ behaviour: { unknownVersion } });
    const job = await launched();
    simulator.setBehaviour({ versions: [{ version: '1.4', production: true }] });
    expect(await launch(1)).toMatchObject({ kind: 'notSent', rule: 'api-version' });
    expect((await launched(1)).address).toMatch(/^\/openeo\/1\.4\/jobs\//);
    expect(await provider.look(job, freely)).toMatchObject({ kind: 'seen' });
  },
);

test('trouble with discovery is no launch that may have taken effect', async () => {
  for (const rule of [{ do: 'drop' }, { do: 'html', status: 502 }, { do: 'truncate' }] as const) {
    const { simulator, launch } = await openStage();
    simulator.setFaults([{ on: 'describe', ...rule }]);
    expect(await launch(), rule.do).toMatchObject({ kind: 'notSent' });
    expect(simulator.jobs()).toEqual([]);
  }
});

test('a page of a gateway at the address of the API holds launches, and ends none', async () => {
  const server = await rawServer((socket, received) => {
    if (received.endsWith('\r\n\r\n')) socket.end(httpText(404, '<html><title>No such service</title></html>'));
  });
  const config = { kind: 'openeo', baseUrl: server.origin, auth: { kind: 'none' } };
  const provider = createProvider('openeo', config, () => '');
  expect(await provider.probe(freely)).toMatchObject({
    kind: 'rejected',
    reason: expect.stringMatching(/No such service/),
  });
  await provider.close();
  await server.close();
});
