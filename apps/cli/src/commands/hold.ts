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
import { usualWhy } from '../act-on-selection.ts';
import { type Cli, UsageError } from '../cli.ts';
import { examples } from '../command-line.ts';
import { type OpenLedger, readInstallation, withLedger } from '../installation.ts';
import { remoteAction, remoteProvider } from '../remote/act.ts';
import { type Remote, type RemoteOptions, remoteOf } from '../remote/client.ts';
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
    .action(async (name: string, options: { reason?: string; json?: boolean } & RemoteOptions) => {
      await withProvider(cli, name, options, async (desk) => {
        const changed = !(await desk.look()).holds.some(({ kind }) => kind === 'person');
        // Who paused it first said why; only another reason takes the place of that one.
        if (changed || options.reason !== undefined) {
          await desk.pause(options.reason ?? `paused by ${userInfo().username}`);
        }
        const { inFlight, holds } = await desk.look();
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
    .action(async (name: string, options: { all?: boolean; json?: boolean } & RemoteOptions) => {
      await withProvider(cli, name, options, async (desk) => {
        const changed = await desk.resume(options.all === true);
        const { holds, nowMs } = await desk.look();
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

/** Where a provider is paused and resumed: on the ledger itself, or by a board's API. */
interface Desk {
  look(): Promise<{ inFlight: number; holds: PlacedHold[]; nowMs: number }>;
  pause(reason: string): Promise<void>;
  /** @returns whether there was a hold to lift */
  resume(all: boolean): Promise<boolean>;
}

async function withProvider(
  cli: Cli,
  name: string,
  options: RemoteOptions,
  work: (desk: Desk) => Promise<void>,
): Promise<void> {
  const remote = remoteOf(cli, options);
  if (remote) return work(deskByApi(remote, name));
  const installation = await readInstallation(cli, 'needed');
  const known = Object.keys(installation.config.providers);
  if (!known.includes(name)) throw new UsageError(`no provider ${name}; configured: ${listed(known)}`);
  await withLedger(cli, installation, (open) => work(deskOnLedger(open, name)));
}

function deskOnLedger({ ledger, limitsOf }: OpenLedger, name: string): Desk {
  const audited = (action: string, why: string) => {
    const by = { who: userInfo().username, target: `provider ${name}`, why };
    return audit(ledger, { event: 'ended', action, ...by, outcome: 'done' });
  };
  return {
    async look() {
      const nowMs = await ledgerNow(ledger);
      const limits = limitsOf(name);
      const inFlight = limits ? (await readProviderStatus(ledger, name, limits)).inFlight : 0;
      return { inFlight, holds: await readHolds(ledger, name, nowMs), nowMs };
    },
    async pause(reason) {
      await placeHold(ledger, name, { kind: 'person', forMs: undefined, reason });
      await audited('pause', reason);
    },
    async resume(all) {
      const changed = await liftHold(ledger, name, ['person', ...(all ? byItself : [])]);
      if (changed) await audited('resume', all ? 'with --all' : '');
      return changed;
    },
  };
}

function deskByApi(remote: Remote, provider: string): Desk {
  const look = () => remoteProvider(remote, provider);
  const act = async (action: 'pause' | 'resume', why: string) => {
    await (await remoteAction(remote, action, { kind: 'provider', provider })).begin(why);
  };
  return {
    look,
    pause: (reason) => act('pause', reason),
    async resume(all) {
      if (all)
        throw new UsageError('--all is not for a board: holds that come by themselves are lifted on its machine');
      const isPaused = (await look()).holds.some(({ kind }) => kind === 'person');
      if (isPaused) await act('resume', usualWhy);
      return isPaused;
    },
  };
}

const holdFacts = (hold: PlacedHold) => ({
  kind: hold.kind,
  reason: hold.reason,
  since: iso(hold.sinceMs),
  until: isoOrNull(hold.untilMs),
  stopsLooks: hold.stopsLooks,
});
