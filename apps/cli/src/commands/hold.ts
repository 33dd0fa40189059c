import { userInfo } from 'node:os';
import {
  audit,
  type HoldKind,
  ledgerNow,
  liftHold,
  type PlacedHold,
  placeHold,
  readHolds,
  readProviderStatus,
} from '@nightpass/engine';
import type { Command } from 'commander';
import { type Cli, UsageError } from '../cli.ts';
import { examples } from '../command-line.ts';
import { type OpenLedger, readInstallation, withLedger } from '../installation.ts';
import { iso, isoOrNull } from '../view/time.ts';
import { listed, several } from '../view/words.ts';
import { holdWords } from './status.ts';

export function addPause(program: Command, cli: Cli): void {
  program
    .command('pause')
    .description('launch nothing more on a provider until it is resumed; what runs is followed on')
    .argument('<provider>', 'its name in the config')
    .option('--reason <text>', 'why, for those who ask')
    .option('--json', 'as JSON')
    .addHelpText('after', examples('nightpass pause airbus --reason "waits for the new contract"'))
    .action(async (name: string, options: { reason?: string; json?: boolean }) => {
      await withProvider(cli, name, async ({ ledger, limitsOf }) => {
        const before = await readHolds(ledger, name, await ledgerNow(ledger));
        const changed = !before.some(({ kind }) => kind === 'person');
        // Who paused it first said why; only another reason takes the place of that one.
        if (changed || options.reason !== undefined) {
          const reason = options.reason ?? `paused by ${userInfo().username}`;
          await placeHold(ledger, name, { kind: 'person', forMs: undefined, reason });
          await auditHold(ledger, 'pause', name, reason);
        }
        const nowMs = await ledgerNow(ledger);
        const limits = limitsOf(name);
        const inFlight = limits ? (await readProviderStatus(ledger, name, limits)).inFlight : 0;
        const holds = await readHolds(ledger, name, nowMs);
        if (options.json) return cli.json({ provider: name, changed, inFlight, holds: holds.map(holdFacts) });
        cli.print(
          changed
            ? `${name} is paused: nothing more is launched there until nightpass resume ${name}.`
            : `${name} was paused already.`,
        );
        if (inFlight > 0)
          cli.print(
            `${several(inFlight, 'job runs', 'jobs run')} there and ${inFlight === 1 ? 'is' : 'are'} followed to the end.`,
          );
      });
    });
}

const byItself: HoldKind[] = ['outage', 'credentials', 'quota', 'retry-after'];

export function addResume(program: Command, cli: Cli): void {
  program
    .command('resume')
    .description('let a paused provider launch again')
    .argument('<provider>', 'its name in the config')
    .option('--all', `also lift what holds it by itself: ${listed(byItself)}`)
    .option('--json', 'as JSON')
    .addHelpText('after', examples('nightpass resume airbus', 'nightpass resume airbus --all'))
    .action(async (name: string, options: { all?: boolean; json?: boolean }) => {
      await withProvider(cli, name, async ({ ledger }) => {
        const changed = await liftHold(ledger, name, ['person', ...(options.all ? byItself : [])]);
        if (changed) await auditHold(ledger, 'resume', name, options.all ? 'with --all' : '');
        const nowMs = await ledgerNow(ledger);
        const holds = await readHolds(ledger, name, nowMs);
        if (options.json) return cli.json({ provider: name, changed, holds: holds.map(holdFacts) });
        if (holds.length === 0) cli.print(changed ? `${name} launches again.` : `${name} was not paused.`);
        else
          cli.print(
            changed ? `${name} is paused no more, but still held:` : `${name} was not paused by a person, but is held:`,
          );
        for (const hold of holds) cli.print(`  ${holdWords(name, hold, nowMs)}`);
        if (holds.some(({ kind }) => byItself.includes(kind)))
          cli.print(`It goes on by itself once that is over; nightpass resume ${name} --all does not wait.`);
      });
    });
}

async function withProvider(cli: Cli, name: string, work: (open: OpenLedger) => Promise<void>): Promise<void> {
  const installation = await readInstallation(cli, 'needed');
  const known = Object.keys(installation.config.providers);
  if (!known.includes(name)) throw new UsageError(`no provider ${name}; configured: ${listed(known)}`);
  await withLedger(cli, installation, work);
}

const auditHold = (ledger: OpenLedger['ledger'], action: string, name: string, why: string) =>
  audit(ledger, { event: 'ended', action, who: userInfo().username, target: `provider ${name}`, why, outcome: 'done' });

const holdFacts = (hold: PlacedHold) => ({
  kind: hold.kind,
  reason: hold.reason,
  since: iso(hold.sinceMs),
  until: isoOrNull(hold.untilMs),
  stopsLooks: hold.stopsLooks,
});
