import type { TaskRecord } from '@nightpass/engine';
import type { Cli } from '../cli.ts';
import { openLive } from '../view/live.ts';
import { clockTime } from '../view/time.ts';
import { oneLine, several, thousands } from '../view/words.ts';
import type { FileOutcome } from './stage.ts';

/** How a run of the results stage is told while it goes on, and at its end. */

export interface Teller {
  task(task: TaskRecord, files: number): void;
  bytes(bytes: number): void;
  file(outcome: FileOutcome): void;
  /** @returns how many are missing */
  end(dir: string): number;
}

const lineEveryMs = 5_000;

export function createTeller(cli: Cli, taskCount: number, format: 'text' | 'json'): Teller {
  const live = format === 'text' && cli.isTerminal ? openLive(cli) : undefined;
  const startMs = performance.now();
  const counts = { tasks: 0, empty: 0, files: 0, fetched: 0, there: 0, missing: 0, bytes: 0 };
  let saidAtMs = startMs;

  const line = () => {
    const seconds = (performance.now() - startMs) / 1000;
    const words = [
      `${thousands(counts.fetched + counts.there)} of ${several(counts.files, 'file')}`,
      `${thousands(counts.tasks)} of ${several(taskCount, 'task')}`,
      `${sizeWords(counts.bytes)} fetched`,
      ...(seconds > 1 ? [`${sizeWords(counts.bytes / seconds)} a second`] : []),
      ...(counts.missing > 0 ? [cli.colors.red(`${thousands(counts.missing)} missing`)] : []),
    ];
    return words.join(cli.colors.dim(' · '));
  };
  const tell = () => {
    const nowMs = performance.now();
    if (format === 'json' || nowMs - saidAtMs < (live ? 200 : lineEveryMs)) return;
    saidAtMs = nowMs;
    if (live) live.show([bar(cli, counts.tasks, taskCount), line()]);
    else cli.print(`${clockTime(Date.now())}  ${line()}`);
  };

  return {
    task(_, files) {
      counts.tasks += 1;
      counts.files += files;
      if (files === 0) counts.empty += 1;
      tell();
    },
    bytes(bytes) {
      counts.bytes += bytes;
      tell();
    },
    file(outcome) {
      counts[outcome.kind] += 1;
      if (outcome.kind === 'missing' && outcome.name === undefined) counts.tasks += 1;
      if (format === 'json') cli.json(fileFacts(outcome));
      else if (outcome.kind === 'missing') {
        const said = `missing: ${outcome.task}  ${oneLine(outcome.name ?? 'all it offers')}: ${oneLine(outcome.reason)}`;
        if (live) live.say(said);
        else cli.print(said);
      }
      tell();
    },
    end(dir) {
      live?.end();
      if (format === 'text') for (const words of endWords(counts, dir)) cli.print(words);
      return counts.missing;
    },
  };
}

interface Ended {
  fetched: number;
  there: number;
  missing: number;
  empty: number;
  bytes: number;
}

function endWords({ fetched, there, missing, empty, bytes }: Ended, dir: string): string[] {
  const came = `${several(fetched, 'file')} fetched (${sizeWords(bytes)})`;
  const first =
    missing > 0
      ? `${came}, ${thousands(there)} there already, ${thousands(missing)} missing: run it again to fetch those`
      : fetched === 0
        ? `all is there already: ${several(there, 'file')} in ${dir}`
        : `all is there: ${came}${there > 0 ? `, ${thousands(there)} there already` : ''}, in ${dir}`;
  return [first, ...(empty > 0 ? [`${several(empty, 'task')} offered nothing`] : [])];
}

function fileFacts(outcome: FileOutcome) {
  if (outcome.kind !== 'missing') return { state: outcome.kind, ...outcome.entry, reason: null };
  const { task, name, reason } = outcome;
  return { state: outcome.kind, task, name: name ?? null, file: null, size: null, sha256: null, origin: null, reason };
}

function bar({ colors, columns }: Cli, done: number, all: number): string {
  const width = Math.max(10, Math.min(50, columns() - 30));
  const full = all === 0 ? width : Math.min(width, Math.floor((width * done) / all));
  return `${colors.green('█'.repeat(full))}${colors.dim('░'.repeat(width - full))}`;
}

/** e.g. `820 bytes`, `3.4 MB`. */
export function sizeWords(bytes: number): string {
  const units = ['kB', 'MB', 'GB', 'TB'];
  if (bytes < 1000) return several(Math.round(bytes), 'byte');
  const power = Math.min(units.length, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** power;
  return `${value.toFixed(value < 10 ? 1 : 0)} ${units[power - 1]}`;
}
