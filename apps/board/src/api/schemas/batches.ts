import { z } from 'zod';
import { batchSchema, countsSchema, holdSchema } from '../../overview-schema.ts';
import { atMs, count, cursor, limit, listOf, pageOf } from './common.ts';

export const batch = batchSchema.meta({ id: 'Batch' });

export const batchesQuery = z.object({
  state: z.enum(['open', 'ended', 'all']).default('all'),
  limit: limit(200, 50),
  cursor,
});
export const batchPage = pageOf(batch).extend({ nowMs: atMs });

export const need = z
  .object({
    kind: z.enum(['parked', 'hold', 'unconfirmed', 'orphans', 'deadline']),
    says: z.string(),
    tasks: count,
    provider: z.string().optional(),
  })
  .meta({ id: 'Need', description: 'Something that waits for a person' });

export const batchDetail = z
  .object({
    nowMs: atMs,
    batch,
    percentSettled: z.number(),
    rate: z
      .object({ perSecond: z.number(), overMs: count })
      .optional()
      .describe('Tasks that ended or were parked, as measured lately; absent until enough was seen'),
    forecast: z
      .object({
        soonestMs: atMs,
        latestMs: atMs.optional().describe('Absent where nobody can say, for a hold without an end'),
        because: z.array(z.string()),
      })
      .optional()
      .describe('When nothing is open any more; absent where nothing is, or nothing was measured'),
    takenBackUntilMs: atMs
      .optional()
      .describe('When a redrive with a pace of its own will have taken its last task back; absent where none does'),
    needs: z.array(need),
    costs: z
      .array(z.object({ provider: z.string(), unit: z.string(), total: z.number(), tasks: count }))
      .describe(
        'So far, in each platform’s own unit; `tasks`: of how many it was told, for it says nothing of the others',
      ),
    holds: z.array(holdSchema.extend({ provider: z.string() })),
  })
  .meta({ id: 'BatchDetail' });

export const batchProcess = z
  .object({
    index: count,
    id: z.string(),
    name: z.string(),
    provider: z.string(),
    counts: countsSchema,
    usualDurationMs: count.optional().describe('Of its remote jobs that succeeded; absent until one has'),
  })
  .meta({ id: 'BatchProcess' });
export const processList = z.object({ items: z.array(batchProcess) });

export const zonesQuery = z.object({
  shape: z.enum(['none', 'points', 'footprints']).default('footprints'),
  from: z.coerce.number().int().min(0).default(0).describe('The index of the first'),
  limit: z.coerce.number().int().min(1).optional().describe('So many at most; all, unless given'),
});

export const timelineQuery = z.object({
  fromMs: z.coerce.number().int().min(0).optional(),
  toMs: z.coerce.number().int().min(0).optional(),
  buckets: z.coerce.number().int().min(1).max(2000).default(240).describe('At most so many intervals'),
});
export const timeline = z
  .object({
    intervalMs: count,
    fromMs: atMs,
    toMs: atMs,
    items: z
      .array(
        z.object({
          atMs: atMs.describe('Where the interval begins'),
          launched: count,
          succeeded: count,
          failed: count.describe('Failed, expired'),
          cancelled: count,
          parked: count,
          lost: count.describe('Launches whose answer was lost'),
        }),
      )
      .describe('Intervals in which nothing happened are left out'),
  })
  .meta({ id: 'Timeline' });

export const familiesQuery = z.object({
  phase: listOf(z.enum(['failed', 'expired', 'cancelled', 'parked'])).optional(),
});
export const family = z
  .object({
    id: z.string(),
    rule: z.string(),
    shape: z.string().describe('The message without what differs from task to task'),
    count,
    phases: z.record(z.string(), count),
    example: z.object({ task: z.string(), reason: z.string() }),
    firstAtMs: atMs.optional(),
    lastAtMs: atMs.optional(),
    shares: z
      .array(z.object({ what: z.string(), value: z.string(), count }))
      .describe('What nearly all of them have in common'),
  })
  .meta({ id: 'Family', description: 'Failures of one cause' });
export const familyList = z.object({
  items: z.array(family),
  tasks: count,
  complete: z.boolean().describe('False while reasons are still being read'),
});
