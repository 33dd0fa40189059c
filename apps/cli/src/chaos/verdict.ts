import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type BatchId, type Phase, phases, type TaskId } from '@nightpass/core';
import { type LedgerContext, readBatch, readCounts, readTasks, walkGrid } from '@nightpass/engine';
import type { Simulator } from '@nightpass/simulator';

/** The platform's own record against the ledger and the receipts, task by task. */
export interface Verdict {
  facts: Record<string, unknown>;
  /** Each in words; none: all as promised. */
  wrong: string[];
}

const phaseOfRemote: Record<string, Phase> = { SUCCEEDED: 'succeeded', FAILED: 'failed', CANCELLED: 'cancelled' };

export async function compare(options: {
  ledger: LedgerContext;
  platform: Simulator;
  inbox: string;
  dropped: readonly string[];
  /** Only where the platform hides the truth may a task be parked. */
  mayPark: boolean;
}): Promise<Verdict> {
  const { ledger, platform } = options;
  const wrong: string[] = [];
  const total = Object.fromEntries(phases.map((phase) => [phase, 0])) as Record<Phase, number>;
  const jobs = new Map(platform.jobs().map((job) => [job.id, job]));
  const followed = new Set<string>();
  let tasks = 0;

  for (const file of options.dropped) {
    const receipt = await receiptOf(join(options.inbox, `${file}.receipt.json`));
    if (receipt?.outcome !== 'accepted' || receipt.batch === undefined) {
      wrong.push(`${file}: its receipt says ${receipt?.outcome ?? 'nothing'}`);
      continue;
    }
    const batch = await readBatch(ledger, receipt.batch);
    if (!batch) {
      wrong.push(`${file}: the ledger has no batch ${receipt.batch}`);
      continue;
    }
    tasks += batch.taskCount;
    if (batch.taskCount !== receipt.tasks)
      wrong.push(`${file}: ${batch.taskCount} tasks, the receipt says ${receipt.tasks}`);
    if (batch.endedAtMs === undefined) wrong.push(`${file}: batch ${batch.id} has not ended`);
    const counted = Object.fromEntries(phases.map((phase) => [phase, 0])) as Record<Phase, number>;
    const ids: TaskId[] = [];
    for await (const { id, phase } of walkGrid(ledger, batch, () => true)) {
      counted[phase] += 1;
      total[phase] += 1;
      ids.push(id);
    }
    for (const task of await readTasks(ledger, ids, async () => batch)) {
      const { id, phase } = task;
      if (phase === 'parked') {
        if (!options.mayPark) wrong.push(`${id} is parked, though the platform can be searched`);
        continue;
      }
      const job = task.job && jobs.get(task.job.id);
      if (!task.job || !job) wrong.push(`${id} is ${phase}, and the platform has no job of it`);
      else if (job.taskId !== id) wrong.push(`${id} follows job ${job.id}, which is of ${job.taskId}`);
      else if (phaseOfRemote[job.status] !== phase) wrong.push(`${id} is ${phase}, the platform says ${job.status}`);
      if (task.job) followed.add(task.job.id);
    }
    const counts = await readCounts(ledger, batch.id);
    for (const phase of phases)
      if (counts[phase] !== counted[phase])
        wrong.push(`${batch.id}: ${counts[phase]} ${phase} counted, ${counted[phase]} in the grid`);
  }
  const twice = platform.launchedTwice();
  for (const { key, jobs: both } of twice) wrong.push(`${key} was launched ${both.length} times`);
  const unfollowed = [...jobs.keys()].filter((id) => !followed.has(id));
  if (!options.mayPark)
    for (const id of unfollowed) wrong.push(`job ${id} of ${jobs.get(id)?.taskId} is followed by no task`);

  const counts = platform.counts();
  const facts = {
    files: options.dropped.length,
    tasks,
    ledger: Object.fromEntries(Object.entries(total).filter(([, n]) => n > 0)),
    platform: platform.jobCounts(),
    launchRequests: counts.launch.arrived,
    faultsInjected: counts.any.byFault,
    launchedTwice: twice.length,
    mostLaunchesInAnySecond: platform.mostInAnySecond('launch'),
  };
  return { facts, wrong };
}

async function receiptOf(
  path: string,
): Promise<{ outcome: string; batch: BatchId | undefined; tasks: number } | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch {
    return undefined;
  }
}
