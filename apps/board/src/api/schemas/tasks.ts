import { z } from 'zod';
import { holdSchema } from '../../overview-schema.ts';
import { atMs, count, cursor, limit, listOf, pageOf, phase } from './common.ts';

const text = (what: string) => z.string().min(1).max(200).optional().describe(what);

/** What tasks are looked for by; every condition must hold. The same in searches and in actions. */
export const filterFields = {
  phase: listOf(phase).optional().describe('One or more'),
  process: listOf(z.coerce.number().int().min(0)).optional().describe('Indexes of processes of the batch'),
  zone: listOf(z.coerce.number().int().min(0), 1_000).optional().describe('Indexes of zones of the batch'),
  location: text('Part of the zone’s location, whatever its case and accents'),
  image: text('Part of an image id'),
  error: text('Part of the reason or of the platform’s message'),
  provider: text('Name of a provider'),
  family: z
    .string()
    .regex(/^f[0-9a-f]{8}$/, 'must be the id of a family')
    .optional(),
  movedSinceMs: z.coerce
    .number()
    .int()
    .min(0)
    .optional()
    .describe('Came into its phase then or later: Unix ms, to the second'),
  movedUntilMs: z.coerce.number().int().min(0).optional().describe('Came into its phase before that'),
};

/** By `moved`, what is not known comes last, both ways. */
export const taskSorts = [
  'task',
  '-task',
  'zone',
  '-zone',
  'location',
  '-location',
  'phase',
  '-phase',
  'moved',
  '-moved',
] as const;

export const tasksQuery = z.object({
  batch: z
    .string()
    .regex(/^[0-9a-z]{1,64}$/, 'must be the id of a batch')
    .optional()
    .describe('Without it, the newest batches are searched'),
  ...filterFields,
  remoteId: text('Exactly the platform’s id of the job'),
  after: text('A task of the batch: only those that come after it, in the order of the grid'),
  sort: z.enum(taskSorts).default('task'),
  limit: limit(500, 50),
  cursor,
});

export const taskRow = z
  .object({
    id: z.string(),
    batch: z.string(),
    processIndex: count,
    zoneIndex: count,
    phase,
    provider: z.string(),
    process: z.object({ id: z.string(), name: z.string() }),
    zone: z.object({ location: z.string(), imageId: z.string(), image2Id: z.string().optional() }),
    attempt: count.describe('Launches sent since ever'),
    drive: count.describe('1, and one more for each redrive'),
    remoteJobId: z.string().optional(),
    remoteStatus: z.string().optional().describe('What that means: accepted, running, succeeded …'),
    remoteWord: z.string().optional().describe('The platform’s own word for its state'),
    progressPercent: z.number().optional(),
    rule: z.string().optional().describe('Which rule decided last'),
    reason: z.string().optional(),
    message: z.string().optional().describe('The platform’s own'),
    family: z.string().optional().describe('Of tasks that ended badly or were parked'),
    resultCount: count.optional().describe('What its job offers; absent: not asked yet'),
    cost: z
      .object({
        unit: z.string().describe('The platform’s own: a currency, credits'),
        amount: z.number().optional().describe('Of its last job; absent: that has told none'),
        total: z.number().describe('Of all its jobs'),
      })
      .optional()
      .describe('Absent: its platform told nothing, which is not to say that it was free'),
    launchedAtMs: atMs.optional(),
    endedAtMs: atMs.optional(),
    movedAtMs: atMs
      .optional()
      .describe('Came into its phase then, to the second; absent: it never moved, or not known'),
  })
  .meta({ id: 'TaskRow' });

export const taskPage = pageOf(taskRow).extend({
  searched: z.object({ batches: z.array(z.string()), tasks: count }),
  complete: z.boolean().describe('False while reasons of failures are still being read, for `error` and `family`'),
});

export const taskParams = z.object({ id: z.string().max(100) });

export const attempt = z
  .object({
    number: count,
    launchKey: z
      .string()
      .describe('The id of this launch: in the name of its job, where the provider’s `launchNameToken` is on'),
    intendedAtMs: atMs,
    entries: z.array(z.object({ atMs, text: z.string() })),
  })
  .meta({ id: 'Attempt' });

export const taskDetail = z
  .object({
    nowMs: atMs,
    task: taskRow,
    batch: z.object({ id: z.string(), name: z.string().optional(), file: z.string() }),
    why: z.object({
      answer: z.string(),
      sinceMs: atMs,
      untilMs: atMs.optional(),
      holds: z.array(holdSchema),
    }),
    history: z.array(z.object({ atMs, text: z.string() })),
    attempts: z.array(attempt),
    looks: z.object({
      count,
      lastAtMs: atMs.optional(),
      failedInARow: count,
      missingInARow: count,
      emptySearches: count,
    }),
    cancel: z.object({ reason: z.string(), tries: count }).optional(),
    links: z.object({
      remote: z.string().optional().describe('The job on its platform; needs an account there'),
      logs: z.string().optional().describe('What it did, there, where its platform tells that'),
      results: z.array(z.object({ name: z.string(), type: z.string().optional(), sizeBytes: z.number().optional() })),
      resultsCut: count,
    }),
    payload: z.object({
      process: z.record(z.string(), z.unknown()),
      zone: z.record(z.string(), z.unknown()),
    }),
    may: z.array(z.enum(['redrive', 'cancel', 'park', 'priority'])).describe('What can be done to it in its phase'),
  })
  .meta({ id: 'TaskDetail' });
