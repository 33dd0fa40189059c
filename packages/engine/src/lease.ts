import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { z } from 'zod';
import { defineScript } from './ledger/script.ts';

const leaseScript = defineScript('lease', { keys: ['lease'], args: ['holder', 'ms'], reply: z.number() });
const releaseScript = defineScript('release-lease', { keys: ['lease'], args: ['holder'], reply: z.number() });

/** One of many takes a piece of work for a while. If it dies, another takes over when the time is up. */
export interface Lease {
  /** Takes or renews it. */
  hold(): Promise<boolean>;
  release(): Promise<void>;
}

export function createLease(redis: Redis, key: string, ms: number): Lease {
  const holder = `${process.pid}-${randomUUID()}`;
  return {
    hold: async () => (await leaseScript(redis, { lease: key }, { holder, ms })) === 1,
    release: async () => {
      await releaseScript(redis, { lease: key }, { holder });
    },
  };
}
