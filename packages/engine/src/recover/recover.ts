import { setMaxListeners } from 'node:events';
import type { BatchId, Limits, Log, Provider } from '@nightpass/core';
import type { ProviderRules } from '../intake/choose-providers.ts';
import type { Inbox } from '../intake/inbox.ts';
import { recordDrop } from '../intake/results.ts';
import { readCounts } from '../ledger/batches.ts';
import type { LedgerContext } from '../ledger/context.ts';
import { liftHold, placeHold, readHolds } from '../pacing/holds.ts';
import { jobName } from '../provider-run.ts';
import { createQueues, jobDataOf, type ProviderQueues, trackFallbackMs } from '../queues.ts';
import { archivedIds, readArchived } from './archive.ts';
import { type AskedProvider, askProvider, type LostBatch } from './asking.ts';
import type { LostTask } from './matching.ts';
import { readReceipts } from './receipts.ts';
import { closeLost, indexOf, openLost, type Restored, readMark, restoreTasks, taskCount } from './restoring.ts';

/**
 * Redis was lost: rebuilds the batches that `accepted/` has and the ledger has not. None of their tasks is launched
 * before their platforms have told what they run already. May be killed at any point and run again: until a batch is
 * closed no intent is given for its tasks, and what has been adopted stays so.
 */

export interface RecoverOptions {
  ledger: LedgerContext;
  inbox: Inbox;
  /** As for the intake. */
  rules: ProviderRules;
  /** By name: every configured one. */
  providers: ReadonlyMap<string, { adapter: Provider; limits: Limits }>;
  log: Log;
  /** Stops it; another run goes on. */
  signal?: AbortSignal;
  onProgress?: (progress: RecoverProgress) => void;
  /**
   * How long to wait before a platform is asked, so that it shows what was sent just before the loss; by default longer
   * than a launch may be under way, and than lost launches are searched for.
   */
  quietMs?: number;
  /** A platform that answers nothing is asked again for so long; 10 minutes unless given. */
  patienceMs?: number;
  /**
   * A platform may delete old jobs: where it has none of a task accepted longer ago, that says nothing, and the task is
   * parked; 3 days unless given.
   */
  absenceTellsMs?: number;
  /** Batches accepted before this Unix time in milliseconds are left out: not in the ledger, as if never dropped. */
  acceptedSinceMs?: number;
  /** `park`: what a platform could not be asked about is parked, rather than left to another run. */
  unasked?: 'leave' | 'park';
}

export interface RecoverProgress {
  step: 'opening' | 'waiting' | 'asking' | 'restoring';
  /** Undefined where it is about no one. */
  provider: string | undefined;
  /** Seen and made on it so far. */
  jobs: number;
  requests: number;
  /** While waiting: until when, Unix ms on the ledger's clock. */
  untilMs: number | undefined;
}

export interface RecoveredBatch {
  id: BatchId;
  /** As a person knows it. */
  file: string;
  tasks: number;
  /** `waiting`: a platform could not be asked; nothing of it is launched until another run completes it. */
  state: 'recovered' | 'waiting';
  /** Remote jobs found and followed, by an earlier run too. */
  adopted: number;
  /** Certainly not launched, or, while the batch waits, not known yet. */
  queued: number;
  /** Nobody can tell; the reason stands with each. */
  parked: number;
}

export interface Recovery {
  /** Batches that the ledger knew whole: untouched. */
  known: number;
  /** Batches that are too old to be asked for. */
  leftOut: number;
  batches: RecoveredBatch[];
  providers: AskedProvider[];
  /** Files in `accepted/` that are no batch any more, or ran where nobody can say: nothing of them was done. */
  unusable: { file: string; reason: string }[];
}

/** Tasks restored in one script call: each costs some 15 Redis commands. */
const sliceSize = 500;
const holdReason = 'the record was lost: nightpass recover asks the platform what it runs before anything is launched';

/** @throws when Redis or the folder cannot be used; run again, it goes on. */
export async function recoverLedger(options: RecoverOptions): Promise<Recovery> {
  const { ledger, onProgress } = options;
  const signal = AbortSignal.any(options.signal ? [options.signal] : []);
  // As many calls listen to it as are under way on all platforms.
  setMaxListeners(0, signal);
  const nowhere = { provider: undefined, jobs: 0, requests: 0, untilMs: undefined };
  onProgress?.({ ...nowhere, step: 'opening' });
  const { lost, known, leftOut, unusable } = await openAll(options);
  const names = [...new Set(lost.flatMap((batch) => batch.providers))];
  const providers = await Promise.all(names.map((name) => askProvider(options, name, lost, signal)));
  const batches: RecoveredBatch[] = [];
  onProgress?.({ ...nowhere, step: 'restoring' });
  for (const batch of lost) batches.push(await restore(options, batch));
  const waitsFor = new Set(lost.flatMap((batch) => (batch.unasked.size > 0 ? batch.providers : [])));
  // Those of an earlier run too, should it have died just before this.
  for (const name of options.providers.keys()) if (!waitsFor.has(name)) await release(ledger, name);
  return { known, leftOut, batches, providers, unusable };
}

/** Opens what is missing. Its providers are held first, and the addressees of its results noted: from then on it may end. */
async function openAll({ ledger, inbox, rules, acceptedSinceMs = 0, log }: RecoverOptions) {
  const receipts = await readReceipts(inbox);
  const lost: LostBatch[] = [];
  const unusable: Recovery['unusable'] = [];
  let [known, leftOut] = [0, 0];
  for (const id of await archivedIds(inbox)) {
    if ((await readMark(ledger, id)) === 'known') {
      known++;
      continue;
    }
    const read = await readArchived(inbox, id, rules, receipts.get(id));
    if (!read.ok) {
      unusable.push({ file: read.file, reason: read.reason });
      continue;
    }
    if (read.batch.acceptedAtMs < acceptedSinceMs) {
      leftOut++;
      continue;
    }
    for (const name of new Set(read.batch.providers)) await hold(ledger, name);
    for (const file of read.batch.files) await recordDrop(ledger, inbox, id, file);
    const sinceMs = await openLost(ledger, read.batch);
    if (sinceMs === undefined) {
      known++;
      continue;
    }
    lost.push({ ...read.batch, sinceMs, fates: new Map(), unasked: new Set() });
    log.info({ batch: id, tasks: taskCount(read.batch.content) }, 'lost batch opened');
  }
  return { lost, known, leftOut, unusable };
}

/** Writes what is known of its tasks, and, where that is all of them, lets it go on. */
async function restore({ ledger, log }: RecoverOptions, batch: LostBatch): Promise<RecoveredBatch> {
  for (const name of new Set(batch.providers)) {
    const queues = createQueues(ledger.keys, name, ledger.redis, log);
    try {
      await restoreOn(ledger, name, queues, batch);
    } finally {
      await Promise.all([queues.launch.close(), queues.track.close()]);
    }
  }
  // Before it goes on: from then on its tasks are launched.
  const { queued, parked, ...others } = await readCounts(ledger, batch.id);
  const adopted = Object.values(others).reduce((sum, n) => sum + n, 0);
  const state = batch.unasked.size > 0 ? 'waiting' : 'recovered';
  if (state === 'recovered') await closeLost(ledger, batch);
  const tasks = taskCount(batch.content);
  log.info({ batch: batch.id, state, tasks, adopted, queued, parked }, 'lost batch restored');
  return { id: batch.id, file: batch.files[0] ?? '', tasks, state, adopted, queued, parked };
}

async function restoreOn(ledger: LedgerContext, name: string, queues: ProviderQueues, batch: LostBatch): Promise<void> {
  const items: Restored[] = [];
  for (const [lost, fate] of batch.fates) {
    const here = batch.providers[lost.task.processIndex] === name;
    if (here && fate.kind !== 'queue') items.push({ lost, index: indexOf(lost.task, batch.content), fate });
  }
  for (let start = 0; start < items.length; start += sliceSize) {
    const slice = items.slice(start, start + sliceSize);
    const words = await restoreTasks(ledger, batch.id, name, slice);
    const followed = slice.filter((_, i) => words[i] === 'adopted').map(({ lost }) => lost);
    if (followed.length > 0) await queues.track.addBulk(followed.map(trackJobOf));
  }
}

/** So that the board shows it as running. Should we die before that, the sweep makes it when the task ends. */
const trackJobOf = ({ id, task }: LostTask) => ({
  name: jobName(task.process.name, task.zone.location),
  data: jobDataOf(task),
  opts: { jobId: id, delay: trackFallbackMs },
});

/** A person's own hold does as well, and is theirs to lift. */
async function hold(ledger: LedgerContext, name: string): Promise<void> {
  if (await holdOfAPerson(ledger, name)) return;
  await placeHold(ledger, name, { kind: 'person', forMs: undefined, reason: holdReason });
}

async function release(ledger: LedgerContext, name: string): Promise<void> {
  if ((await holdOfAPerson(ledger, name))?.reason === holdReason) await liftHold(ledger, name, ['person']);
}

const holdOfAPerson = async (ledger: LedgerContext, name: string) =>
  (await readHolds(ledger, name, 0)).find(({ kind }) => kind === 'person');
