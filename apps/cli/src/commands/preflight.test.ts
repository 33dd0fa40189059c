import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startTestRedis, type TestRedis } from '@nightpass/runtime/test-redis';
import { type Simulator, startSimulator } from '@nightpass/simulator';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openWorkplace, quickConfig, until, type Workplace } from '../test-command.ts';

/** A producer that asks the platforms of a file before it takes the file. */

let platform: Simulator;
let redis: TestRedis;
let place: Workplace;
beforeEach(async () => {
  const processes = [{ id: 'vessels' }];
  platform = await startSimulator({ kind: 'airbus-playground', tokens: ['test-token'], behaviour: { processes } });
  redis = await startTestRedis();
  place = await openWorkplace({ TEST_TOKEN: 'test-token', REDIS_URL: redis.url });
  const config = quickConfig(platform.url) as { providers: { airbus: object }; inbox: object };
  await place.configure({
    ...config,
    providers: { airbus: { ...config.providers.airbus, probeSeconds: 0.5 } },
    inbox: { ...config.inbox, preflight: true },
  });
});
afterEach(async () => {
  await place.close();
  await redis.stop();
  await platform.close();
});

function batch(id: string, name: string): string {
  const geom = { type: 'Polygon', coordinates: [[[1, 1], [2, 1], [2, 2], [1, 1]]] }; // biome-ignore format: one ring
  return JSON.stringify({
    name,
    processes: [{ id, name: 'P', dataset_id: 'd', project_id: 'project' }],
    zones: [{ image_id: 'i', location: 'Here', geom }],
  });
}
const submit = (content: string) => place.runWith(content, 'submit', '-', '--json');
const inInbox = async (file: string) =>
  JSON.parse(await readFile(join(place.inbox, file), 'utf8').catch(() => 'null')) as { reason: string } | null;

test('what the platform has is accepted, what it has not is rejected with its place; a platform that is away makes files wait', async () => {
  const producer = place.start('producer');
  await producer.untilSays(/producer started/);

  const good = await submit(batch('vessels', 'a'));
  expect(JSON.parse(good.stdout)).toMatchObject({ receipt: { outcome: 'accepted' } });
  const wrong = await submit(batch('vessles', 'b'));
  expect(JSON.parse(wrong.stdout)).toMatchObject({
    receipt: {
      outcome: 'rejected',
      faults: [
        {
          line: 1,
          path: 'processes[0].id',
          found: 'the string "vessles"',
          expected: expect.stringContaining('what airbus takes: project "project" has no such process'),
        },
      ],
    },
  });
  expect(wrong.code).toBe(2);

  await platform.goOffline();
  const waits = await submit(batch('others', 'c'));
  expect(JSON.parse(waits.stdout)).toMatchObject({
    dropped: true,
    receipt: null,
    waits: expect.stringMatching(/^airbus: it cannot be asked/),
  });
  const file = 'standard-input-2.json';
  const name = (await inInbox(`${file}.waiting.json`)) ? file : 'standard-input.json';
  expect(await inInbox(`${name}.waiting.json`)).toMatchObject({ reason: expect.stringContaining('airbus') });
  platform.setBehaviour({ processes: [{ id: 'vessels' }, { id: 'others' }] });
  await platform.comeOnline();
  await until(async () => (await inInbox(`${name}.waiting.json`)) === null, 30_000);
  await until(async () => producer.stdout().match(/batch accepted/g)?.length === 2);
  expect(platform.launches()).toEqual([]);
});

test('a producer that is to ask needs the secrets, and says which one is missing', async () => {
  delete place.env.TEST_TOKEN;
  const { code, stderr, stdout } = await place.run('producer');
  expect(stdout + stderr).toContain('TEST_TOKEN');
  expect(code).not.toBe(0);
});
