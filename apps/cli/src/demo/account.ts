import { type BatchReading, batchIdOf, type Phase, phases } from '@nightpass/core';
import type { Receipt } from '@nightpass/engine';
import type { JobTruth, LaunchedTwice } from '@nightpass/simulator';

/** The account of a night: three records that know nothing of each other are laid side by side. */

export interface NightRecords {
  /** What was dropped, as the check reads it, and what the folder answered. */
  files: {
    name: string;
    reading: BatchReading;
    copyOf: string | undefined;
    receipt: Receipt | undefined;
    /** `phases` of its results, where it has some. */
    result: Record<Phase, number> | undefined;
  }[];
  /** What the ledger holds true. */
  batches: {
    id: string;
    taskCount: number;
    counts: Record<Phase, number>;
    tasks: { id: string; phase: Phase; remoteJob: string | undefined }[];
  }[];
  /** What the platform saw. */
  platform: {
    jobs: readonly Pick<JobTruth, 'id' | 'taskId' | 'status'>[];
    launchedTwice: readonly LaunchedTwice[];
    mostLaunchesInAnySecond: number;
    /** What arrives while it stands still is counted when it goes on, in a heap. */
    stoodStillMs: number;
  };
  launchesPerSecond: number;
  /** Whether the board could be looked at. */
  boardAnswers: boolean;
}

/** Launches leave evenly; on their way two may be bunched, so that one more arrives within a second. */
const bunched = 1;

const endWord: Partial<Record<Phase, string>> = { succeeded: 'SUCCEEDED', failed: 'FAILED', cancelled: 'CANCELLED' };

/** @returns in words, wherever the records differ. Empty: every task is accounted for. */
export function disagreements(night: NightRecords): string[] {
  return [
    ...filesAgainstLedger(night),
    ...ledgerAgainstItself(night),
    ...ledgerAgainstPlatform(night),
    ...pace(night),
    ...board(night),
  ];
}

function filesAgainstLedger({ files, batches }: NightRecords): string[] {
  const found: string[] = [];
  const opened = new Set<string>();
  for (const { name, reading, copyOf, receipt, result } of files) {
    const wanted = reading.ok ? (copyOf === undefined ? 'accepted' : 'known') : 'rejected';
    if (!receipt) {
      found.push(`${name}: it has no receipt`);
      continue;
    }
    if (receipt.outcome !== wanted) found.push(`${name}: its receipt says ${receipt.outcome}, not ${wanted}`);
    if (!reading.ok) {
      if (receipt.faultCount !== reading.faultCount)
        found.push(`${name}: its receipt tells ${receipt.faultCount} faults of ${reading.faultCount}`);
      continue;
    }
    const id = batchIdOf(reading.contentHash);
    const tasks = reading.batch.processes.length * reading.batch.zones.length;
    opened.add(id);
    if (receipt.batch !== id) found.push(`${name}: its receipt names batch ${receipt.batch}, not ${id}`);
    if (receipt.new !== (copyOf === undefined ? tasks : 0))
      found.push(`${name}: its receipt counts ${receipt.new} new tasks of ${tasks}`);
    const batch = batches.find((it) => it.id === id);
    if (batch?.taskCount !== tasks)
      found.push(`${name}: it holds ${tasks} tasks, the ledger ${batch?.taskCount ?? 'none'}`);
    const differs = phases.filter((phase) => result?.[phase] !== batch?.counts[phase]);
    if (!result) found.push(`${name}: it has no results`);
    else if (differs.length > 0)
      found.push(`${name}: its results and the ledger count differently: ${differs.join(', ')}`);
  }
  for (const { id } of batches) if (!opened.has(id)) found.push(`batch ${id}: the ledger holds it, and no file does`);
  return found;
}

function ledgerAgainstItself({ batches }: NightRecords): string[] {
  return batches.flatMap(({ id, taskCount, counts, tasks }) => {
    const found: string[] = [];
    if (tasks.length !== taskCount) found.push(`batch ${id}: ${tasks.length} of its ${taskCount} tasks are on record`);
    for (const phase of phases) {
      const own = tasks.filter((task) => task.phase === phase).length;
      if (own !== counts[phase])
        found.push(`batch ${id}: the counters say ${counts[phase]} ${phase}, its tasks ${own}`);
    }
    return found;
  });
}

function ledgerAgainstPlatform({ batches, platform }: NightRecords): string[] {
  const found: string[] = [];
  const jobOf = new Map(platform.jobs.map((job) => [job.taskId, job]));
  const known = new Set<string>();
  for (const { id, phase, remoteJob } of batches.flatMap(({ tasks }) => tasks)) {
    known.add(id);
    const job = jobOf.get(id);
    const word = endWord[phase];
    if (word === undefined) found.push(`task ${id}: it is ${phase}, and so not accounted for`);
    else if (!job) found.push(`task ${id}: the ledger calls it ${phase}, and the platform has no job of it`);
    else if (job.status !== word) found.push(`task ${id}: the ledger calls it ${phase}, the platform ${job.status}`);
    else if (job.id !== remoteJob)
      found.push(`task ${id}: the ledger follows job ${remoteJob}, the platform ran ${job.id}`);
  }
  for (const { key } of platform.launchedTwice) found.push(`task ${key}: the platform was made to run it twice`);
  for (const { taskId, id } of platform.jobs) {
    if (taskId === undefined || !known.has(taskId)) found.push(`job ${id}: the platform runs it for no task of ours`);
  }
  return found;
}

function pace({ platform, launchesPerSecond }: NightRecords): string[] {
  const { mostLaunchesInAnySecond: most, stoodStillMs } = platform;
  const heaped = Math.floor((launchesPerSecond * stoodStillMs) / 1_000);
  if (most <= launchesPerSecond + bunched + heaped) return [];
  return [`${most} launches came to the platform within one second, and ${launchesPerSecond} are allowed`];
}

function board({ boardAnswers }: NightRecords): string[] {
  return boardAnswers ? [] : ['the board does not answer'];
}
