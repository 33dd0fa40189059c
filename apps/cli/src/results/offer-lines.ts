import { parseTaskId } from '@nightpass/core';
import type { OfferLine } from '@nightpass/engine';
import type { Cli } from '../cli.ts';
import { table } from '../view/table.ts';
import { cutTo, oneLine } from '../view/words.ts';
import { sizeWords } from './telling.ts';

const pageSize = 50;

/** A table a page, or a line of JSON a task. @returns how many were told */
export async function tellOffers(
  cli: Cli,
  lines: AsyncIterable<OfferLine>,
  { json }: { json?: boolean },
): Promise<number> {
  let told = 0;
  let page: OfferLine[] = [];
  const turn = () => {
    if (page.length === 0) return;
    if (page.some(({ results }) => !results)) cli.exitCode = 1;
    if (json) for (const line of page) cli.json(offerFacts(line));
    else cli.print(table(cli, ['task', 'name', 'type', 'size', 'from'], page.flatMap(offerRows)));
    told += page.length;
    page = [];
  };
  for await (const line of lines) {
    page.push(line);
    if (page.length === pageSize) turn();
  }
  turn();
  return told;
}

/** Scripts read this: fields are only ever added. */
function offerFacts({ task, results, reason }: OfferLine) {
  const ref = parseTaskId(task);
  return {
    task,
    batch: ref?.batchId ?? null,
    processIndex: ref?.processIndex ?? null,
    zoneIndex: ref?.zoneIndex ?? null,
    results:
      results?.map(({ name, type, sizeBytes, sha256, origin }) => ({
        name,
        type: type ?? null,
        size: sizeBytes ?? null,
        sha256: sha256 ?? null,
        origin,
      })) ?? null,
    reason: reason ?? null,
  };
}

function offerRows({ task, results, reason = '' }: OfferLine): string[][] {
  if (!results) return [[task, `not known: ${cutTo(oneLine(reason), 70)}`, '', '', '']];
  if (results.length === 0) return [[task, 'nothing', '', '', '']];
  return results.map(({ name, type, sizeBytes, origin }) => [
    task,
    cutTo(oneLine(name), 60),
    oneLine(type ?? ''),
    sizeBytes === undefined ? '' : sizeWords(sizeBytes),
    origin,
  ]);
}
