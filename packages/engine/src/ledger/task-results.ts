import type { RemoteJob, ResultLink, TaskRef } from '@nightpass/core';
import { z } from 'zod';
import type { LedgerContext } from './context.ts';
import { defineScript } from './script.ts';

/** What an ended job offers, as the ledger keeps it: bounded, for a task is some hundred bytes, and there are many. */

const mostLinks = 50;
const mostUnits = 16_384;

export interface KeptResults {
  links: readonly ResultLink[];
  /** How many were left out. */
  cut: number;
}

const text = z.string().optional();
const stored = z.object({
  links: z.array(
    z.object({ name: z.string(), href: z.string(), type: text, size: z.number().optional(), sha256: text }),
  ),
  cut: z.number().int().nonnegative().default(0),
});

/** As JSON; the first ones, where it is too much. */
export function storedResults(links: readonly ResultLink[]): string {
  const kept: z.input<typeof stored>['links'] = [];
  let units = 0;
  for (const { name, href, type, sizeBytes: size, sha256 } of links.slice(0, mostLinks)) {
    const link = { name, href, type, size, sha256 };
    units += JSON.stringify(link).length;
    if (units > mostUnits) break;
    kept.push(link);
  }
  const cut = links.length - kept.length;
  return JSON.stringify({ links: kept, ...(cut > 0 && { cut }) });
}

/** Undefined where nothing is kept. */
export function parseResults(json: string | undefined): KeptResults | undefined {
  if (json === undefined) return undefined;
  const { links, cut } = stored.parse(JSON.parse(json));
  return {
    links: links.map(({ name, href, type, size, sha256 }) => ({ name, href, type, sizeBytes: size, sha256 })),
    cut,
  };
}

const keepScript = defineScript('keep-results', {
  keys: ['task'],
  args: ['remoteId', 'results'],
  reply: z.number(),
});

/** Keeps what a job of the task turned out to offer. @returns false: the task has another job by now */
export async function keepResults(
  { redis, keys }: LedgerContext,
  ref: TaskRef,
  job: RemoteJob,
  links: readonly ResultLink[],
): Promise<boolean> {
  const args = { remoteId: job.id, results: storedResults(links) };
  return (await keepScript(redis, { task: keys.task(ref) }, args)) === 1;
}
