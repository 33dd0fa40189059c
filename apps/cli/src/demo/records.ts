import { readFile } from 'node:fs/promises';
import { type Phase, phases } from '@nightpass/core';
import { listBatches, type Receipt, readSummary, readTasks, walkGrid } from '@nightpass/engine';
import { z } from 'zod';
import type { NightRecords } from './account.ts';
import type { DemoDrop } from './drops.ts';
import { launchesPerSecond, type Stage } from './stage.ts';

/** What of a file of results is compared. */
const resultHead = z.object({ batch: z.string(), phases: z.record(z.enum(phases), z.number()) });

export async function readResult(drop: DemoDrop): Promise<Record<Phase, number> | undefined> {
  const text = await readFile(`${drop.drop.path}.result.json`, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : (resultHead.parse(JSON.parse(text)).phases as Record<Phase, number>);
}

/** Each record is read from its own source: files from the folder, batches from the ledger, jobs from the platform. */
export async function readRecords(
  { ledger, platform, boardUrl, stoodStillMs }: Stage,
  drops: readonly DemoDrop[],
  receipts: ReadonlyMap<string, Receipt>,
): Promise<NightRecords> {
  const files = await Promise.all(
    drops.map(async (drop) => {
      const { name, reading, copyOf } = drop;
      return { name, reading, copyOf, receipt: receipts.get(name), result: await readResult(drop) };
    }),
  );
  const batches: NightRecords['batches'] = [];
  for (const id of await listBatches(ledger, { offset: 0, limit: 1000 })) {
    const summary = await readSummary(ledger, id);
    if (!summary) continue;
    const ids = [];
    for await (const { id: task } of walkGrid(ledger, summary.batch, () => true)) ids.push(task);
    const tasks = await readTasks(ledger, ids, async () => summary.batch);
    batches.push({
      id,
      taskCount: summary.batch.taskCount,
      counts: summary.counts,
      tasks: tasks.map((task) => ({ id: task.id, phase: task.phase, remoteJob: task.job?.id })),
    });
  }
  return {
    files,
    batches,
    platform: {
      jobs: platform.jobs(),
      launchedTwice: platform.launchedTwice(),
      mostLaunchesInAnySecond: platform.mostInAnySecond('launch'),
      stoodStillMs: stoodStillMs(),
    },
    launchesPerSecond,
    boardAnswers: await answers(`${boardUrl}healthz`),
  };
}

async function answers(url: string): Promise<boolean> {
  return fetch(url, { signal: AbortSignal.timeout(5_000) }).then(
    ({ ok }) => ok,
    () => false,
  );
}
