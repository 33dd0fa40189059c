import { setTimeout as sleep } from 'node:timers/promises';
import { type BatchId, span } from '@nightpass/core';
import {
  type BatchSummary,
  ledgerNow,
  type PlacedHold,
  readHolds,
  readSummary,
  settledCount,
  takenBackUntil,
} from '@nightpass/engine';
import type { Command } from 'commander';
import { batchFacts, titleOf } from '../batch-facts.ts';
import type { Cli } from '../cli.ts';
import { examples } from '../command-line.ts';
import { findBatch } from '../find-batch.ts';
import { type OpenLedger, readInstallation, withLedger } from '../installation.ts';
import { averageRate, createRateMeter, type Rate, rateWords, remainingMs } from '../progress.ts';
import { type RemoteOptions, remoteOf } from '../remote/client.ts';
import { findRemoteBatch, remoteSource } from '../remote/look.ts';
import { openLive } from '../view/live.ts';
import { openCount, percentSettled, phaseBar, phaseWords } from '../view/phases.ts';
import { clockTime, iso, isoOrNull } from '../view/time.ts';
import { oneLine, several, thousands } from '../view/words.ts';

const patienceSeconds = 60;

export function addStatus(program: Command, cli: Cli): void {
  program
    .command('status')
    .description('one batch: its phases, its pace, what holds it up')
    .argument('<batch>', 'its id, the beginning of it, or the name of its file')
    .option('--watch', 'go on showing it until it ends')
    .option('--json', 'as JSON; with --watch a line at each change')
    .addHelpText('after', examples('nightpass status ports.json', 'nightpass status b3f2 --watch'))
    .action(async (text: string, options: { watch?: boolean; json?: boolean } & RemoteOptions) => {
      const remote = remoteOf(cli, options);
      if (remote) return tellStatus(cli, remoteSource(remote), await findRemoteBatch(remote, text), options);
      const installation = await readInstallation(cli, 'optional');
      await withLedger(cli, installation, async (open) => {
        await tellStatus(cli, ledgerSource(open), await findBatch(open, text), options);
      });
    });
}

async function tellStatus(
  cli: Cli,
  source: StatusSource,
  found: BatchSummary,
  options: { watch?: boolean; json?: boolean },
): Promise<void> {
  if (options.watch) {
    await watchFrom(cli, source, found, options.json ? 'json' : 'text');
    return;
  }
  const look = await lookAt(source, found, averageRate(found, await source.now()));
  if (options.json) cli.json(statusFacts(look));
  else cli.print(statusLines(cli, look).join('\n'));
}

/** What becomes of a batch that has not ended. */
export interface Standing {
  holds: { provider: string; hold: PlacedHold }[];
  /** A redrive with a pace of its own goes on so long. */
  takenBackUntilMs: number | undefined;
}

/** Where the facts come from: the ledger itself, or a board's API. */
export interface StatusSource {
  now(): Promise<number>;
  summary(id: BatchId): Promise<BatchSummary | undefined>;
  standing(summary: BatchSummary, nowMs: number): Promise<Standing>;
  /** Between two looks while it is watched. */
  everyMs: number;
  closed: AbortSignal;
}

const ledgerSource = ({ ledger, closed }: OpenLedger): StatusSource => ({
  now: () => ledgerNow(ledger),
  summary: (id) => readSummary(ledger, id),
  async standing({ batch }, nowMs) {
    const holds = await Promise.all(
      [...new Set(batch.providers)].map(async (provider) =>
        (await readHolds(ledger, provider, nowMs)).map((hold) => ({ provider, hold })),
      ),
    );
    return { holds: holds.flat(), takenBackUntilMs: await takenBackUntil(ledger, batch.id, nowMs) };
  },
  everyMs: 250,
  closed,
});

interface Look extends Standing {
  summary: BatchSummary;
  rate: Rate | undefined;
  remainingMs: number | undefined;
  nowMs: number;
}

async function lookAt(source: StatusSource, summary: BatchSummary, rate: Rate | undefined): Promise<Look> {
  const nowMs = await source.now();
  const isOver = summary.batch.endedAtMs !== undefined;
  const { holds, takenBackUntilMs } = isOver
    ? { holds: [], takenBackUntilMs: undefined }
    : await source.standing(summary, nowMs);
  const isGuess = holds.length > 0 || takenBackUntilMs !== undefined;
  return { summary, holds, takenBackUntilMs, rate, remainingMs: remainingMs(summary, rate, isGuess), nowMs };
}

/** Follows a batch until nothing in it can happen by itself any more. @returns how it stands then. */
export const watchBatch = (cli: Cli, open: OpenLedger, batch: BatchSummary, format: 'text' | 'json') =>
  watchFrom(cli, ledgerSource(open), batch, format);

export async function watchFrom(
  cli: Cli,
  source: StatusSource,
  batch: BatchSummary,
  format: 'text' | 'json',
): Promise<BatchSummary> {
  const meter = createRateMeter();
  const live = format === 'text' && cli.isTerminal ? openLive(cli) : undefined;
  let said = '';
  let saidAtMs = 0;
  const lookAgain = async () => {
    const summary = (await source.summary(batch.batch.id)) ?? batch;
    meter.add(settledCount(summary.counts), Date.now());
    return lookAt(source, summary, meter.rate() ?? averageRate(summary, Date.now()));
  };
  try {
    for (;;) {
      const look = await patiently(lookAgain, source.closed);
      const { summary } = look;
      const ended = summary.batch.endedAtMs !== undefined;
      const state = JSON.stringify([summary.counts, look.holds.map(({ hold }) => hold.kind), ended]);
      // On paper, at most a line a second.
      const due = state !== said && (ended || Date.now() - saidAtMs > 1000);
      if (live) live.show(statusLines(cli, look));
      else if (due && format === 'json') cli.json(statusFacts(look));
      else if (due) cli.print(oneLineStatus(cli, look));
      if (due) [said, saidAtMs] = [state, Date.now()];
      if (ended) return summary;
      await sleep(source.everyMs, undefined, { signal: source.closed });
    }
  } finally {
    live?.end();
  }
}

/** A watch may last the night: a Redis that is restarted meanwhile does not end it. */
async function patiently<T>(work: () => Promise<T>, closed: AbortSignal): Promise<T> {
  for (let left = patienceSeconds; ; left--) {
    try {
      return await work();
    } catch (error) {
      if (left === 0 || closed.aborted) throw error;
      await sleep(1000, undefined, { signal: closed });
    }
  }
}

function statusFacts({ summary, holds, takenBackUntilMs, rate, remainingMs, nowMs }: Look) {
  return {
    ...batchFacts(summary),
    percentSettled: percentSettled(summary.counts, summary.batch.taskCount),
    settledPerSecond: rate ? Number(rate.perSecond.toPrecision(4)) : null,
    endsAboutAt: remainingMs === undefined || openCount(summary.counts) === 0 ? null : iso(nowMs + remainingMs),
    takenBackUntil: isoOrNull(takenBackUntilMs),
    holds: holds.map(({ provider, hold }) => ({
      provider,
      kind: hold.kind,
      reason: hold.reason,
      since: iso(hold.sinceMs),
      until: isoOrNull(hold.untilMs),
      stopsLooks: hold.stopsLooks,
    })),
    at: iso(nowMs),
  };
}

function statusLines(cli: Cli, look: Look): string[] {
  const { colors } = cli;
  const { summary, nowMs } = look;
  const { batch, counts } = summary;
  const width = Math.max(10, Math.min(50, cli.columns() - 30));
  const settled = settledCount(counts);
  return [
    `${colors.bold(oneLine(titleOf(summary)))}  ${colors.dim(batch.id)}`,
    `${phaseBar(colors, counts, width)}  ${percentSettled(counts, batch.taskCount)} %  ${colors.dim(`${thousands(settled)} of ${several(batch.taskCount, 'task')}`)}`,
    phaseWords(colors, counts),
    colors.dim(pace(look)),
    ...(look.takenBackUntilMs === undefined ? [] : [takenBackWords(look.takenBackUntilMs, nowMs)]),
    ...look.holds.map(({ provider, hold }) => colors.yellow(holdWords(provider, hold, nowMs))),
  ];
}

const takenBackWords = (untilMs: number, nowMs: number) =>
  `a redrive takes more back until about ${clockTime(untilMs, nowMs)}: nightpass actions`;

function pace({ summary: { batch, counts }, rate, remainingMs, nowMs }: Look): string {
  if (batch.endedAtMs !== undefined) {
    return `ended ${clockTime(batch.endedAtMs)}, after ${span(batch.endedAtMs - batch.acceptedAtMs)}`;
  }
  const words = [`accepted ${clockTime(batch.acceptedAtMs)}`];
  if (rate) words.push(`${rateWords(rate)} end`);
  if (remainingMs !== undefined && openCount(counts) > 0) {
    words.push(`at this pace all have ended in ${span(remainingMs)}, at ${clockTime(nowMs + remainingMs)}`);
  }
  return words.join(' · ');
}

export function holdWords(provider: string, hold: PlacedHold, nowMs: number): string {
  const until = hold.untilMs === undefined ? '' : `, until ${clockTime(hold.untilMs, nowMs)}`;
  return `${provider} is held (${hold.kind}) since ${clockTime(hold.sinceMs, nowMs)}${until}: ${oneLine(hold.reason)}`;
}

function oneLineStatus({ colors }: Cli, { summary, holds, nowMs }: Look): string {
  const held = holds.map(({ provider, hold }) => `; ${holdWords(provider, hold, nowMs)}`).join('');
  const { batch, counts } = summary;
  return `${clockTime(nowMs)}  ${batch.id}  ${percentSettled(counts, batch.taskCount)} %  ${phaseWords(colors, counts)}${held}`;
}
