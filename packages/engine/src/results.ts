import type { CallFailure, OpenAnswer, Provider, ResultLink, TaskId } from '@nightpass/core';
import { z } from 'zod';
import type { BatchRecord } from './ledger/batch-record.ts';
import type { LedgerContext } from './ledger/context.ts';
import { ledgerNow, readTasks, walkGrid } from './ledger/reading.ts';
import type { TaskRecord } from './ledger/task-record.ts';
import { keepResults } from './ledger/task-results.ts';
import { readHolds } from './pacing/holds.ts';
import { callWith, type ReadBudget, readSlot } from './pacing/read-slot.ts';

/** What a succeeded task offers: known from the look that saw its end, or asked of the platform. */

export interface Asker extends ReadBudget {
  adapter: Provider;
}

export type Offers =
  | { kind: 'offers'; links: readonly ResultLink[] }
  /** Nobody can say: its platform does not, or what it said was not kept whole. */
  | { kind: 'unknown'; reason: string }
  | CallFailure;

/** What is known without asking. Undefined: to be asked. */
export function knownOffers(task: TaskRecord): Offers | undefined {
  if (task.results && task.resultsCut === 0) return { kind: 'offers', links: task.results };
  if (task.job) return undefined;
  const reason = task.results
    ? `${task.resultsCut} of ${task.results.length + task.resultsCut} results were too many to be kept, and it has no job to ask for them`
    : 'the platform did not say what it offers, and it has no job to ask';
  return { kind: 'unknown', reason };
}

/** Asks the platform, in the read budget that the workers share, and keeps the answer with the task. */
export async function askOffers(asker: Asker, task: TaskRecord, signal: AbortSignal): Promise<Offers> {
  const { adapter, ledger } = asker;
  const { job } = task;
  if (!job) return { kind: 'unknown', reason: 'it has no job to ask' };
  if ((await readSlot(asker, signal)) !== undefined) return heldFailure(asker);
  const call = callWith(asker, signal);
  const answer = adapter.results ? await adapter.results(job, call) : await lookedAt(adapter, job, call);
  if (answer.kind !== 'results') return answer;
  await keepResults(ledger, task, job, answer.links);
  return { kind: 'offers', links: answer.links };
}

/** Begins to read a result, in the same read budget. */
export async function openResult(
  asker: Asker,
  link: ResultLink,
  from: { byte: number; etag: string | undefined },
  signal: AbortSignal,
): Promise<OpenAnswer> {
  const { adapter, name } = asker;
  if (!adapter.open) {
    return { kind: 'rejected', rule: 'no-open', status: 0, reason: `results of provider ${name} cannot be fetched` };
  }
  // A download may last hours: a Redis that is restarted meanwhile does not end it.
  const wait = await readSlot(asker, signal).catch((error: Error) => error);
  if (wait instanceof Error) return { kind: 'ambiguous', rule: 'ledger-away', reason: `no slot: ${wait.message}` };
  if (wait !== undefined) return heldFailure(asker);
  return adapter.open(link, from.byte, { ...callWith(asker, signal), etag: from.etag });
}

async function heldFailure({ ledger, name }: ReadBudget): Promise<CallFailure> {
  const holds = await readHolds(ledger, name, await ledgerNow(ledger));
  const hold = holds.find(({ stopsLooks }) => stopsLooks);
  const reason = hold ? `provider ${name} is held (${hold.kind}): ${hold.reason}` : 'it was called off';
  return { kind: 'notSent', rule: 'no-slot', reason };
}

async function lookedAt(
  adapter: Provider,
  ...[job, call]: Parameters<Provider['look']>
): Promise<{ kind: 'results'; links: readonly ResultLink[] } | Exclude<Offers, { kind: 'offers' }>> {
  const answer = await adapter.look(job, call);
  if (answer.kind === 'missing') return { kind: 'unknown', reason: `the platform has no such job: ${answer.reason}` };
  if (answer.kind !== 'seen') return answer;
  const { results } = answer.state;
  return results
    ? { kind: 'results', links: results }
    : { kind: 'unknown', reason: 'the platform does not say what it offers' };
}

const pageSize = 200;

export async function* succeededTasks(
  ledger: LedgerContext,
  batch: BatchRecord,
  isChosen: (index: number) => boolean,
): AsyncGenerator<TaskRecord, void> {
  const page: TaskId[] = [];
  const turned = async () => readTasks(ledger, page.splice(0), async () => batch);
  for await (const { id, index } of walkGrid(ledger, batch, (phase) => phase === 'succeeded')) {
    if (!isChosen(index)) continue;
    page.push(id);
    if (page.length === pageSize) yield* await turned();
  }
  if (page.length > 0) yield* await turned();
}

/** What one task offers, told without what opens it: a line of the API's answer, and what the command makes its table of. */
export const offerLineSchema = z.object({
  task: z.string(),
  results: z
    .array(
      z.object({
        name: z.string(),
        type: z.string().optional(),
        sizeBytes: z.number().optional(),
        sha256: z.string().optional(),
        origin: z.string().describe('Of its address: the rest may be a key'),
      }),
    )
    .optional()
    .describe('Absent where nobody knows'),
  reason: z.string().optional().describe('Why nobody does'),
});
export type OfferLine = z.infer<typeof offerLineSchema>;

/** @param own the origin of the task's provider */
export function offerLine(task: TaskId, offers: Offers, own: string): OfferLine {
  if (offers.kind !== 'offers') return { task, reason: offers.reason };
  return { task, results: offers.links.map(({ href, ...told }) => ({ ...told, origin: linkOrigin({ href }, own) })) };
}

/** Where a link leads, without what may be a key. @param own the origin of its provider */
export function linkOrigin({ href }: Pick<ResultLink, 'href'>, own: string): string {
  return URL.canParse(href, own) ? new URL(href, own).origin : 'unknown';
}
