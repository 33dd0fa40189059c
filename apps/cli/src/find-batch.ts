import type { BatchId } from '@nightpass/core';
import { type BatchSummary, type LedgerContext, listBatches, readSummaries, readSummary } from '@nightpass/engine';
import { UsageError } from './cli.ts';
import { emptyState, type OpenLedger } from './installation.ts';
import { listed } from './view/words.ts';

const pageSize = 1000;
/** File names of older batches are not looked through: their ids must be given. */
const namesLookedAt = 2000;

/** The batch that a person means: by its id, the beginning of it, or the name of its file. @throws UsageError */
export async function findBatch({ ledger, config }: OpenLedger, text: string): Promise<BatchSummary> {
  const exact = await readSummary(ledger, text as BatchId);
  if (exact) return exact;
  const byPrefix = await idsThatBegin(ledger, text);
  const [only] = byPrefix;
  if (only && byPrefix.length === 1) {
    const found = await readSummary(ledger, only);
    if (found) return found;
  }
  if (byPrefix.length > 1) {
    throw new UsageError(`${byPrefix.length} batches begin with ${text}: ${listed(byPrefix.slice(0, 5), 'or')}`);
  }
  const known = await recentSummaries(ledger);
  const byName = known.filter((it) => namesOf(it).includes(text));
  if (byName.length === 1 && byName[0]) return byName[0];
  if (byName.length > 1) {
    throw new UsageError(`${byName.length} batches are called ${text}: ${listed(byName.slice(0, 5).map(told), 'or')}`);
  }
  throw new UsageError(nearMisses(text, known) ?? emptyState(config));
}

async function idsThatBegin(ledger: LedgerContext, text: string): Promise<BatchId[]> {
  if (!/^b[0-9a-f]+$/.test(text)) return [];
  const found: BatchId[] = [];
  for (let offset = 0; ; offset += pageSize) {
    const ids = await listBatches(ledger, { offset, limit: pageSize });
    found.push(...ids.filter((id) => id.startsWith(text)));
    if (ids.length < pageSize) return found;
  }
}

async function recentSummaries(ledger: LedgerContext): Promise<BatchSummary[]> {
  const found: BatchSummary[] = [];
  for (let offset = 0; offset < namesLookedAt; offset += 200) {
    const page = await readSummaries(ledger, { offset, limit: 200 });
    found.push(...page);
    if (page.length < 200) break;
  }
  return found;
}

/** A file may be named with its folder, without it, or without its ending. */
export function namesOf({ batch }: BatchSummary): string[] {
  const base = batch.file.split('/').at(-1) ?? batch.file;
  return [batch.file, base, base.replace(/\.json$/i, ''), ...(batch.name ? [batch.name] : [])];
}

const told = ({ batch }: BatchSummary) => `${batch.id} (${batch.file})`;

/** Undefined where there is no batch at all. */
export function nearMisses(text: string, known: readonly BatchSummary[]): string | undefined {
  if (known.length === 0) return undefined;
  const wanted = text.toLowerCase();
  const near = known.filter((it) =>
    [it.batch.id, ...namesOf(it)].some((name) => {
      const word = name.toLowerCase();
      return word.includes(wanted) || wanted.includes(word) || commonStart(word, wanted) >= 4;
    }),
  );
  const hint =
    near.length > 0
      ? `near it: ${listed(near.slice(0, 5).map(told))}`
      : `the newest: ${listed(known.slice(0, 5).map(told))}`;
  return `no batch ${text}; ${hint}`;
}

function commonStart(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return length;
}
