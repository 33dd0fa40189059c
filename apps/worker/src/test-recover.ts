import type { BatchId, Provider } from '@nightpass/core';
import { type LedgerContext, type RecoverOptions, readCounts } from '@nightpass/engine';
import { expect } from 'vitest';
import { createFolder, type Folder } from './test-folder.ts';
import { type Night, type NightOptions, startNight } from './test-night.ts';

/** A night of 2 × 20 tasks of which some have ended, some run, one answer was lost; then Redis is emptied. */
export async function lostNight(
  options: NightOptions & { provider?: Record<string, unknown> } = {},
): Promise<{ night: Night; folder: Folder; id: BatchId }> {
  const night = await startNight({
    ...options,
    behaviour: { jobSeconds: 0.2, failPercent: 20, ...options.behaviour },
    provider: { launch: { perSecond: 40, concurrency: 4, maxInFlight: 500 }, ...options.provider },
  });
  const folder = await createFolder(night, options.provider);
  const id = await folder.drop('night.json');
  const worker = night.startWorker();
  const launched = () => night.platform.counts().launch.arrived;
  await night.until(() => launched() >= 8);
  night.platform.setBehaviour({ jobSeconds: 1.5, failPercent: 20, ...options.behaviour });
  night.platform.setFaults([{ on: 'launch', do: 'drop-after-accept', when: { times: 1 } }]);
  await night.until(() => launched() >= 20);
  await worker.drain(2_000);
  night.platform.setFaults([]);
  await night.ledger.redis.flushall();
  return { night, folder, id };
}

/** Waits for the end of such a night: each of its tasks has one, and none was launched twice. */
export async function expectAccounted(night: Night, id: BatchId): Promise<void> {
  await night.untilEnded(id);
  expect(night.platform.launchedTwice()).toEqual([]);
  const { succeeded, failed, parked, ...others } = await readCounts(night.ledger, id);
  expect(succeeded + failed + parked).toBe(40);
  expect(Object.values(others).every((n) => n === 0)).toBe(true);
}

export class Killed extends Error {}

const commands = ['evalsha', 'eval', 'hset', 'hmget', 'hgetall', 'sadd', 'get', 'scard', 'time'];

/**
 * A recovery that dies: at its nth effect, which is a Redis command or a request to the platform.
 * @param when whether that effect still happens, its answer unseen
 */
export function dyingAt(options: RecoverOptions, nth: number, when: 'before' | 'after'): RecoverOptions {
  let effects = 0;
  let dead = false;
  const effect = async <T>(name: string, act: () => Promise<T>): Promise<T> => {
    if (dead) throw new Killed(name);
    effects++;
    if (effects !== nth) return act();
    dead = true;
    if (when === 'after') await act();
    throw new Killed(name);
  };
  const redis = new Proxy(options.ledger.redis, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key);
      if (typeof value !== 'function') return value;
      if (!commands.includes(String(key))) return value.bind(target);
      return (...args: unknown[]) => effect(String(key), () => value.apply(target, args) as Promise<unknown>);
    },
  });
  const ledger: LedgerContext = { ...options.ledger, redis };
  const providers = new Map(
    [...options.providers].map(([name, { adapter, limits }]) => [name, { adapter: dying(adapter), limits }]),
  );
  function dying(adapter: Provider): Provider {
    const { survey } = adapter;
    if (!survey) return adapter;
    return {
      ...adapter,
      survey: {
        placeOf: survey.placeOf,
        jobsOf: (query, signal) =>
          survey.jobsOf(
            { ...query, read: (call, failureOf) => query.read(() => effect('read', call), failureOf) },
            signal,
          ),
      },
    };
  }
  return { ...options, ledger, providers };
}
