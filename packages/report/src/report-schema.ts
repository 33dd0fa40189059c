import { phases } from '@nightpass/core';
import { z } from 'zod';

/** `nightpass report --format json`. Scripts read it: fields are only ever added; null where one says nothing. */

const time = z.iso.datetime().describe('ISO 8601, UTC.');
const count = z.number().int().min(0);
const counts = z.record(z.enum(phases), count);

export const familySchema = z.object({
  id: z.string().describe('For `nightpass redrive BATCH --family ID`.'),
  rule: z.string().describe('Which rule of the life cycle ended them.'),
  shape: z.string().describe('What their reasons have in common.'),
  count,
  phases: z.partialRecord(z.enum(phases), count),
  example: z.object({ task: z.string(), reason: z.string().nullable() }),
  shared: z
    .object({
      process: count.nullable(),
      imageId: z.string().nullable(),
      location: z.string().nullable(),
      hour: time.nullable(),
    })
    .describe('What at least nine in ten of them share.'),
  firstAt: time.nullable(),
  lastAt: time.nullable(),
});

export const taskSchema = z.object({
  task: z.string(),
  process: count,
  processId: z.string(),
  processName: z.string(),
  provider: z.string(),
  zone: count,
  zoneId: z.union([z.string(), z.number()]).nullable(),
  location: z.string(),
  phase: z.enum(phases),
  remoteJobId: z.string().nullable(),
  attempts: count,
  launchedAt: time.nullable(),
  endedAt: time.nullable(),
  rule: z.string().nullable(),
  reason: z.string().nullable(),
  cost: z
    .object({
      unit: z.string().describe('The platform’s own.'),
      amount: z.number().nullable().describe('Of its last job; null: that told none.'),
      total: z.number().describe('Of all its jobs.'),
    })
    .nullable()
    .describe('null: nothing was told, which is not to say that it was free.'),
  family: z.string().nullable().describe('Of those that ended badly or were parked.'),
});

const costSchema = z.object({
  unit: z.string().describe('The platform’s own: a currency, credits.'),
  total: z.number(),
  tasks: count.describe('Of how many tasks it was told: it says nothing of the others.'),
});

export const reportSchema = z.object({
  nightpass: z.literal(1).describe('Of this format.'),
  batch: z.string(),
  name: z.string().nullable(),
  file: z.string(),
  at: time.describe('When it was read.'),
  over: z.boolean().describe('Whether nothing in it can happen by itself any more.'),
  acceptedAt: time,
  endedAt: time.nullable(),
  firstLaunchAt: time.nullable(),
  lastEndAt: time.nullable(),
  tasks: count,
  launches: count.describe('Sent, all attempts together.'),
  phases: counts,
  processes: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      provider: z.string(),
      phases: counts,
      durations: z
        .object({ n: count, medianSeconds: z.number(), p95Seconds: z.number(), longestSeconds: z.number() })
        .nullable()
        .describe('Of those that succeeded, from launch to end.'),
      costs: z.array(costSchema).describe('What was told of its jobs.'),
    }),
  ),
  costs: z
    .array(costSchema.extend({ provider: z.string(), of: count.describe('Tasks of the batch on that provider.') }))
    .describe('By provider and unit; sums of different ones are not to be added.'),
  families: z.array(familySchema).describe('Largest first.'),
  otherFailures: count.describe('Failures of causes beyond those that are told apart.'),
  holds: z.array(
    z.object({
      provider: z.string(),
      kind: z.string(),
      reason: z.string().nullable(),
      from: time,
      to: time.nullable().describe('null: it lasts.'),
    }),
  ),
  waiting: z.array(z.object({ phase: z.enum(phases), provider: z.string(), reason: z.string().nullable(), count })),
  timeline: z.object({
    from: time,
    stepSeconds: z.number(),
    launches: z.array(count),
    ends: z.array(count).describe('That succeeded.'),
    failures: z.array(count).describe('That ended badly or were parked.'),
  }),
  results: z.array(taskSchema).describe('Every task, zone by zone.'),
});
export type Report = z.infer<typeof reportSchema>;
export type ReportFamily = z.infer<typeof familySchema>;

/** For whoever reads it by program. Kept as `schemas/report.schema.json`. */
export const reportJsonSchema = () => ({ ...z.toJSONSchema(reportSchema), title: 'Nightpass report' });
