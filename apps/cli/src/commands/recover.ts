import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { limitsOf } from '@nightpass/core';
import { audit, openInbox, type RecoverProgress, type Recovery, recoverLedger } from '@nightpass/engine';
import { createProvider, takesOf } from '@nightpass/providers';
import type { Command } from 'commander';
import { type Cli, UsageError } from '../cli.ts';
import { examples } from '../command-line.ts';
import { readInstallation, withLedger } from '../installation.ts';
import { missingSecrets } from '../missing-secrets.ts';
import { pastMoment } from '../past-moment.ts';
import { oneLine, several } from '../view/words.ts';
import { personHere } from '../who.ts';

interface Options {
  since?: number;
  parkUnasked?: boolean;
  json?: boolean;
}

export function addRecover(program: Command, cli: Cli): void {
  program
    .command('recover')
    .description('after Redis was lost: rebuild from accepted/, and ask each platform what it runs before any launch')
    .option('--since <time>', 'leave out batches accepted before, e.g. 2026-11-20, or 3d for three days ago', (text) =>
      pastMoment(text, Date.now()),
    )
    .option('--park-unasked', 'park what a platform could not be asked about, rather than leave it to another run')
    .option('--json', 'as JSON')
    .addHelpText('after', examples('nightpass recover', 'nightpass recover --since 2026-11-20'))
    .action(async (options: Options) => {
      const installation = await readInstallation(cli, 'needed');
      const { config, secrets, log } = installation;
      const [missing] = missingSecrets(installation);
      if (missing) throw new UsageError(`${missing.path}: ${missing.message}`);
      // The data folder of the private Redis may have been lost as well: it is made anew.
      if (!config.redis) await mkdir(join(config.dataDir, 'redis'), { recursive: true });
      const providers = new Map(
        Object.entries(config.providers).map(([name, entry]) => [
          name,
          { adapter: createProvider(name, entry, secrets), limits: limitsOf(entry) },
        ]),
      );
      try {
        await withLedger(cli, installation, async ({ ledger, closed }) => {
          const entry = { action: 'recover', who: personHere(), role: 'admin', target: 'what is in accepted/' };
          await audit(ledger, { event: 'begun', ...entry });
          const recovery = await recoverLedger({
            ledger,
            inbox: await openInbox(config.inboxDir),
            rules: {
              known: [...providers.keys()],
              default: config.defaultProvider,
              takes: takesOf(config.providers),
            },
            providers,
            log,
            signal: closed,
            onProgress: options.json ? () => {} : teller(cli),
            unasked: options.parkUnasked ? 'park' : 'leave',
            ...(options.since !== undefined && { acceptedSinceMs: options.since }),
          });
          await audit(ledger, { event: 'ended', ...entry, outcome: 'done' });
          if (options.json) cli.json(recovery);
          else tell(cli, recovery);
          const whole = recovery.unusable.length === 0 && recovery.batches.every(({ state }) => state === 'recovered');
          if (!whole) cli.exitCode = 1;
        });
      } finally {
        await Promise.all([...providers.values()].map(({ adapter }) => adapter.close()));
      }
    });
}

/** A line at each change of step, and now and then while a platform is asked. */
function teller(cli: Cli): (progress: RecoverProgress) => void {
  let said = '';
  let saidAtMs = 0;
  return ({ step, provider, jobs, requests, untilMs }) => {
    const what = `${step} ${provider ?? ''}`;
    if (what === said && (step !== 'asking' || Date.now() - saidAtMs < 5_000)) return;
    said = what;
    saidAtMs = Date.now();
    const until = untilMs === undefined ? '' : ` until ${new Date(untilMs).toLocaleTimeString()}`;
    const words = {
      opening: 'reading the accepted files; nothing is launched meanwhile',
      waiting: `${provider}: waiting${until}, so that the platform shows what was sent just before the loss`,
      asking: `${provider}: asking what it runs (${jobs} jobs seen, ${requests} requests)`,
      restoring: 'restoring the tasks',
    } satisfies Record<RecoverProgress['step'], string>;
    cli.note(words[step]);
  };
}

function tell(cli: Cli, { known, leftOut, batches, providers, unusable }: Recovery): void {
  if (batches.length === 0)
    cli.print(`nothing to recover: the ledger knows all ${several(known, 'accepted batch', 'accepted batches')}`);
  for (const { id, file, tasks, state, adopted, queued, parked } of batches) {
    const how = state === 'recovered' ? 'recovered' : 'waiting: nothing of it is launched until recover is run again';
    cli.print(
      `${id}  ${oneLine(file)}: ${how}; of ${several(tasks, 'task')}, ${adopted} found on the platform, ${queued} to be launched, ${parked} parked`,
    );
  }
  for (const { name, state, reason, jobs, requests } of providers) {
    cli.print(
      `${name}: ${several(jobs, 'job')} seen in ${several(requests, 'request')}${state === 'asked' ? '' : `; not asked to the end: ${reason}`}`,
    );
  }
  for (const { file, reason } of unusable) cli.print(`not recovered: ${oneLine(file)}: ${reason}`);
  if (leftOut > 0) cli.print(`left out by --since: ${several(leftOut, 'batch', 'batches')}`);
}
