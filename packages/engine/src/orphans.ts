import { type Process, parseTaskId, phaseOfByte, type TaskId, taskIdOf } from '@nightpass/core';
import { launchKeyOf } from './launch/launch-key.ts';
import { refAt } from './ledger/batch-record.ts';
import { listBatches } from './ledger/batches.ts';
import { pause } from './pause.ts';
import type { CachedBatch, ProviderRun } from './provider-run.ts';
import { createSurveyor } from './recover/surveying.ts';

/**
 * The orphan sweep: once a day, each platform is asked for jobs that carry a key of ours and that no task follows. They
 * run, and cost, unseen: a launch whose answer came after it was given up, a job that was launched by hand with our name.
 * Nothing is done to them; they are listed, and told.
 */

const everyMs = 24 * 3_600_000;
const askAgainMs = 10 * 60_000;
/** Batches looked back on. */
const newestBatches = 50;
/** The platform's clock and ours may differ by so much. */
const clockDoubtMs = 10 * 60_000;
const patienceMs = 10 * 60_000;

export interface Orphan {
  remoteJobId: string;
  /** The task whose launch made it. */
  task: TaskId;
  attempt: number;
}

/** @returns undefined where the platform cannot be searched by key, or could not be asked to the end. */
export async function findOrphans(run: ProviderRun, signal: AbortSignal): Promise<Orphan[] | undefined> {
  const { ledger, adapter, name, limits, log } = run;
  if (!adapter.survey || adapter.findsBy !== 'key') return undefined;
  const surveyor = createSurveyor(ledger, { name, adapter, limits }, { patienceMs, signal, log, onProgress: () => {} });
  const orphans: Orphan[] = [];
  for (const { process, batches } of await processesOf(run)) {
    const keys = await keysOf(run, batches);
    if (keys.size === 0) continue;
    const sinceMs = Math.min(...batches.map(({ batch }) => batch.record.acceptedAtMs)) - clockDoubtMs;
    // Jobs that belong to a task are claimed, and not even read.
    const survey = await surveyor.ask(process, [], sinceMs);
    if (survey.kind !== 'whole') return undefined;
    for (const sighting of survey.sightings) {
      const ours = sighting.keys.map((key) => keys.get(key)).find((launch) => launch !== undefined);
      if (ours && !(await isUnderWay(run, ours.task))) orphans.push({ remoteJobId: sighting.job.id, ...ours });
    }
  }
  return orphans;
}

type BatchProcess = { batch: CachedBatch; processIndex: number };

/** Each process of this provider, with the newest batches that have it. */
async function processesOf(run: ProviderRun): Promise<{ process: Process; batches: BatchProcess[] }[]> {
  const found = new Map<string, { process: Process; batches: BatchProcess[] }>();
  for (const id of await listBatches(run.ledger, { offset: 0, limit: newestBatches })) {
    const batch = await run.batches.get(id);
    for (const [processIndex, process] of batch?.processes.entries() ?? []) {
      if (!batch || batch.record.providers[processIndex] !== run.name) continue;
      const key = JSON.stringify([process.id, process.projectId]);
      const there = found.get(key) ?? { process, batches: [] };
      there.batches.push({ batch, processIndex });
      found.set(key, there);
    }
  }
  return [...found.values()];
}

/** The keys of all launches that were ever sent for these tasks. */
async function keysOf({ ledger }: ProviderRun, batches: readonly BatchProcess[]) {
  const keys = new Map<string, { task: TaskId; attempt: number }>();
  for (const { batch, processIndex } of batches) {
    const { zoneCount } = batch.record;
    for (let first = 0; first < zoneCount; first += 1_000) {
      const indexes = Array.from(
        { length: Math.min(1_000, zoneCount - first) },
        (_, i) => processIndex * zoneCount + first + i,
      );
      const refs = indexes.map((index) => refAt(index, batch.record));
      const pipeline = ledger.redis.pipeline();
      for (const ref of refs) pipeline.hget(ledger.keys.task(ref), 'attempt');
      const replies = (await pipeline.exec()) ?? [];
      for (const [i, ref] of refs.entries()) {
        const task = taskIdOf(ref);
        for (let attempt = 1; attempt <= Number(replies[i]?.[1] ?? 0); attempt++)
          keys.set(launchKeyOf({ id: task }, attempt), { task, attempt });
      }
    }
  }
  return keys;
}

/** While a launch of the task is in the air or being asked about, its job is nobody's orphan yet. */
async function isUnderWay({ ledger, batches }: ProviderRun, task: TaskId): Promise<boolean> {
  const ref = parseTaskId(task);
  const batch = ref && (await batches.get(ref.batchId));
  if (!ref || !batch) return true;
  const index = ref.processIndex * batch.record.zoneCount + ref.zoneIndex;
  const phase = phaseOfByte(await ledger.redis.getrange(ledger.keys.grid(ref.batchId), index, index));
  return phase === 'launching' || phase === 'unconfirmed';
}

/** Keeps what was found for those who look, and says so once. */
export async function recordOrphans({ ledger, name, log }: ProviderRun, orphans: readonly Orphan[]): Promise<void> {
  const key = ledger.keys.provider(name).orphans;
  await ledger.redis.del(key);
  for (const { remoteJobId, task, attempt } of orphans) {
    await ledger.redis.hset(key, remoteJobId, `${task}.${attempt}`);
    log.error({ remoteJob: remoteJobId, task, attempt }, 'remote job of ours is followed by no task');
  }
}

/** Once a day, by one worker of all. */
export async function sweepOrphans(run: ProviderRun, stop: AbortSignal): Promise<void> {
  const turn = run.ledger.keys.provider(run.name).orphanTurn;
  do {
    try {
      if ((await run.ledger.redis.set(turn, String(process.pid), 'PX', everyMs, 'NX')) !== 'OK') continue;
      const orphans = await findOrphans(run, stop);
      if (orphans) await recordOrphans(run, orphans);
      // It could not be asked now: some other time today.
      else if (run.adapter.findsBy === 'key') await run.ledger.redis.pexpire(turn, askAgainMs);
    } catch (error) {
      run.log.warn({ err: error }, 'orphan sweep failed');
    }
  } while (await pause(askAgainMs, stop));
}
