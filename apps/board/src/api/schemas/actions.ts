import { holdKinds, perMinuteRange } from '@nightpass/engine';
import { z } from 'zod';
import { atMs, count, cursor, limit, pageOf, phase } from './common.ts';

/** What people do, in three steps: a preview with the exact count, the action with its progress, an entry in the audit log. */

const batchId = z.string().regex(/^[0-9a-z]{1,64}$/, 'must be the id of a batch');
const text = z.string().min(1).max(200).optional();

export const filter = z
  .strictObject({
    batch: batchId,
    phases: z.array(phase).max(9).optional(),
    processes: z.array(z.int().min(0)).max(1000).optional(),
    zones: z.array(z.int().min(0)).max(10_000).optional(),
    location: text,
    image: text,
    error: text,
    provider: text,
    family: z.string().optional(),
    movedSinceMs: z.int().min(0).optional(),
    movedUntilMs: z.int().min(0).optional(),
  })
  .meta({ id: 'TaskFilter', description: 'Every condition must hold' });

export const target = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('tasks'), tasks: z.array(z.string().max(100)).min(1).max(10_000) }),
    z.strictObject({ kind: z.literal('filter'), filter }),
    z.strictObject({ kind: z.literal('family'), batch: batchId, family: z.string().regex(/^f[0-9a-f]{8}$/) }),
    z.strictObject({ kind: z.literal('batch'), batch: batchId }),
    z.strictObject({ kind: z.literal('provider'), provider: z.string().min(1).max(40) }),
  ])
  .meta({ id: 'Target' });

export const actionKind = z
  .enum(['redrive', 'cancel', 'park', 'priority', 'pause', 'resume'])
  .describe('pause and resume are for a provider, the others for tasks');

const wanted = {
  action: actionKind,
  target,
  priority: z.int().min(-1000).max(1000).optional().describe('For `priority`: above 0 goes first, below 0 last'),
  holds: z
    .array(z.enum(holdKinds))
    .min(1)
    .max(holdKinds.length)
    .optional()
    .describe('For `resume`: what is lifted; unless given, what a person placed'),
  perMinute: z
    .number()
    .min(perMinuteRange.min)
    .max(perMinuteRange.max)
    .optional()
    .describe('For `redrive`: so many tasks are taken back a minute at most; unless given, all at once'),
};

export const previewBody = z.strictObject(wanted);
export const preview = z
  .object({
    preview: z.string().describe('To be given back to begin exactly this'),
    expiresAtMs: atMs,
    action: actionKind,
    tasks: count.describe('Exactly those will be touched, as far as nothing happens to them meanwhile'),
    matched: count.describe('What was meant, the ones that this action never touches included'),
    phases: z.record(z.string(), count).describe('Of `tasks`, by phase'),
    untouched: z.record(z.string(), count).describe('Of those that are never touched, by phase'),
    providers: z.record(z.string(), count),
    batches: z.record(z.string(), count),
    says: z.string(),
  })
  .meta({ id: 'Preview' });

const why = z.string().trim().min(1).max(500);

export const actionBody = z.strictObject({
  ...wanted,
  preview: z.string().max(100),
  why: why.describe('For the history of each task and for the audit log'),
});

export const action = z
  .object({
    id: z.string(),
    action: actionKind,
    target,
    words: z.string().describe('What it is done to'),
    priority: z.int().optional(),
    perMinute: z.number().optional(),
    who: z.string(),
    why: z.string(),
    state: z.enum(['running', 'done', 'failed', 'stopped']),
    tasks: count.describe('As previewed'),
    looked: count.describe('Of them, how many it has come to'),
    changed: count,
    skipped: count.describe('Moved on by themselves since the preview'),
    begunAtMs: atMs,
    endedAtMs: atMs.optional(),
    error: z.string().optional(),
  })
  .meta({ id: 'Action' });

/** Those that somebody has begun, and nobody has ended. */
export const openActionList = z.object({ items: z.array(action) });

export const stopBody = z.strictObject({ why: why.describe('For the audit log') });

export const actionParams = z.object({ id: z.string().regex(/^[0-9a-f]{32}$/, 'must be the id of an action') });

export const auditQuery = z.object({ limit: limit(500, 100), cursor });
export const auditEntry = z
  .object({
    id: z.string(),
    atMs,
    event: z.enum([
      'begun',
      'ended',
      'signed-in',
      'submitted',
      'token-created',
      'token-revoked',
      'queue-changed',
      'other',
    ]),
    who: z.string(),
    role: z.string().optional(),
    action: z.string().optional(),
    actionId: z.string().optional(),
    target: z.string().optional().describe('In words'),
    why: z.string().optional(),
    tasks: count.optional(),
    changed: count.optional(),
    skipped: count.optional(),
    outcome: z.string().optional(),
  })
  .meta({ id: 'AuditEntry' });
export const auditPage = pageOf(auditEntry);
