import { type BatchContent, type BatchId, type Fault, formatFault, type Phase } from '@nightpass/core';
import type { BatchRecord, Counts } from '../ledger/batch-record.ts';
import { besideName } from './file-names.ts';

/**
 * What the folder answers to one dropped file: written beside it as `<file>.receipt.json`. Scripts read it: fields are
 * only ever added. Every field is always there; null where it says nothing.
 */
export interface Receipt {
  /** Of this format. */
  nightpass: 1;
  /** `known`: the same content had been accepted before, and nothing new is launched. */
  outcome: 'accepted' | 'known' | 'rejected';
  batch: BatchId | null;
  /** The name that the file gives to its batch. */
  name: string | null;
  /** As it was dropped: its path in the inbox, with `/`. */
  file: string;
  /** Where it is kept, likewise. */
  keptAs: string;
  /** ISO 8601, UTC. */
  takenAt: string;
  /** All tasks of the batch: processes × zones. */
  tasks: number;
  processes: number;
  zones: number;
  /** Tasks that are to be launched because of this drop. */
  new: number;
  alreadyKnown: number;
  /** For a known batch: how many of its tasks are in which phase by now. */
  phases: Record<Phase, number> | null;
  /** What runs where, in the order of the file. */
  providers: { process: string; name: string; provider: string }[];
  /** The first hundred, in the order of the file. */
  faults: (Fault & { message: string })[];
  faultCount: number;
  /** For people: what happens now, or what to do. */
  note: string;
}

export interface TakenBatch {
  file: string;
  batch: BatchRecord;
  content: BatchContent;
  counts: Counts;
  nowMs: number;
  /** What this drop's place would have chosen, by the process's index. */
  providersHere: readonly string[];
}

export function acceptedReceipt(taken: TakenBatch): Receipt {
  const { batch } = taken;
  const results = besideName(taken.file, '.result.json');
  return {
    ...batchReceipt(taken),
    outcome: 'accepted',
    takenAt: new Date(batch.acceptedAtMs).toISOString(),
    new: batch.taskCount,
    alreadyKnown: 0,
    phases: null,
    note: `${tasks(batch.taskCount)} will be launched, each once. When all have ended, the results are in ${results} here.`,
  };
}

export function knownReceipt(taken: TakenBatch): Receipt {
  const { batch, counts, nowMs, providersHere } = taken;
  const elsewhere = batch.providers.some((provider, index) => provider !== providersHere[index]);
  return {
    ...batchReceipt(taken),
    outcome: 'known',
    takenAt: new Date(nowMs).toISOString(),
    new: 0,
    alreadyKnown: batch.taskCount,
    phases: counts,
    note: [
      `Nothing new is launched: this is the content of batch ${batch.id}, accepted as ${batch.file} on ${new Date(batch.acceptedAtMs).toISOString()}.`,
      ...(elsewhere
        ? [
            `It runs on ${[...new Set(batch.providers)].join(', ')}; for another provider, write its name into the file as "provider".`,
          ]
        : []),
      batch.endedAtMs === undefined ? 'It has not ended yet.' : 'It has ended; its results are written here as well.',
      `To run all of it once more on purpose: nightpass submit --again. To retry what failed: nightpass redrive ${batch.id}.`,
    ].join(' '),
  };
}

function batchReceipt({ file, batch, content }: TakenBatch) {
  return {
    nightpass: 1 as const,
    batch: batch.id,
    name: content.name ?? null,
    file,
    keptAs: `accepted/${batch.id}.json`,
    tasks: batch.taskCount,
    processes: batch.processCount,
    zones: batch.zoneCount,
    providers: content.processes.map(({ id, name }, index) => ({
      process: id,
      name,
      provider: batch.providers[index] ?? '',
    })),
    faults: [],
    faultCount: 0,
  };
}

export function rejectedReceipt(rejected: {
  file: string;
  keptAs: string;
  nowMs: number;
  faults: readonly Fault[];
  faultCount: number;
}): Receipt {
  const { file, keptAs, nowMs, faults, faultCount } = rejected;
  const told = faults.length < faultCount ? `; the first ${faults.length} are told here` : '';
  return {
    nightpass: 1,
    outcome: 'rejected',
    batch: null,
    name: null,
    file,
    keptAs,
    takenAt: new Date(nowMs).toISOString(),
    tasks: 0,
    processes: 0,
    zones: 0,
    new: 0,
    alreadyKnown: 0,
    phases: null,
    providers: [],
    faults: faults.map((fault) => ({ ...fault, message: formatFault(fault) })),
    faultCount,
    note: `Nothing was launched: ${faultCount === 1 ? 'the file has a fault' : `the file has ${faultCount} faults${told}`}. Mend it and drop it again.`,
  };
}

const tasks = (n: number) => (n === 1 ? '1 task' : `${n} tasks`);
