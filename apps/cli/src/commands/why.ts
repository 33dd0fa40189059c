import { parseTaskId, span } from '@nightpass/core';
import { type BatchSummary, explainTask, ledgerNow, type TaskCost, type Why } from '@nightpass/engine';
import type { Command } from 'commander';
import { type Cli, UsageError } from '../cli.ts';
import { examples } from '../command-line.ts';
import { findBatch } from '../find-batch.ts';
import { readInstallation, withLedger } from '../installation.ts';
import { NotThere, type RemoteOptions, remoteOf } from '../remote/client.ts';
import { findRemoteBatch, remoteWhy } from '../remote/look.ts';
import { phaseColor } from '../view/phases.ts';
import { clockTime, iso, isoOrNull } from '../view/time.ts';
import { oneLine, several } from '../view/words.ts';
import { taskFacts } from './tasks.ts';

export function addWhy(program: Command, cli: Cli): void {
  program
    .command('why')
    .description('what a task waits for, since when, until when; and what has happened to it')
    .argument('<task>', 'its id, as nightpass tasks shows it')
    .option('--json', 'as JSON')
    .addHelpText('after', examples('nightpass why b3f2a90c1d4e-0-17'))
    .action(async (text: string, options: { json?: boolean } & RemoteOptions) => {
      const remote = remoteOf(cli, options);
      if (remote) {
        const { why, nowMs } = await remoteWhy(remote, text).catch(async (error: unknown) => {
          if (!(error instanceof NotThere)) throw error;
          throw new UsageError(await unknownTask((batch) => findRemoteBatch(remote, batch), text));
        });
        return options.json ? cli.json(whyFacts(why)) : cli.print(whyLines(cli, why, nowMs).join('\n'));
      }
      const installation = await readInstallation(cli, 'optional');
      await withLedger(cli, installation, async (open) => {
        const why = await explainTask(open.ledger, text, open.limitsOf);
        if (!why) throw new UsageError(await unknownTask((batch) => findBatch(open, batch), text));
        const nowMs = await ledgerNow(open.ledger);
        if (options.json) cli.json(whyFacts(why));
        else cli.print(whyLines(cli, why, nowMs).join('\n'));
      });
    });
}

async function unknownTask(find: (text: string) => Promise<BatchSummary>, text: string): Promise<string> {
  const ref = parseTaskId(text);
  if (!ref) {
    const { batch } = await find(text);
    return `${text} is a batch; a task of it is named ${batch.id}-<process>-<zone>: see nightpass tasks ${batch.id}`;
  }
  const { batch } = await find(ref.batchId);
  return `no task ${text}: ${batch.id} has processes 0 to ${batch.processCount - 1} and zones 0 to ${batch.zoneCount - 1}`;
}

function whyFacts(why: Why) {
  return {
    ...taskFacts(why.task, why.provider),
    answer: why.answer,
    since: iso(why.sinceMs),
    until: isoOrNull(why.untilMs),
    process: { id: why.content.process.id, name: why.content.process.name },
    zone: { id: why.content.zone.id ?? null, location: why.content.zone.location, imageId: why.content.zone.imageId },
    holds: why.holds.map((hold) => ({
      kind: hold.kind,
      reason: hold.reason,
      since: iso(hold.sinceMs),
      until: isoOrNull(hold.untilMs),
      stopsLooks: hold.stopsLooks,
    })),
    rule: why.task.rule ?? null,
    history: why.task.history.map(({ atMs, text }) => ({ at: iso(atMs), text })),
  };
}

function whyLines({ colors }: Cli, why: Why, nowMs: number): string[] {
  const { task, content } = why;
  const until = why.untilMs === undefined ? '' : ` · next at ${clockTime(why.untilMs, nowMs)}`;
  const about = [content.zone.location, content.process.name, why.provider, why.batch.file].map(oneLine).join(' · ');
  return [
    `${colors.bold(task.id)}  ${phaseColor(colors, task.phase)(task.phase)}`,
    colors.dim(about),
    '',
    `${oneLine(why.answer)}.`,
    colors.dim(`since ${clockTime(why.sinceMs, nowMs)} (${span(nowMs - why.sinceMs)})${until}`),
    ...(task.message === undefined ? [] : [`the platform says: ${oneLine(task.message)}`]),
    ...(task.results?.length
      ? [
          `it offers ${several(task.results.length + task.resultsCut, 'result')}: nightpass results ${task.batchId} --task ${task.id}`,
        ]
      : []),
    ...(task.cost === undefined ? [] : [oneLine(costWords(task.cost))]),
    ...(task.rule === undefined ? [] : [colors.dim(`decided by the rule ${task.rule}`)]),
    ...(task.history.length === 0 ? [] : ['', 'What has happened:']),
    ...task.history.map(({ atMs, text }) => `  ${colors.dim(clockTime(atMs, nowMs))}  ${oneLine(text)}`),
  ];
}

function costWords({ unit, amount, total }: TaskCost): string {
  if (amount === undefined) return `its jobs before this one cost ${total} ${unit}`;
  return `it cost ${amount} ${unit}${amount === total ? '' : `; with its jobs before, ${total} ${unit}`}`;
}
