import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Redis } from 'ioredis';
import { listBatches, readBatch, readCounts } from '../ledger/batches.ts';
import { createKeys } from '../ledger/keys.ts';
import { openInbox } from './inbox.ts';
import type { Receipt } from './receipt.ts';
import { type Intake, type Taken, takeFile } from './take-file.ts';

/** An inbox of a test's own: a real folder, and a ledger under a random prefix of a real Redis. */
export interface TestInbox {
  intake: Intake;
  /** Writes a file into it. */
  drop(file: string, content: unknown): Promise<void>;
  /** Takes it, as one that has long been unchanged. */
  take(file: string, changed?: Partial<Intake>): Promise<Taken>;
  /** What lies in the inbox and in those of our folders that people look into. */
  files(): Promise<string[]>;
  json<T = Receipt>(file: string): Promise<T>;
  /** All batches of the ledger, with how many tasks the grid and the counters have. */
  batches(): Promise<{ id: string; file: string; tasks: number; grid: number; queued: number }[]>;
  remove(): Promise<void>;
}

/** Until then no deadline in a fixture has passed. */
export const testNowMs = Date.parse('2026-11-22T20:00:00Z');

export async function createTestInbox(redis: Redis): Promise<TestInbox> {
  const dir = await mkdtemp(join(tmpdir(), 'nightpass-inbox-'));
  const ledger = { redis, keys: createKeys(`t${randomBytes(4).toString('hex')}`) };
  const intake: Intake = {
    ledger,
    inbox: await openInbox(dir),
    providers: { known: ['airbus', 'insula'], default: 'airbus' },
    maxFileBytes: 64 * 1024 ** 2,
    patienceMs: 10_000,
  };
  return {
    intake,
    async drop(file, content) {
      await mkdir(dirname(join(dir, file)), { recursive: true });
      const raw = typeof content === 'string' || content instanceof Uint8Array;
      await writeFile(join(dir, file), raw ? content : JSON.stringify(content));
    },
    take: (file, changed = {}) =>
      takeFile({ ...intake, ...changed }, { file, unchangedForMs: 60_000, nowMs: testNowMs }),
    async files() {
      const entries = await readdir(dir, { recursive: true, withFileTypes: true });
      return entries
        .filter((entry) => !entry.isDirectory())
        .map((entry) => join(entry.parentPath, entry.name).slice(dir.length + 1))
        .filter((file) => file !== '.nightpass/inbox-id')
        .sort();
    },
    json: async (file) => JSON.parse(await readFile(join(dir, file), 'utf8')),
    async batches() {
      const ids = await listBatches(ledger, { offset: 0, limit: 1000 });
      return Promise.all(
        ids.map(async (id) => {
          const batch = await readBatch(ledger, id);
          const [grid, counts] = await Promise.all([redis.strlen(ledger.keys.grid(id)), readCounts(ledger, id)]);
          return { id, file: batch?.file ?? '', tasks: batch?.taskCount ?? 0, grid, queued: counts.queued };
        }),
      );
    },
    remove: () => rm(dir, { recursive: true, force: true }),
  };
}

export class Killed extends Error {}

/** Ends the work just before its `nth` effect, on disk or in Redis. */
export function killedBefore(intake: Intake, nth: number): Intake {
  let effects = 0;
  const effect = () => {
    effects += 1;
    if (effects === nth) throw new Killed();
  };
  const changing = new Set(['hset', 'hsetnx', 'hdel', 'sadd', 'srem', 'evalsha', 'multi']);
  const redis = new Proxy(intake.ledger.redis, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]) => {
        if (changing.has(String(name))) effect();
        return Reflect.apply(value, target, args);
      };
    },
  });
  return { ...intake, ledger: { ...intake.ledger, redis }, before: effect };
}

/** A batch file of `processes` × `zones`, in the format of the files people drop. */
export function batchFile({
  processes = 1,
  zones = 1,
  ...also
}: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    ...also,
    processes: Array.from({ length: Number(processes) }, (_, i) => ({
      id: `process-${i}`,
      name: `Process ${i}`,
      dataset_id: 'dataset',
      project_id: 'project',
    })),
    zones: Array.from({ length: Number(zones) }, (_, i) => {
      const [x, y] = [(i % 1000) / 10 - 60, Math.floor(i / 1000) / 10 - 40];
      const ring = [
        [x, y],
        [x + 0.05, y],
        [x + 0.05, y + 0.05],
        [x, y + 0.05],
        [x, y],
      ];
      return {
        id: i,
        image_id: `image-${i}`,
        location: `Place ${i}`,
        project: 'Harbours',
        geom: { type: 'Polygon', coordinates: [ring] },
      };
    }),
  };
}
