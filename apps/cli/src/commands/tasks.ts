import type { Phase, TaskId } from '@nightpass/core';
import { parseTaskId } from '@nightpass/core';
import {
  type BatchRecord,
  gridIndex,
  movedAtMs,
  readProcesses,
  readTasks,
  readZone,
  type TaskRecord,
  walkGrid,
} from '@nightpass/engine';
import type { Command } from 'commander';
import { type Cli, UsageError } from '../cli.ts';
import { anyPhase, examples, wholeNumber } from '../command-line.ts';
import { findBatch } from '../find-batch.ts';
import { type OpenLedger, readInstallation, withLedger } from '../installation.ts';
import { type Remote, type RemoteOptions, remoteOf } from '../remote/client.ts';
import { findRemoteBatch, remoteTaskPages } from '../remote/look.ts';
import { addSpan, type SpanOptions, spanOf } from '../selection.ts';
import { phaseColor } from '../view/phases.ts';
import { table } from '../view/table.ts';
import { clockTime, iso, isoOrNull } from '../view/time.ts';
import { cutTo, oneLine, several } from '../view/words.ts';

interface Options extends SpanOptions {
  phase?: Phase[];
  limit: number;
  after?: string;
  json?: boolean;
}

const pageSize = 200;

export function addTasks(program: Command, cli: Cli): void {
  const command = program
    .command('tasks')
    .description('the tasks of a batch, page by page')
    .argument('<batch>', 'its id, the beginning of it, or the name of its file')
    .option('--phase <phase>', 'only those in this phase; may be given again', anyPhase);
  addSpan(command)
    .option('--limit <n>', 'how many; 0 for all', wholeNumber(0, 100_000_000), 50)
    .option('--after <task>', 'those that come after this task')
    .option('--json', 'as JSON, a task a line')
    .addHelpText(
      'after',
      examples(
        'nightpass tasks ports.json --phase failed',
        'nightpass tasks b3f2 --limit 0 --json | jq .reason',
        'nightpass tasks b3f2 --phase failed --since 02:00 --until 03:00',
      ),
    )
    .action(async (text: string, options: Options & RemoteOptions) => {
      const remote = remoteOf(cli, options);
      if (remote) return listRemoteTasks(cli, remote, text, options);
      const installation = await readInstallation(cli, 'optional');
      await withLedger(cli, installation, async (open) => listTasks(cli, open, text, options));
    });
}

async function listTasks(cli: Cli, open: OpenLedger, text: string, options: Options): Promise<void> {
  const { batch } = await findBatch(open, text);
  const from = options.after === undefined ? 0 : indexAfter(options.after, batch);
  const wanted = (phase: Phase) => options.phase?.includes(phase) ?? true;
  const most = options.limit === 0 ? Number.POSITIVE_INFINITY : options.limit;
  const tell = options.json ? tellJson(cli, open, batch) : await tellTable(cli, open, batch);

  let told = 0;
  let page: TaskId[] = [];
  let last: TaskId | undefined;
  let more = false;
  const turnPage = async () => {
    await tell(await readTasks(open.ledger, page, async () => batch));
    page = [];
  };
  for await (const { id } of walkGrid(open.ledger, batch, wanted, from, spanOf(options))) {
    if (told === most) {
      more = true;
      break;
    }
    page.push(id);
    told += 1;
    last = id;
    if (page.length === pageSize) await turnPage();
  }
  if (page.length > 0) await turnPage();
  if (told === 0 && !options.json)
    cli.print(`no such tasks: ${batch.id} has ${several(batch.taskCount, 'task')} in all`);
  if (more) tellMore(cli, batch, options, last);
}

async function listRemoteTasks(cli: Cli, remote: Remote, text: string, options: Options): Promise<void> {
  const { batch } = await findRemoteBatch(remote, text);
  let told = 0;
  for await (const { rows, last, more } of remoteTaskPages(remote, batch.id, options)) {
    told += rows.length;
    if (options.json)
      for (const { task, provider, content } of rows) {
        cli.json({ ...taskFacts(task, provider), movedAt: isoOrNull(content.movedAtMs) });
      }
    else if (rows.length > 0)
      cli.print(
        table(
          cli,
          columns,
          rows.map(({ task, location, process }) => cells(cli, task, location, process)),
        ),
      );
    if (more) tellMore(cli, batch, options, last);
  }
  if (told === 0 && !options.json)
    cli.print(`no such tasks: ${batch.id} has ${several(batch.taskCount, 'task')} in all`);
}

function tellMore(cli: Cli, batch: BatchRecord, options: Options, last: string | undefined): void {
  const phases = options.phase ? ` --phase ${options.phase.join(',')}` : '';
  const { since, until } = options;
  // As moments: what was 3 hours ago is not the same on the next page.
  const span = [since && ` --since ${iso(since)}`, until && ` --until ${iso(until)}`].filter(Boolean).join('');
  cli.note(cli.colors.dim(`there are more: nightpass tasks ${batch.id}${phases}${span} --after ${last}`));
}

function indexAfter(text: string, batch: BatchRecord): number {
  const ref = parseTaskId(text);
  if (ref?.batchId !== batch.id || ref.processIndex >= batch.processCount || ref.zoneIndex >= batch.zoneCount) {
    throw new UsageError(`${text} is no task of ${batch.id}: a task is named ${batch.id}-<process>-<zone>`);
  }
  return gridIndex(ref, batch) + 1;
}

/** A task as `--json` tells it. Scripts read this: fields are only ever added. */
export function taskFacts(task: TaskRecord, provider: string) {
  return {
    task: task.id,
    batch: task.batchId,
    processIndex: task.processIndex,
    zoneIndex: task.zoneIndex,
    phase: task.phase,
    provider,
    attempt: task.attempt,
    drive: task.drive,
    remoteJob: task.job?.id ?? null,
    remoteStatus: task.remoteStatus ?? null,
    remoteWord: task.remoteWord ?? null,
    progressPercent: task.progressPercent ?? null,
    reason: task.reason ?? null,
    message: task.message ?? null,
    results: task.results ? task.results.length + task.resultsCut : null,
    cost: task.cost ? { ...task.cost, amount: task.cost.amount ?? null } : null,
    launchedAt: isoOrNull(task.launchedAtMs),
    endedAt: isoOrNull(task.endedAtMs),
  };
}

type Tell = (tasks: readonly TaskRecord[]) => void | Promise<void>;

const tellJson =
  (cli: Cli, { ledger }: OpenLedger, batch: BatchRecord): Tell =>
  async (tasks) => {
    const places = tasks.map((task) => gridIndex(task, batch));
    const moved = await movedAtMs(ledger, batch.id, places);
    for (const [i, task] of tasks.entries()) {
      cli.json({ ...taskFacts(task, batch.providers[task.processIndex] ?? ''), movedAt: isoOrNull(moved[i]) });
    }
  };

/** A table a page: the columns of one need not fit those of the next. */
async function tellTable(cli: Cli, { ledger }: OpenLedger, batch: BatchRecord): Promise<Tell> {
  const processes = await readProcesses(ledger, batch.id);
  return async (tasks) => {
    const rows = await Promise.all(
      tasks.map(async (task) => {
        const zone = await readZone(ledger, batch.id, task.zoneIndex);
        return cells(cli, task, zone?.location ?? '', processes[task.processIndex]?.name ?? '');
      }),
    );
    cli.print(table(cli, columns, rows));
  };
}

const columns = ['task', 'phase', 'where', 'what', 'ended', ''];

const cells = (cli: Cli, task: TaskRecord, location: string, process: string): string[] => [
  task.id,
  phaseColor(cli.colors, task.phase)(task.phase),
  cutTo(oneLine(location), 24),
  cutTo(oneLine(process), 24),
  task.endedAtMs === undefined ? '' : clockTime(task.endedAtMs),
  cutTo(oneLine(detailOf(task)), 70),
];

function detailOf(task: TaskRecord): string {
  if (task.phase === 'running') {
    const progress = task.progressPercent === undefined ? '' : ` ${task.progressPercent} %`;
    return `${task.remoteWord ?? 'not looked at yet'}${progress}`;
  }
  return task.phase === 'succeeded' ? '' : (task.reason ?? '');
}
