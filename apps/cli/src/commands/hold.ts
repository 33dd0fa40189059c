import {
  type HoldKind,
  ledgerNow,
  type PlacedHold,
  readHolds,
  readProviderStatus,
  type Wanted,
} from '@nightpass/engine';
import type { Command } from 'commander';
import { type Chosen, progressOf } from '../acting.ts';
import { type Cli, UsageError } from '../cli.ts';
import { examples } from '../command-line.ts';
import { type OpenLedger, readInstallation, withLedger } from '../installation.ts';
import { ledgerAction } from '../ledger-action.ts';
import { remoteAction, remoteProvider } from '../remote/act.ts';
import { type RemoteOptions, remoteOf } from '../remote/client.ts';
import { iso, isoOrNull } from '../view/time.ts';
import { listed, several } from '../view/words.ts';
import { addWhyOption, givenWhy, type WhyOptions, whyOf } from '../why-option.ts';
import { holdWords } from './status.ts';

interface Options extends RemoteOptions, WhyOptions {
  all?: boolean;
  json?: boolean;
}

export function addPause(program: Command, cli: Cli): void {
  const command = program
    .command('pause')
    .description('launch nothing more on a provider until it is resumed; what runs is followed on')
    .argument('<provider>', 'its name in the config');
  addWhyOption(command)
    .option('--json', 'as JSON')
    .addHelpText('after', examples('nightpass pause airbus --why "waits for the new contract"'))
    .action(async (name: string, options: Options) => {
      await withProvider(cli, name, options, async (desk) => {
        const changed = !(await desk.look()).holds.some(({ kind }) => kind === 'person');
        // Who paused it first said why; only another reason takes the place of that one.
        if (changed || givenWhy(options) !== undefined) await desk.act({ action: 'pause' }, whyOf(options));
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
  const command = program
    .command('resume')
    .description('let a paused provider launch again')
    .argument('<provider>', 'its name in the config')
    .option('--all', `also lift what holds it by itself: ${listed(byItself)}`);
  addWhyOption(command)
    .option('--json', 'as JSON')
    .addHelpText('after', examples('nightpass resume airbus', 'nightpass resume airbus --all'))
    .action(async (name: string, options: Options) => {
      await withProvider(cli, name, options, async (desk) => {
        const lifted: HoldKind[] = options.all ? ['person', ...byItself] : ['person'];
        const changed = (await desk.look()).holds.some(({ kind }) => lifted.includes(kind));
        if (changed) await desk.act({ action: 'resume', ...(options.all && { holds: lifted }) }, whyOf(options));
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
  act(wanted: Pick<Wanted, 'action' | 'holds'>, why: string): Promise<unknown>;
}

async function withProvider(
  cli: Cli,
  provider: string,
  options: RemoteOptions,
  work: (desk: Desk) => Promise<void>,
): Promise<void> {
  const deskOf = (look: Desk['look'], choose: (wanted: Wanted) => Promise<Chosen>): Desk => ({
    look,
    async act(wanted, why) {
      const chosen = await choose({ ...wanted, target: { kind: 'provider', provider } });
      return chosen.begin(why, progressOf(cli));
    },
  });
  const remote = remoteOf(cli, options);
  if (remote) {
    return work(
      deskOf(
        () => remoteProvider(remote, provider),
        (wanted) => remoteAction(remote, wanted),
      ),
    );
  }
  const installation = await readInstallation(cli, 'needed');
  const known = Object.keys(installation.config.providers);
  if (!known.includes(provider)) throw new UsageError(`no provider ${provider}; configured: ${listed(known)}`);
  await withLedger(cli, installation, (open) =>
    work(
      deskOf(
        () => lookAt(open, provider),
        (wanted) => ledgerAction(open, wanted),
      ),
    ),
  );
}

async function lookAt({ ledger, limitsOf }: OpenLedger, name: string) {
  const nowMs = await ledgerNow(ledger);
  const limits = limitsOf(name);
  const inFlight = limits ? (await readProviderStatus(ledger, name, limits)).inFlight : 0;
  return { inFlight, holds: await readHolds(ledger, name, nowMs), nowMs };
}

const holdFacts = (hold: PlacedHold) => ({
  kind: hold.kind,
  reason: hold.reason,
  since: iso(hold.sinceMs),
  until: isoOrNull(hold.untilMs),
  stopsLooks: hold.stopsLooks,
});
