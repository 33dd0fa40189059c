import { randomBytes } from 'node:crypto';
import { access, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createKeys, type LedgerContext, listBatches, openInbox, type Receipt, readBatch } from '@nightpass/engine';
import type { Log } from '@nightpass/runtime';
import type { TestRedis } from '@nightpass/runtime/test-redis';
import { type ProducerOptions, type RunningProducer, startProducer } from './producer.ts';

export type Logged = { level: string; message: string } & Record<string, unknown>;

/** An inbox with as many producers as wanted, each with its own connection, all in this process. */
export interface TestProducers {
  dir: string;
  ledger: LedgerContext;
  logged: Logged[];
  start(options?: Partial<ProducerOptions>): Promise<RunningProducer>;
  drop(file: string, content: unknown): Promise<void>;
  json<T = Receipt>(file: string): Promise<T>;
  batches(): Promise<{ file: string; tasks: number }[]>;
  /** Waits until it stands in the inbox. */
  untilThere(file: string): Promise<void>;
  untilLogged(message: string, facts?: Record<string, unknown>): Promise<void>;
  stop(): Promise<void>;
}

export async function createTestProducers(
  server: TestRedis,
  keys = createKeys(`t${randomBytes(4).toString('hex')}`),
): Promise<TestProducers> {
  const dir = await mkdtemp(join(tmpdir(), 'nightpass-producer-'));
  const redis = server.client();
  const ledger = { redis, keys };
  const logged: Logged[] = [];
  const running = new Set<RunningProducer>();
  const untilThere = (file: string) => until(file, () => exists(join(dir, file)));
  return {
    dir,
    ledger,
    logged,
    untilThere,
    async start(options = {}) {
      const producer = startProducer({
        ledger: { redis: server.client(), keys: ledger.keys },
        inbox: await openInbox(dir),
        providers: { known: ['airbus'], default: 'airbus' },
        maxFileBytes: 64 * 1024 ** 2,
        rescanMs: 200,
        settleMs: 50,
        patienceMs: 1500,
        leaseMs: 1000,
        log: recorder(logged),
        ...options,
      });
      running.add(producer);
      return {
        close: async () => {
          running.delete(producer);
          await producer.close();
        },
      };
    },
    async drop(file, content) {
      await mkdir(dirname(join(dir, file)), { recursive: true });
      await writeFile(join(dir, file), typeof content === 'string' ? content : JSON.stringify(content));
    },
    json: async (file) => {
      await untilThere(file);
      return JSON.parse(await readFile(join(dir, file), 'utf8'));
    },
    async batches() {
      const ids = await listBatches(ledger, { offset: 0, limit: 1000 });
      const records = await Promise.all(ids.map((id) => readBatch(ledger, id)));
      return records.map((batch) => ({ file: batch?.file ?? '', tasks: batch?.taskCount ?? 0 }));
    },
    untilLogged: (message, facts = {}) =>
      until(`logged: ${message}`, () =>
        logged.some(
          (line) => line.message === message && Object.entries(facts).every(([key, value]) => line[key] === value),
        ),
      ),
    async stop() {
      for (const producer of running) await producer.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

export async function until(what: string, condition: () => Promise<boolean> | boolean): Promise<void> {
  const endMs = Date.now() + 20_000;
  while (!(await condition())) {
    if (Date.now() > endMs) throw new Error(`not so within 20 s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

export const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );

/** Files in the inbox that no producer has taken yet. */
export async function filesLeft(dir: string): Promise<string[]> {
  const names = await readdir(dir);
  return names.filter((name) => name.endsWith('.json') && !name.endsWith('.receipt.json')).sort();
}

function recorder(lines: Logged[]): Log {
  const at = (level: string) => (facts: object, message: string) => void lines.push({ ...facts, level, message });
  const log: Log = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error'), child: () => log };
  return log;
}

/** A batch file; `name` makes it another content. */
export function batchFile(name: string, zones = 1): object {
  return {
    name,
    processes: [{ id: 'process', name: 'Process', dataset_id: 'dataset', project_id: 'project' }],
    zones: Array.from({ length: zones }, (_, i) => ({
      id: i,
      image_id: `image-${i}`,
      location: `Place ${i}`,
      geom: {
        type: 'Polygon',
        coordinates: [
          [
            [1, 1],
            [2, 1],
            [2, 2],
            [1, 1],
          ],
        ],
      },
    })),
  };
}
