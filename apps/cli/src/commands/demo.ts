import { setTimeout as sleep } from 'node:timers/promises';
import type { Receipt } from '@nightpass/engine';
import { type BatchSummary, readSummaries } from '@nightpass/engine';
import { createLogger, createSecrets, untilSignal } from '@nightpass/runtime';
import type { Command } from 'commander';
import { type Cli, Interrupted } from '../cli.ts';
import { examples } from '../command-line.ts';
import { disagreements } from '../demo/account.ts';
import { type DemoDrop, dropAll, readDemoFiles } from '../demo/drops.ts';
import { createNarrator } from '../demo/narrator.ts';
import { readRecords, readResult } from '../demo/records.ts';
import { openStage, type Stage } from '../demo/stage.ts';
import { endingFacts, endingLines } from '../demo/summary.ts';
import { openTeller, type Teller } from '../demo/teller.ts';

interface Options {
  keep?: boolean;
  json?: boolean;
}

const allWithinMs = 90_000;

export function addDemo(program: Command, cli: Cli): void {
  program
    .command('demo')
    .description('a whole night in under a minute, on a simulated platform; exit 0 only if every task is accounted for')
    .option('--keep', 'leave everything up at the end, until Ctrl-C, and its files for good')
    .option('--json', 'as JSON: the account at the end')
    .addHelpText('after', examples('nightpass demo', 'nightpass demo --keep'))
    .action(async (options: Options) => {
      const signalled = untilSignal(['SIGINT', 'SIGTERM', 'SIGHUP']);
      const interrupted = signalled.then((signal) => Promise.reject(new Interrupted(signal)));
      interrupted.catch(() => {});
      const startedMs = performance.now();
      const log = createLogger('demo', { level: 'warn', secrets: createSecrets(cli.env), to: 'stderr' });
      const stage = await openStage(cli, log);
      let files: 'keep' | 'remove' = options.keep ? 'keep' : 'remove';
      try {
        const ok = await Promise.race([playNight(cli, stage, startedMs, options), interrupted]);
        if (!ok) files = 'keep';
        if (!ok && !options.json) cli.print(`What was written is kept, logs too: ${stage.dir}`);
        if (options.keep) {
          if (!options.json)
            cli.print(`Everything stays up until Ctrl-C: the board at ${stage.boardUrl}, the files in ${stage.dir}`);
          await signalled;
        }
        cli.exitCode = ok ? 0 : 1;
      } finally {
        await stage.close(files);
      }
    });
}

/** @returns whether every task is accounted for. */
async function playNight(cli: Cli, stage: Stage, startedMs: number, options: Options): Promise<boolean> {
  const files = await readDemoFiles();
  const teller = openTeller(cli, stage, options.json ? 'silent' : 'told');
  try {
    const drops = await dropAll(stage.inboxDir, files);
    teller.dropped(drops);
    const receipts = await followNight(stage, drops, teller);
    const night = await readRecords(stage, drops, receipts);
    const differences = [...disagreements(night), ...stage.deaths.map((death) => `a part died: ${death}`)];
    const ending = { night, differences, tookMs: performance.now() - startedMs };
    teller.end();
    if (options.json) cli.json(endingFacts(ending, stage));
    else cli.print(endingLines(cli, ending, stage).join('\n'));
    return differences.length === 0;
  } finally {
    teller.end();
  }
}

/** Until each file has its answer, and each batch its results. @throws where that takes too long, or a part keeps dying */
async function followNight(stage: Stage, drops: readonly DemoDrop[], teller: Teller): Promise<Map<string, Receipt>> {
  const receipts = new Map<string, Receipt>();
  const narrator = createNarrator(stage);
  const endMs = performance.now() + allWithinMs;
  for (;;) {
    for (const drop of drops) {
      const receipt = receipts.has(drop.name) ? undefined : await drop.drop.receipt(0);
      if (!receipt) continue;
      receipts.set(drop.name, receipt);
      teller.answered(drop, receipt);
    }
    const batches = await readSummaries(stage.ledger, { offset: 0, limit: 100 });
    teller.progress(batches);
    for (const line of await narrator.news()) teller.happened(line);
    if (await isOver(drops, receipts, batches)) return receipts;
    if (stage.deaths.length > 2) throw new Error(await dyingWords(stage));
    if (performance.now() > endMs) {
      throw new Error(`the night did not end within ${allWithinMs / 1000} s; logs: ${stage.dir}/logs`);
    }
    await sleep(150);
  }
}

async function isOver(
  drops: readonly DemoDrop[],
  receipts: ReadonlyMap<string, Receipt>,
  batches: readonly BatchSummary[],
): Promise<boolean> {
  if (receipts.size < drops.length || batches.some(({ batch }) => batch.endedAtMs === undefined)) return false;
  const withResults = drops.filter(({ name }) => receipts.get(name)?.outcome !== 'rejected');
  const results = await Promise.all(withResults.map(readResult));
  return results.every((result) => result !== undefined);
}

async function dyingWords(stage: Stage): Promise<string> {
  const part = stage.deaths.at(-1)?.split(' ')[0] ?? '';
  const last = (await stage.logOf(part)).trimEnd().split('\n').slice(-8).join('\n');
  return `${stage.deaths.at(-1)}, again and again. Its last words:\n${last}`;
}
