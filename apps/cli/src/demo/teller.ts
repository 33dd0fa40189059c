import type { Receipt } from '@nightpass/engine';
import { type BatchSummary, settledCount } from '@nightpass/engine';
import { titleOf } from '../batch-facts.ts';
import type { Cli } from '../cli.ts';
import { faultLine } from '../commands/validate.ts';
import { type LiveLines, openLive } from '../view/live.ts';
import { percentSettled, phaseBar, phaseWords } from '../view/phases.ts';
import { clockTime } from '../view/time.ts';
import { cutTo, oneLine, padded, several, wrapped } from '../view/words.ts';
import type { DemoDrop } from './drops.ts';
import type { Stage } from './stage.ts';

/** Shows a demo night while it goes on: bars on a terminal, plain lines elsewhere. */
export interface Teller {
  dropped(drops: readonly DemoDrop[]): void;
  answered(drop: DemoDrop, receipt: Receipt): void;
  happened(line: string): void;
  progress(batches: readonly BatchSummary[]): void;
  end(): void;
}

const silent: Teller = { dropped() {}, answered() {}, happened() {}, progress() {}, end() {} };

/** On paper, a line of progress no more often than this. */
const lineEveryMs = 5_000;

export function openTeller(cli: Cli, stage: Stage, mode: 'told' | 'silent'): Teller {
  if (mode === 'silent') return silent;
  const { colors } = cli;
  let live: LiveLines | undefined;
  let saidAtMs = performance.now();
  let said = '';
  const say = (line: string) => {
    const text = `  ${colors.dim(clockTime(Date.now()))}  ${line}`;
    if (live) live.say(wrapped(text, cli.columns(), 12));
    else cli.print(text);
  };
  return {
    dropped(drops) {
      cli.print(
        [
          '',
          colors.bold('Nightpass demo: a whole night in under a minute, on a simulated platform'),
          '',
          `  ${colors.dim('board')}  ${colors.cyan(stage.boardUrl)}  ${colors.dim('look at it while this runs')}`,
          `  ${colors.dim('inbox')}  ${stage.inboxDir}`,
          '',
        ].join('\n'),
      );
      say(`${several(drops.length, 'batch file')} dropped into the inbox`);
      if (cli.isTerminal) live = openLive(cli);
    },
    answered: (drop, receipt) => say(answerWords(colors, drop, receipt)),
    happened: (line) => say(colors.yellow(line)),
    progress(batches) {
      if (batches.length === 0) return;
      if (live)
        return live.show(['', ...batches.toReversed().map((it) => barLine(cli, it)), '', totalLine(cli, batches)]);
      const line = totalLine(cli, batches).trim();
      const ended = batches.every(({ batch }) => batch.endedAtMs !== undefined);
      if (line === said || (performance.now() - saidAtMs < lineEveryMs && !ended)) return;
      say(line);
      [said, saidAtMs] = [line, performance.now()];
    },
    end() {
      live?.end();
      live = undefined;
    },
  };
}

function answerWords(colors: Cli['colors'], { name }: DemoDrop, receipt: Receipt): string {
  switch (receipt.outcome) {
    case 'accepted':
      return `${name}: ${colors.green('accepted')}, ${several(receipt.tasks, 'task')}`;
    case 'known':
      return `${name}: ${colors.yellow('already known')}, nothing is launched a second time`;
    case 'rejected': {
      const [fault] = receipt.faults;
      return `${colors.red('refused')}: ${fault ? faultLine(name, fault) : receipt.note}`;
    }
    default:
      return receipt.outcome satisfies never;
  }
}

const titleWidth = 26;

function barLine(cli: Cli, summary: BatchSummary): string {
  const { batch, counts } = summary;
  const title = padded(cutTo(oneLine(titleOf(summary)), titleWidth), titleWidth);
  const width = Math.max(10, Math.min(40, cli.columns() - titleWidth - 14));
  const settled = `${settledCount(counts)} of ${batch.taskCount}`;
  return `  ${title}  ${phaseBar(cli.colors, counts, width)}  ${cli.colors.dim(settled)}`;
}

function totalLine({ colors }: Cli, batches: readonly BatchSummary[]): string {
  const sum = batches.reduce((all, { counts }) => {
    const added = Object.entries(counts).map(([phase, n]) => [phase, all[phase as keyof typeof counts] + n]);
    return Object.fromEntries(added) as typeof counts;
  }, emptyOf(batches));
  const tasks = batches.reduce((all, { batch }) => all + batch.taskCount, 0);
  return `  ${String(percentSettled(sum, tasks)).padStart(3)} %  ${phaseWords(colors, sum)}`;
}

function emptyOf(batches: readonly BatchSummary[]): BatchSummary['counts'] {
  const [first] = batches;
  const zeros = Object.keys(first?.counts ?? {}).map((phase) => [phase, 0]);
  return Object.fromEntries(zeros) as BatchSummary['counts'];
}
