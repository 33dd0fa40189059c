import { z } from 'zod';

/** What people are told of the night. Written by the Lua step that makes it true, read by the herald. */

export const noticeKinds = [
  'night-started',
  'provider-held',
  'provider-released',
  'batch-ended',
  'deadline-out-of-reach',
] as const;
export type NoticeKind = (typeof noticeKinds)[number];

const told = { id: z.string(), atMs: z.number() };
const ofBatch = { name: z.string().optional(), file: z.string().optional(), tasks: z.number().optional() };
const names = z.array(z.string()).default([]);

const notice = z.discriminatedUnion('kind', [
  z.object({
    ...told,
    kind: z.literal('night-started'),
    batch: z.string(),
    facts: z.object({ ...ofBatch, providers: names }),
  }),
  z.object({
    ...told,
    kind: z.literal('provider-held'),
    provider: z.string(),
    facts: z.object({
      hold: z.string(),
      reason: z.string(),
      sinceMs: z.number(),
      /** Of a probing hold: when the next single request is let through. */
      untilMs: z.number().optional(),
      probe: z.boolean(),
      stopsLooks: z.boolean(),
      inFlight: z.number(),
      /** Holds of this kind since the last one that was told: it came and went. */
      unsaid: z.number(),
    }),
  }),
  z.object({
    ...told,
    kind: z.literal('provider-released'),
    provider: z.string(),
    facts: z.object({ holds: names, sinceMs: z.number(), still: names }),
  }),
  z.object({
    ...told,
    kind: z.literal('batch-ended'),
    batch: z.string(),
    facts: z.object({
      ...ofBatch,
      /** By phase byte. */
      counts: z.record(z.string(), z.number()),
      acceptedAtMs: z.number().optional(),
      /** The first launch since the batch was last at rest. */
      launchedAtMs: z.number().optional(),
      cancelled: z.boolean().default(false),
    }),
  }),
  z.object({
    ...told,
    kind: z.literal('deadline-out-of-reach'),
    batch: z.string(),
    facts: z.object({
      ...ofBatch,
      deadlineMs: z.number(),
      queued: z.number(),
      /** Tasks that cannot be launched before the deadline. */
      missing: z.number(),
      /** When the last of them could be; absent where nobody knows. */
      lastLaunchAtMs: z.number().optional(),
      holds: names,
    }),
  }),
]);
export type Notice = z.infer<typeof notice>;
export type NoticeOf<K extends NoticeKind> = Extract<Notice, { kind: K }>;

/** @returns undefined where a newer version wrote what this one does not know. */
export function parseNotice(id: string, json: string): Notice | undefined {
  try {
    return notice.safeParse({ ...JSON.parse(json), id }).data;
  } catch {
    return undefined;
  }
}
