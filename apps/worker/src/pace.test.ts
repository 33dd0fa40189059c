import { setTimeout as sleep } from 'node:timers/promises';
import { type LedgerContext, readCounts } from '@nightpass/engine';
import { afterEach, expect, test } from 'vitest';
import { type Night, startNight } from './test-night.ts';

/** The paces here are slow, so that a busy machine's few hundred milliseconds of delay do not look like a launch too many. */

let night: Night;
afterEach(() => night.stop());

test('three workers together keep the launch pace of one provider, in every sliding second', async () => {
  night = await startNight({
    behaviour: { jobSeconds: 0.2 },
    provider: { launch: { perSecond: 3, concurrency: 4, maxInFlight: 500 } },
  });
  const id = await night.openBatch({ processes: 1, zones: 18 });
  for (let n = 0; n < 3; n++) night.startWorker();
  await night.untilEnded(id, 30_000);

  expect(await readCounts(night.ledger, id)).toMatchObject({ succeeded: 18 });
  // Three are sent in any second of Redis's clock; the way to the platform may squeeze in one more.
  expect(night.platform.mostInAnySecond('launch')).toBeLessThanOrEqual(4);
});

test('launches that waited for a login are not all sent when it comes, nor those whose token was refused', async () => {
  night = await startNight({
    faults: [
      { on: 'token', do: 'stall', ms: 1_500, when: { times: 4 } },
      { on: 'launch', do: 'expire-tokens', when: { everyN: 5, times: 2 } },
    ],
    provider: ({ tokenUrl }) => ({
      auth: { kind: 'api-key', keyEnv: 'ANY', tokenUrl },
      launch: { perSecond: 2, concurrency: 8, maxInFlight: 500 },
      probeSeconds: 0.5,
    }),
  });
  const id = await night.openBatch({ processes: 1, zones: 9 });
  night.startWorker();
  night.startWorker();
  await night.untilEnded(id, 60_000);
  expect(await readCounts(night.ledger, id)).toMatchObject({ succeeded: 9 });
  expect(night.platform.mostInAnySecond('launch')).toBeLessThanOrEqual(3);
});

/** The word to launch comes late, in bunches: a network that stands still now and then. */
const bunched = (redis: LedgerContext['redis']) =>
  new Proxy(redis, {
    get(_, key) {
      const value: unknown = Reflect.get(redis, key);
      if (key !== 'evalsha') return typeof value === 'function' ? value.bind(redis) : value;
      return async (...args: unknown[]) => {
        const reply: unknown = await (value as (...args: unknown[]) => Promise<unknown>).apply(redis, args);
        // Of all scripts, the intent alone answers so.
        if (Array.isArray(reply) && reply[0] === 'go' && reply.length > 2) {
          await sleep(2_000 - (performance.now() % 2_000));
        }
        return reply;
      };
    },
  });

test('launches whose word to go came late, in bunches, are not all sent when it comes', async () => {
  night = await startNight({ provider: { launch: { perSecond: 3, concurrency: 8, maxInFlight: 500 } } });
  const id = await night.openBatch({ processes: 1, zones: 15 });
  night.startWorker(bunched);
  await night.untilEnded(id, 60_000);
  expect(await readCounts(night.ledger, id)).toMatchObject({ succeeded: 15 });
  expect(night.platform.mostInAnySecond('launch')).toBeLessThanOrEqual(4);
});

test('a rate below one a second keeps its distance', async () => {
  night = await startNight({ provider: { launch: { perMinute: 40, concurrency: 4, maxInFlight: 500 } } });
  const id = await night.openBatch({ processes: 1, zones: 4 });
  night.startWorker();
  night.startWorker();
  await night.untilEnded(id, 30_000);
  const sent = night.platform.launches().map((launch) => launch.atMs);
  for (const [i, atMs] of sent.entries()) if (i > 0) expect(atMs - (sent[i - 1] ?? 0)).toBeGreaterThan(1_400);
});

test('reads keep their own pace, which launches do not eat into', async () => {
  night = await startNight({
    behaviour: { jobSeconds: 60 },
    provider: { read: { perSecond: 5, minLookSeconds: 0.1, maxLookSeconds: 0.2 } },
  });
  const id = await night.openBatch({ processes: 1, zones: 40 });
  night.startWorker();
  night.startWorker();
  await night.until(() => night.platform.counts().look.arrived > 20);
  expect(night.platform.mostInAnySecond('look')).toBeLessThanOrEqual(6);
  expect((await readCounts(night.ledger, id)).running).toBe(40);
});
