import { openPhases, type Phase, phases, span } from '@nightpass/core';
import type { Receipt } from '@nightpass/engine';
import type { Cli } from '../cli.ts';
import { phaseColor } from '../view/phases.ts';
import { table } from '../view/table.ts';
import { several } from '../view/words.ts';
import type { NightRecords } from './account.ts';
import type { Stage } from './stage.ts';

/** What the demo ends with: all of it read from the records, nothing foreseen. */

export interface Ending {
  night: NightRecords;
  differences: string[];
  tookMs: number;
}

export function endingFacts({ night, differences, tookMs }: Ending, { platform }: Stage) {
  return {
    ok: differences.length === 0,
    seconds: Math.round(tookMs / 100) / 10,
    batches: night.batches.map(({ id, taskCount, counts }) => ({ batch: id, tasks: taskCount, phases: counts })),
    files: night.files.map(({ name, receipt }) => ({
      file: name,
      outcome: receipt?.outcome ?? null,
      batch: receipt?.batch ?? null,
      new: receipt?.new ?? null,
      faults: receipt?.faults ?? [],
    })),
    platform: {
      jobs: night.platform.jobs.length,
      launchRequests: platform.counts().launch.arrived,
      launchedTwice: night.platform.launchedTwice.length,
      mostLaunchesInAnySecond: night.platform.mostLaunchesInAnySecond,
      allowedPerSecond: night.launchesPerSecond,
      stoodStillMs: Math.round(night.platform.stoodStillMs),
      faults: platform.counts().any.byFault,
    },
    disagreements: differences,
  };
}

export function endingLines(cli: Cli, ending: Ending, stage: Stage): string[] {
  const { colors } = cli;
  const { night, differences, tookMs } = ending;
  const tasks = night.batches.reduce((sum, { taskCount }) => sum + taskCount, 0);
  const title =
    differences.length === 0
      ? colors.bold(
          colors.green(
            `✔ ${several(tasks, 'task')} launched once, followed to the end, accounted for, in ${span(tookMs)}`,
          ),
        )
      : colors.bold(colors.red(`✖ the account does not agree in ${several(differences.length, 'point')}`));
  return [
    '',
    indent(batchTable(cli, night)),
    '',
    indent(platformTable(cli, night, stage)),
    '',
    title,
    ...(differences.length === 0
      ? [colors.dim('  The platform, the ledger and the receipts in the folder agree, task by task.')]
      : differences.map((line) => colors.red(`  ${line}`))),
    '',
  ];
}

const indent = (text: string) => text.replace(/^/gm, '  ');

function batchTable(cli: Cli, { files, batches }: NightRecords): string {
  const { colors } = cli;
  const shown = phases.filter(
    (phase) => phase === 'succeeded' || phase === 'failed' || batches.some(({ counts }) => counts[phase] > 0),
  );
  const order = [...shown].sort((a, b) => Number(isOpenPhase(a)) - Number(isOpenPhase(b)));
  const cell = (phase: Phase, n: number) => (n === 0 ? colors.dim('0') : phaseColor(colors, phase)(String(n)));
  const rows = files.map(({ name, reading, receipt }) => {
    const batch = receipt?.outcome === 'accepted' ? batches.find(({ id }) => id === receipt.batch) : undefined;
    if (!batch) return [colors.dim(name), ...['', ...order].map(() => colors.dim('–')), colors.dim(answerTo(receipt))];
    const title = reading.ok ? (reading.batch.name ?? name) : name;
    return [title, String(batch.taskCount), ...order.map((phase) => cell(phase, batch.counts[phase])), ''];
  });
  const sum = (phase: Phase) => batches.reduce((all, { counts }) => all + counts[phase], 0);
  const total = batches.reduce((all, { taskCount }) => all + taskCount, 0);
  rows.push([colors.bold('total'), colors.bold(String(total)), ...order.map((phase) => cell(phase, sum(phase))), '']);
  const numbers = ['tasks', ...order].map(() => 'right' as const);
  return table(cli, ['batch', 'tasks', ...order, ''], rows, ['left', ...numbers, 'left']);
}

function answerTo(receipt: Receipt | undefined): string {
  if (!receipt) return 'no receipt';
  return receipt.outcome === 'known' ? 'already known: nothing launched' : 'refused whole: nothing launched';
}

const isOpenPhase = (phase: Phase) => (openPhases as readonly Phase[]).includes(phase);

function platformTable(cli: Cli, night: NightRecords, { platform }: Stage): string {
  const { jobs, launchedTwice, mostLaunchesInAnySecond } = night.platform;
  const { launch, look, list } = platform.counts();
  const dropped = (launch.byFault.drop ?? 0) + (launch.byFault['drop-after-accept'] ?? 0);
  const rows = [
    ['jobs', String(jobs.length), `by ${several(launch.arrived, 'launch request')}`],
    ['tasks launched twice', String(launchedTwice.length), `though ${several(dropped, 'answer')} got lost`],
    ['most in any second', String(mostLaunchesInAnySecond), paceWords(night)],
    ['"too many requests"', String(launch.byStatus['429'] ?? 0), 'each waited out'],
    ['looks and lists', String(look.arrived + list.arrived), ''],
  ];
  return table(cli, ['what the platform saw', '', ''], rows, ['left', 'right', 'left']);
}

function paceWords({ launchesPerSecond: allowed, platform }: NightRecords): string {
  const { mostLaunchesInAnySecond: most, stoodStillMs } = platform;
  if (most <= allowed) return `${allowed} a second may leave`;
  const busy = stoodStillMs >= 1_000 / allowed ? ` on a machine that stood still for ${span(stoodStillMs)}` : '';
  return `${allowed} a second may leave; on their way they came closer together${busy}`;
}
