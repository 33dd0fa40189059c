import { type BatchId, type Phase, phases, type TaskId } from '@nightpass/core';
import { type BatchSummary, type Counts, holdKinds, type PlacedHold, type TaskRecord } from '@nightpass/engine';
import { z } from 'zod';

/** What the API answers, as far as commands tell it, made into what the ledger itself would have given them. */

const counts = z.object(Object.fromEntries(phases.map((phase) => [phase, z.number()])) as Record<Phase, z.ZodNumber>);
const ms = z.number().optional();

export const batch = z
  .object({
    id: z.string(),
    name: z.string().optional(),
    file: z.string(),
    providers: z.array(z.string()),
    processCount: z.number(),
    zoneCount: z.number(),
    taskCount: z.number(),
    priority: z.number(),
    acceptedAtMs: z.number(),
    endedAtMs: ms,
    cancelledAtMs: ms,
    deadlineMs: ms,
    counts,
  })
  .transform(
    ({ counts: its, ...it }): BatchSummary => ({
      batch: {
        ...it,
        id: it.id as BatchId,
        name: it.name,
        endedAtMs: it.endedAtMs,
        cancelledAtMs: it.cancelledAtMs,
        deadlineMs: it.deadlineMs,
        launchByMs: undefined,
        contentHash: '',
      },
      counts: its as Counts,
    }),
  );

export const batchPage = z.object({ items: z.array(batch), next: z.string().optional(), total: z.number() });

export const hold = z
  .object({
    kind: z.enum(holdKinds),
    reason: z.string(),
    sinceMs: z.number(),
    untilMs: ms,
    stopsLooks: z.boolean(),
  })
  .transform((it): PlacedHold => ({ ...it, untilMs: it.untilMs }));

export const batchDetail = z.object({
  nowMs: z.number(),
  batch,
  takenBackUntilMs: ms,
  holds: z.array(z.looseObject({ provider: z.string() })),
});

export const taskRow = z
  .object({
    id: z.string(),
    batch: z.string(),
    processIndex: z.number(),
    zoneIndex: z.number(),
    phase: z.enum(phases),
    provider: z.string(),
    process: z.object({ id: z.string(), name: z.string() }),
    zone: z.object({ location: z.string(), imageId: z.string() }),
    attempt: z.number(),
    drive: z.number(),
    remoteJobId: z.string().optional(),
    remoteStatus: z.string().optional(),
    remoteWord: z.string().optional(),
    progressPercent: z.number().optional(),
    rule: z.string().optional(),
    reason: z.string().optional(),
    message: z.string().optional(),
    resultCount: z.number().optional(),
    cost: z.object({ unit: z.string(), amount: z.number().optional(), total: z.number() }).optional(),
    launchedAtMs: ms,
    endedAtMs: ms,
    movedAtMs: ms,
  })
  .transform((it) => ({
    task: taskOf(it),
    provider: it.provider,
    location: it.zone.location,
    process: it.process.name,
    content: it,
  }));

interface Row {
  id: string;
  batch: string;
  remoteJobId?: string | undefined;
  remoteStatus?: string | undefined;
  resultCount?: number | undefined;
}

/** What the API does not tell stays empty: no command shows it. */
function taskOf(it: Row & Record<string, unknown>): TaskRecord {
  const { id, batch: batchId, remoteJobId, resultCount, ...rest } = it;
  return {
    attemptInDrive: 0,
    looks: 0,
    failedLooks: 0,
    missingLooks: 0,
    emptyReads: 0,
    history: [],
    ...rest,
    id: id as TaskId,
    batchId: batchId as BatchId,
    job: remoteJobId === undefined ? undefined : { id: remoteJobId, address: '' },
    results: resultCount === undefined ? undefined : [],
    resultsCut: resultCount ?? 0,
  } as unknown as TaskRecord;
}

export const taskPage = z.object({ items: z.array(taskRow), next: z.string().optional() });

export const taskDetail = z.object({
  nowMs: z.number(),
  task: taskRow,
  batch: z.object({ id: z.string(), name: z.string().optional(), file: z.string() }),
  why: z.object({ answer: z.string(), sinceMs: z.number(), untilMs: ms, holds: z.array(hold) }),
  history: z.array(z.object({ atMs: z.number(), text: z.string() })),
  payload: z.object({ zone: z.looseObject({ id: z.union([z.string(), z.number()]).optional() }) }),
});

export const preview = z.object({
  preview: z.string(),
  tasks: z.number(),
  phases: z.record(z.string(), z.number()),
  untouched: z.record(z.string(), z.number()),
});

export const action = z.object({
  id: z.string(),
  state: z.enum(['running', 'done', 'failed', 'stopped']),
  tasks: z.number(),
  changed: z.number(),
  looked: z.number(),
  error: z.string().optional(),
});

export const providerList = z.object({
  nowMs: z.number(),
  items: z.array(z.object({ name: z.string(), inFlight: z.number(), holds: z.array(hold) })),
});
