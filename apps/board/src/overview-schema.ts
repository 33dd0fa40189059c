import { phases } from '@nightpass/core';
import { holdKinds } from '@nightpass/engine';
import { z } from 'zod';

/** What `/api/v1/overview` answers, and what the overview page is made of. Times are Unix milliseconds on the ledger's clock. */

const atMs = z.int().describe('Unix time in milliseconds');
const count = z.int().min(0);

export const countsSchema = z
  .object(Object.fromEntries(phases.map((phase) => [phase, count])) as Record<(typeof phases)[number], typeof count>)
  .describe('Tasks by phase');

export const holdSchema = z.object({
  kind: z.enum(holdKinds),
  reason: z.string(),
  sinceMs: atMs,
  untilMs: atMs.optional().describe('Absent: until somebody lifts it'),
  stopsLooks: z.boolean().describe('Whether looks at running jobs wait as well'),
});

export const providerSchema = z.object({
  name: z.string(),
  kind: z.string(),
  holds: z.array(holdSchema).describe('Why it waits; empty where it does not'),
  inFlight: count.describe('Tasks launched and not yet ended'),
  maxInFlight: count,
  launchesPerSecond: z.number(),
  bearableShare: z.number().describe('The share of it that the platform bears, learned from its refusals; 1: all'),
  readsPerSecond: z.number(),
  launches: count.describe('Launches ever sent'),
  dueNow: count.describe('Looks at running jobs that are due'),
  behindMs: count.describe('How long the oldest of them has been due'),
});

export const batchSchema = z.object({
  id: z.string(),
  name: z.string().optional(),
  file: z.string().describe('Name of the dropped file'),
  providers: z.array(z.string()).describe('Each once'),
  processCount: count,
  zoneCount: count,
  taskCount: count,
  priority: z.int(),
  acceptedAtMs: atMs,
  endedAtMs: atMs.optional(),
  cancelledAtMs: atMs.optional(),
  deadlineMs: atMs.optional().describe('No launch after this time'),
  settled: count.describe('Tasks to which nothing happens by itself any more'),
  counts: countsSchema,
});

export const overviewSchema = z
  .object({
    nowMs: atMs,
    inbox: z.string().describe('Folder that batch files are dropped into, on the machine of the producer'),
    providers: z.array(providerSchema),
    batches: z.array(batchSchema).describe('Newest first'),
    batchTotal: count.describe('Batches in the ledger'),
    offset: count.describe('Newer batches that were left out'),
    totals: countsSchema.describe('Tasks by phase, of the batches listed'),
  })
  .describe('The night at a glance');

export type Overview = z.infer<typeof overviewSchema>;
export type OverviewBatch = z.infer<typeof batchSchema>;
export type OverviewProvider = z.infer<typeof providerSchema>;
