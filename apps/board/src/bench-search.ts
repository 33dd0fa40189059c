import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type BatchId, baseProviderConfig, limitsOf } from '@nightpass/core';
import { createKeys, type LedgerContext, selectByFilter } from '@nightpass/engine';
import { connectRedisFailFast, createLogger, createSecrets, startPrivateRedis } from '@nightpass/runtime';
import { openAccess } from './access/settings.ts';
import { writeBenchBatch } from './bench-batch.ts';
import { startBoard } from './server.ts';

/**
 * `npm run bench:search -- --tasks 1000000`: how long searches take over HTTP, at so many tasks in the ledger, and how long
 * the same walk takes in the ledger itself. In one run, on a Redis of its own. `--processes 1` is the other shape: then each
 * task has a zone of its own.
 */

const { values } = parseArgs({
  options: {
    tasks: { type: 'string', default: '1000000' },
    processes: { type: 'string', default: '10' },
    rounds: { type: 'string', default: '60' },
  },
});
const taskCount = Number(values.tasks);
const processCount = Number(values.processes);
const zoneCount = Math.ceil(taskCount / processCount);
const rounds = Number(values.rounds);
const beganS = Math.floor(Date.now() / 1000) - 36_000;
const say = (line: string) => process.stdout.write(`${line}\n`);

const dir = await mkdtemp(join(tmpdir(), 'nightpass-bench-'));
const log = createLogger('bench', { level: 'error', secrets: createSecrets({}), to: 'stderr' });
const server = await startPrivateRedis({ dir, log, searchPath: process.env.PATH });
const redis = await connectRedisFailFast(server.address, log, { role: 'bench' });
const ledger: LedgerContext = { redis, keys: createKeys() };
const id = 'bbench0000000' as BatchId;

try {
  const startedMs = performance.now();
  const failed = await writeBenchBatch(ledger, { id, processCount, zoneCount, beganS });
  say(
    `${processCount * zoneCount} tasks (${processCount} × ${zoneCount}), ${failed.length} failed: written in ${seconds(startedMs)}`,
  );
  await measure(failed[Math.floor(failed.length / 2)] ?? 0);
} finally {
  redis.disconnect();
  await server.release();
  await rm(dir, { recursive: true, force: true });
}

async function measure(failedIndex: number): Promise<void> {
  const limits = limitsOf(
    baseProviderConfig.parse({ kind: 'none', baseUrl: 'http://127.0.0.1', auth: { kind: 'none' } }),
  );
  const its = { kind: 'none', origin: 'http://127.0.0.1', limits };
  const before = process.memoryUsage();
  const board = await startBoard({
    settings: {
      host: '127.0.0.1',
      port: 0,
      credentials: undefined,
      access: openAccess,
      allowDestructive: false,
      inboxDir: dir,
      maxFileBytes: 1,
      providers: new Map([
        ['airbus', its],
        ['insula', its],
      ]),
    },
    ledger,
    queues: new Map(),
    log,
  });
  const ask = async (query: string) => {
    const answer = await fetch(`${board.url}/api/v1/tasks?batch=${id}&${query}`);
    if (!answer.ok) throw new Error(`${query}: ${answer.status} ${await answer.text()}`);
    const page = (await answer.json()) as { total: number; complete: boolean; next?: string };
    next = page.next;
    return page;
  };
  let next: string | undefined;
  const pager = (query: string) => (i: number) => `${query}${i > 0 && next ? `&cursor=${next}` : ''}`;
  let startedMs = performance.now();
  await ask('phase=failed');
  say(`index made in ${seconds(startedMs)}`);
  startedMs = performance.now();
  while (!(await ask('error=quota')).complete) await new Promise((resolve) => setTimeout(resolve, 100));
  say(`reasons read in ${seconds(startedMs)}`);
  await ask('sort=location');
  startedMs = performance.now();
  await ask('sort=moved');
  say(`times read and put in order in ${seconds(startedMs)}`);
  const after = process.memoryUsage();
  const mib = (bytes: number) => `${Math.round(bytes / 1024 / 1024)} MiB`;
  say(
    `memory: ${mib(after.rss - before.rss)} more than before (heap ${mib(after.heapUsed - before.heapUsed)}, outside it ${mib(after.external - before.external)})`,
  );

  // Another query each time, so that nothing kept of the last search helps; those with pages are the exception.
  const queries: Record<string, (i: number) => string> = {
    phase: (i) => `phase=${['failed', 'queued,running', 'succeeded'][i % 3]}${nobody(i)}`,
    'location, few': (i) => `location=basin%20${i * 7}`,
    'location, many': (i) =>
      `location=${['sete', 'havre', 'bordeaux', 'brest', 'rochelle', 'dunk'][i % 6]}&${everyPhase(i)}`,
    'image, few': (i) => `image=${zoneCount - i - 1}_FR1`,
    'image, all': (i) => `image=${'DS_PHR1B_20260'.slice(0, 3 + (i % 10))}`,
    'error text': (i) => `${['error=quota', `error=image%20${i}`, 'error=nowhere'][i % 3]}&${everyPhase(i)}`,
    'phase, process and location': (i) => `phase=failed&process=${i % processCount}&location=basin%20${i}`,
    'remote id': () => `remoteId=job-${failedIndex}`,
    'sorted by location': (i) => `sort=${['-location&phase=succeeded', 'location&phase=failed'][i % 2]}${nobody(i)}`,
    'sorted by phase': (i) => `sort=${['phase', '-phase'][i % 2]}&phase=succeeded,failed${nobody(i)}`,
    'sorted by time': (i) =>
      `sort=${['moved&phase=succeeded', '-moved&phase=succeeded', '-moved&phase=failed', 'moved&phase=queued'][i % 4]}${nobody(i)}`,
    'moved since': (i) => `movedSinceMs=${(beganS + i * 17) * 1000}&sort=-moved`,
    'moved in a quarter of an hour': (i) =>
      `movedSinceMs=${(beganS + i * 300) * 1000}&movedUntilMs=${(beganS + i * 300 + 900) * 1000}`,
    'moved, phase and location': (i) =>
      `movedSinceMs=${(beganS + i) * 1000}&phase=failed&location=basin%20${i}&sort=moved`,
    'all of it': (i) => `limit=200&${everyPhase(i)}`,
    'page after page by time': pager('sort=-moved'),
    'page after page by location': pager('sort=location'),
  };
  say('\nsearch, over HTTP                 p50       p95       max  CPU each');
  const all: number[] = [];
  for (const [name, queryAt] of Object.entries(queries)) {
    const { times, told } = await timed(rounds, (i) => ask(queryAt(i)));
    all.push(...times);
    say(row(name, times) + told);
  }
  say(row('all of these', all));
  const { times: whileMoving, told } = await timed(
    Math.ceil(rounds / 4),
    (i) => ask(`sort=-moved&movedSinceMs=${(beganS + i) * 1000}`),
    moveSome,
  );
  say(row('by time, while tasks move', whileMoving) + told);
  await besideReport(board.url, (i) => ask(`location=basin%20${i}&${everyPhase(i)}`));

  const walks: number[] = [];
  for (let i = 0; i < 3; i++) {
    const askedMs = performance.now();
    let n = 0;
    for await (const { tasks } of selectByFilter(ledger, { batch: id, phases: ['failed'], error: 'quota' }))
      n += tasks.length;
    walks.push(performance.now() - askedMs);
    if (n === 0) throw new Error('the walk found nothing');
  }
  say(row('the same, walking the ledger', walks));
  await board.close();
}

/** @param before each, and not counted */
async function timed(times: number, work: (i: number) => Promise<unknown>, before = async (_: number) => {}) {
  const all: number[] = [];
  let cpuMicros = 0;
  for (let i = 0; i < times; i++) {
    await before(i);
    const cpu = process.cpuUsage();
    const startedMs = performance.now();
    await work(i);
    all.push(performance.now() - startedMs);
    const { user, system } = process.cpuUsage(cpu);
    cpuMicros += user + system;
  }
  return { times: all, told: `${(cpuMicros / 1000 / times).toFixed(1)} ms`.padStart(10) };
}

/** Searches while the same board writes a report of the batch: somebody works while somebody else wants the account. */
async function besideReport(url: string, search: (i: number) => Promise<unknown>): Promise<void> {
  const startedMs = performance.now();
  let isWritten = false;
  const report = fetch(`${url}/api/v1/batches/${id}/report`)
    .then((answer) => answer.arrayBuffer())
    .finally(() => {
      isWritten = true;
    });
  const times: number[] = [];
  for (let i = 0; !isWritten; i++) {
    const askedMs = performance.now();
    await search(i);
    times.push(performance.now() - askedMs);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const { byteLength } = await report;
  say(`${row('while a report is written', times)}  ${(byteLength / 1e6).toFixed(2)} MB in ${seconds(startedMs)}`);
}

/** And waits until what the index knows is old. */
async function moveSome(i: number): Promise<void> {
  const now = Buffer.alloc(4);
  now.writeUInt32BE(Math.floor(Date.now() / 1000));
  for (let n = 0; n < 50; n++) {
    const index = ((i * 50 + n) * 7919) % (processCount * zoneCount);
    await redis.setrange(ledger.keys.grid(id), index, n % 2 === 0 ? 's' : 'r');
    await redis.setrange(ledger.keys.moved(id), index * 4, now);
  }
  await new Promise((resolve) => setTimeout(resolve, 1_100));
}

/** Phases that no task is in: what is asked is another query, and means the same. */
function nobody(i: number): string {
  const none = ['launching', 'unconfirmed', 'cancelled', 'expired', 'parked'];
  return none.map((phase, bit) => ((i >> bit) & 1 ? `,${phase}` : '')).join('');
}

function everyPhase(i: number): string {
  return `phase=queued,running,succeeded,failed${nobody(i)}`;
}

function row(name: string, times: readonly number[]): string {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  const cells = [at(0.5), at(0.95), sorted.at(-1) ?? 0].map((ms) => `${ms.toFixed(1)} ms`.padStart(10));
  return `${name.padEnd(30)}${cells.join('')}`;
}

function seconds(sinceMs: number): string {
  return `${((performance.now() - sinceMs) / 1000).toFixed(1)} s`;
}
