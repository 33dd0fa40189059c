import type { RemoteStatus } from '@nightpass/core';
import { z } from 'zod';
import { amountReply } from '../read-cost.ts';
import { withoutTemplates } from './address.ts';

/** What the servers answer, as tolerant as can be: what is missing or of another type is undefined. */

/** Every word that any generation knows. A word it adds tomorrow is 'unknown' and looked at again, never a guess. */
export const remoteStatus = {
  CREATED: 'accepted',
  PENDING: 'accepted',
  WAITING: 'accepted',
  CONDITION_WAIT: 'accepted',
  RUNNING: 'running',
  COMPLETED: 'succeeded',
  ERROR: 'failed',
  CANCELLED: 'cancelled',
} as const satisfies Record<string, RemoteStatus>;

const text = z.string().optional().catch(undefined);
const textOrNull = z.string().nullable().optional().catch(undefined);
const number = z.number().optional().catch(undefined);
/** Ids are numbers; kept as text, where JSON keeps them exact. */
const id = z
  .union([z.string().regex(/^[1-9]\d{0,15}$/), z.int().positive()])
  .transform((value) => String(value))
  .optional()
  .catch(undefined);
const href = z.object({ href: text }).optional().catch(undefined);
const link = z.object({ self: href, download: href }).optional().catch(undefined);

const config = z.object({
  id,
  label: textOrNull,
  inputs: z.record(z.string(), z.unknown()).optional().catch(undefined),
});

const job = z.object({
  id,
  status: text,
  phase: text,
  stage: text,
  queuePosition: number,
  parent: z.boolean().optional().catch(undefined),
  label: textOrNull,
  created: text,
  serviceId: id,
  serviceName: text,
  config: config.optional().catch(undefined),
  owner: z.object({ name: text }).optional().catch(undefined),
  parentJob: z.record(z.string(), z.unknown()).nullable().optional().catch(undefined),
  outputs: z.record(z.string(), z.unknown()).nullable().optional().catch(undefined),
  costQuotation: z.object({ cost: amountReply, recurrence: text }).optional().catch(undefined),
  _links: link,
});
export type JobReply = z.infer<typeof job>;

/** Undefined where the answer is no JSON object. */
export function readJob(json: unknown): JobReply | undefined {
  const parsed = job.safeParse(json);
  return parsed.success ? parsed.data : undefined;
}

/**
 * What a job costs once and for all. A price by the hour, the day or the month says what it will be multiplied by, and
 * nothing of what was paid.
 */
export function priceOf(job: JobReply | undefined): number | undefined {
  const { cost, recurrence } = job?.costQuotation ?? {};
  return recurrence === 'ONE_OFF' ? cost : undefined;
}

/** Which job a launch made: under "content", at the top, or by the link to it. */
export function launchedIdOf(
  json: unknown,
): { id: string; by: 'content-id' | 'id' | 'self-link'; price: number | undefined } | undefined {
  const wrapped = z.object({ content: z.unknown() }).safeParse(json);
  const content = wrapped.success ? readJob(wrapped.data.content) : undefined;
  const top = readJob(json);
  const price = priceOf(content) ?? priceOf(top);
  if (content?.id !== undefined) return { id: content.id, by: 'content-id', price };
  if (top?.id !== undefined) return { id: top.id, by: 'id', price };
  const linked = idInLink(top?._links?.self?.href ?? content?._links?.self?.href, 'jobs');
  return linked === undefined ? undefined : { id: linked, by: 'self-link', price };
}

/** The id of an entity in a link to it, whatever its host. */
export function idInLink(link: string | undefined, entity: string): string | undefined {
  if (link === undefined || link.length > 4096) return undefined;
  const path = withoutTemplates(link).split(/[?#]/, 1)[0] ?? '';
  return new RegExp(`/${entity}/([1-9]\\d{0,15})/?$`).exec(path)?.[1];
}

const saved = config.extend({
  _links: link,
  _embedded: z
    .object({ owner: z.object({ name: text }).optional().catch(undefined) })
    .optional()
    .catch(undefined),
});

/** Of a config that was posted or read; the body may be empty, and `Location` all there is. */
export function readConfig(json: unknown, location?: string) {
  const parsed = saved.safeParse(json);
  const body = parsed.success ? parsed.data : undefined;
  return {
    id: body?.id ?? idInLink(body?._links?.self?.href, 'jobConfigs') ?? idInLink(location, 'jobConfigs'),
    label: body?.label,
    owner: body?._embedded?.owner?.name,
    inputs: body?.inputs,
  };
}

export interface PageReply<T> {
  items: T[];
  totalPages: number | undefined;
  totalElements: number | undefined;
}

const page = z.strictObject({
  _embedded: z.record(z.string(), z.unknown()).optional(),
  _links: z.unknown().optional(),
  page: z.object({ totalPages: number, totalElements: number }).optional().catch(undefined),
});

/**
 * The rows of a list, under whatever name they come: it changes from one generation to the next. An empty list has no
 * `_embedded`; a list that comes in pages says so even then. Undefined where the answer is no list, or a row is not what
 * `read` takes.
 */
export function readPage<T>(
  json: unknown,
  read: (row: unknown) => T | undefined,
  form: 'paged' | 'whole' = 'paged',
): PageReply<T> | undefined {
  const parsed = page.safeParse(json);
  if (!parsed.success) return undefined;
  const { _embedded, page: at } = parsed.data;
  const rows = _embedded === undefined ? [] : Object.values(_embedded).find(Array.isArray);
  if (!rows || (_embedded === undefined && at === undefined && form === 'paged')) return undefined;
  const items = rows.map(read);
  if (!items.every((item) => item !== undefined)) return undefined;
  return { items, totalPages: at?.totalPages, totalElements: at?.totalElements };
}

const cost = z.object({ estimatedCost: number, currentWalletBalance: number });

/** What a launch would cost, and what there is; undefined where it does not say. */
export function readCost(json: unknown): { cost: number; balance: number } | undefined {
  const parsed = cost.safeParse(json);
  const { estimatedCost, currentWalletBalance } = parsed.success ? parsed.data : {};
  if (estimatedCost === undefined || currentWalletBalance === undefined) return undefined;
  return { cost: estimatedCost, balance: currentWalletBalance };
}

const logLines = z.array(z.object({ message: text }));

/** Why a job failed: the last line that sounds like it, else the last line. */
export function reasonInLogs(json: unknown): string | undefined {
  const parsed = logLines.safeParse(json);
  if (!parsed.success) return undefined;
  const lines = parsed.data.flatMap(({ message }) => (message?.trim() ? [message] : []));
  return (
    lines.findLast((line) => /error|fail|could not|cannot|unable|exception|denied|not found/i.test(line)) ??
    lines.at(-1)
  );
}
