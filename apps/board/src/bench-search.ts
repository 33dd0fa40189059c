import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type BatchContent, type BatchId, baseProviderConfig, limitsOf } from '@nightpass/core';
import { createKeys, type LedgerContext, openBatch, selectByFilter } from '@nightpass/engine';
import { connectRedisFailFast, createLogger, createSecrets, startPrivateRedis } from '@nightpass/runtime';
import { openAccess } from './access/settings.ts';
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
const failedShare = 0.02;
const nightS = 36_000;
const nightBeganS = Math.floor(Date.now() / 1000) - nightS;
const say = (line: string) => process.stdout.write(`${line}\n`);

const dir = await mkdtemp(join(tmpdir(), 'nightpass-bench-'));
const log = createLogger('bench', { level: 'error', secrets: createSecrets({}), to: 'stderr' });
const server = await startPrivateRedis({ dir, log, searchPath: process.env.PATH });
const redis = await connectRedisFailFast(server.address, log, { role: 'bench' });
const ledger: LedgerContext = { redis, keys: createKeys() };
const id = 'bbench0000000' as BatchId;

try {
  const failures = await fill();
  await measure(failures);
} finally {
  redis.disconnect();
  await server.release();
  await rm(dir, { recursive: true, force: true });
}

async function fill(): Promise<number> {
  const startedMs = performance.now();
  const towns = ['Sète', 'Marseille', 'Brest', 'Le Havre', 'Saint-Nazaire', 'Dunkerque', 'Bordeaux', 'La Rochelle'];
  const ring = [
    [3.68, 43.39],
    [3.71, 43.39],
    [3.71, 43.41],
    [3.68, 43.41],
    [3.68, 43.39],
  ];
  const content: BatchContent = {
    name: 'bench',
    provider: undefined,
    priority: 0,
    launchByMs: undefined,
    deadlineMs: undefined,
    processes: Array.from({ length: processCount }, (_, i) => ({
      id: `process-${i}`,
      name: `Process ${i}`,
      datasetId: 'd',
      projectId: 'p',
      provider: undefined,
    })),
    zones: Array.from({ length: zoneCount }, (_, i) => ({
      id: i,
      imageId: `DS_PHR1B_2026${String(i).padStart(10, '0')}_FR1`,
      image2Id: undefined,
      location: `${towns[i % towns.length]} basin ${i}`,
      project: undefined,
      geom: { type: 'Polygon' as const, coordinates: [ring] },
    })),
  };
  const providers = content.processes.map((_, i) => (i % 2 === 0 ? 'airbus' : 'insula'));
  await openBatch(ledger, { id, content, contentHash: id, file: 'bench.json', providers });
  const grid = Buffer.alloc(processCount * zoneCount, 's');
  const failed: number[] = [];
  for (let i = 0; i < grid.length; i++) {
    const lot = (i * 2_654_435_761) % 4_294_967_296;
    if (lot < failedShare * 4_294_967_296) failed.push(i);
    else if (lot > 4_000_000_000) grid.write('q', i);
    else if (lot > 3_990_000_000) grid.write('r', i);
  }
  for (const i of failed) grid.write('f', i);
  await redis.set(ledger.keys.grid(id), grid);
  // Most of a night, task by task; what is queued has not moved.
  const moved = Uint32Array.from(grid, (byte, i) => (byte === 113 ? 0 : nightBeganS + ((i * 48_271) % nightS)));
  await redis.set(ledger.keys.moved(id), Buffer.from(moved.buffer).swap32());
  for (let first = 0; first < failed.length; first += 1000) {
    const pipeline = redis.pipeline();
    for (const i of failed.slice(first, first + 1000)) {
      const ref = { batchId: id, processIndex: Math.floor(i / zoneCount), zoneIndex: i % zoneCount };
      const reason = [`quota of project ${i} is used up`, `image ${i} was not found`, 'timeout'][i % 3] ?? '';
      pipeline.hset(ledger.keys.task(ref), {
        attempt: 1,
        rule: 'job-failed',
        reason,
        endedAt: Date.now(),
        remoteId: `job-${i}`,
      });
      pipeline.hset(ledger.keys.provider('airbus').claims, `job-${i}`, `${id}-${ref.processIndex}-${ref.zoneIndex}`);
    }
    await pipeline.exec();
  }
  say(
    `${grid.length} tasks (${processCount} × ${zoneCount}), ${failed.length} failed: written in ${seconds(startedMs)}`,
  );
  return failed[Math.floor(failed.length / 2)] ?? 0;
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
    'location, many': (i) => `location=${['sete', 'havre', 'bordeaux', 'brest', 'rochelle', 'dunk'][i % 6]}`,
    'image, few': (i) => `image=${zoneCount - i - 1}_FR1`,
    'image, all': (i) => `image=${'DS_PHR1B_20260'.slice(0, 3 + (i % 10))}`,
    'error text': (i) => ['error=quota', `error=image%20${i}`, 'error=nowhere'][i % 3] ?? '',
    'phase, process and location': (i) => `phase=failed&process=${i % processCount}&location=basin%20${i}`,
    'remote id': () => `remoteId=job-${failedIndex}`,
    'sorted by location': (i) => `sort=${['-location&phase=succeeded', 'location&phase=failed'][i % 2]}${nobody(i)}`,
    'sorted by phase': (i) => `sort=${['phase', '-phase'][i % 2]}&phase=succeeded,failed${nobody(i)}`,
    'sorted by time': (i) =>
      `sort=${['moved&phase=succeeded', '-moved&phase=succeeded', '-moved&phase=failed', 'moved&phase=queued'][i % 4]}${nobody(i)}`,
    'moved since': (i) => `movedSinceMs=${(nightBeganS + i * 17) * 1000}&sort=-moved`,
    'moved in a quarter of an hour': (i) =>
      `movedSinceMs=${(nightBeganS + i * 300) * 1000}&movedUntilMs=${(nightBeganS + i * 300 + 900) * 1000}`,
    'moved, phase and location': (i) =>
      `movedSinceMs=${(nightBeganS + i) * 1000}&phase=failed&location=basin%20${i}&sort=moved`,
    'all of it': () => 'limit=200',
    'page after page by time': pager('sort=-moved'),
    'page after page by location': pager('sort=location'),
  };
  say('\nsearch, over HTTP                 p50       p95       max  CPU each');
  const all: number[] = [];
  for (const [name, queryAt] of Object.entries(queries)) {
    const times: number[] = [];
    const cpu = process.cpuUsage();
    for (let i = 0; i < rounds; i++) {
      const askedMs = performance.now();
      await ask(queryAt(i));
      times.push(performance.now() - askedMs);
    }
    all.push(...times);
    const { user, system } = process.cpuUsage(cpu);
    say(`${row(name, times)}${`${((user + system) / 1000 / rounds).toFixed(1)} ms`.padStart(10)}`);
  }
  say(row('all of these', all));

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

/** Phases that no task is in: what is asked is another query, and means the same. */
function nobody(i: number): string {
  const none = ['launching', 'unconfirmed', 'cancelled', 'expired', 'parked'];
  return none.map((phase, bit) => ((i >> bit) & 1 ? `,${phase}` : '')).join('');
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
