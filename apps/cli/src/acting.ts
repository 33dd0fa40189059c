import { userInfo } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Action,
  audit,
  type BatchSummary,
  beginAction,
  cancelBatch,
  chooseTasks,
  type RedrivablePhase,
  readAction,
  readProcesses,
  redriveBatch,
  runAction,
  type Target,
  type TaskAction,
} from '@nightpass/engine';
import type { Cli } from './cli.ts';
import { findBatch } from './find-batch.ts';
import { type OpenLedger, readInstallation, withLedger } from './installation.ts';
import { remoteAction, remoteProcesses } from './remote/act.ts';
import { type Remote, type RemoteOptions, remoteOf } from './remote/client.ts';
import { findRemoteBatch } from './remote/look.ts';

/** What is done to a batch: on the ledger itself, or by a board's API. Commands need not know which. */
export interface Acting {
  found: BatchSummary;
  processes(): Promise<readonly { id: string; name: string }[]>;
  /** Counts what an action would touch; nothing is changed before it is begun. */
  choose(action: TaskAction, target: Target): Promise<Chosen>;
  redrive(phases: readonly RedrivablePhase[], why: string): Promise<number>;
  /** All that is open. */
  cancel(why: string): Promise<{ ended: number; remote: number }>;
}

export interface Chosen {
  tasks: number;
  phases: Partial<Record<string, number>>;
  untouched: Partial<Record<string, number>>;
  begin(why: string): Promise<{ changed: number; looked: number }>;
}

export async function withBatch(
  cli: Cli,
  text: string,
  options: RemoteOptions,
  work: (acting: Acting) => Promise<void>,
): Promise<void> {
  const remote = remoteOf(cli, options);
  if (remote) return work(actingByApi(remote, await findRemoteBatch(remote, text)));
  const installation = await readInstallation(cli, 'optional');
  await withLedger(cli, installation, async (open) => work(actingOnLedger(open, await findBatch(open, text))));
}

function actingOnLedger(open: OpenLedger, found: BatchSummary): Acting {
  const { ledger } = open;
  const { id } = found.batch;
  const who = userInfo().username;
  /** In the audit log from before the first step on. */
  const audited = async <T>(action: TaskAction, why: string, work: () => Promise<[result: T, changed: number]>) => {
    const entry = { action, who, target: `batch ${id}`, why };
    await audit(ledger, { event: 'begun', ...entry });
    const [result, changed] = await work();
    await audit(ledger, { event: 'ended', ...entry, changed, outcome: 'done' });
    return result;
  };
  return {
    found,
    processes: () => readProcesses(ledger, id),
    async choose(action, target) {
      const choice = await chooseTasks(ledger, { action, target }, who);
      return {
        ...choice,
        async begin(why) {
          await beginAction(ledger, choice.id, { wanted: { action, target }, who, role: 'admin', why });
          return carriedOut(open, choice.id);
        },
      };
    },
    redrive: (phases, why) =>
      audited('redrive', why, async () => {
        const n = await redriveBatch(ledger, id, { phases, who });
        return [n, n];
      }),
    cancel: (why) =>
      audited('cancel', why, async () => {
        const done = await cancelBatch(ledger, id, { reason: why });
        return [done, done.ended + done.remote];
      }),
  };
}

/** A board that runs may be quicker than we. */
async function carriedOut({ ledger, log, closed }: OpenLedger, id: string): Promise<Action> {
  for (;;) {
    await runAction({ ledger, log, launchQueue: () => undefined }, id, closed);
    const action = await readAction(ledger, id);
    if (!action) throw new Error('the action is not known any more');
    if (action.state === 'failed') throw new Error(action.error ?? 'it failed');
    if (action.state === 'done') return action;
    await sleep(200, undefined, { signal: closed });
  }
}

function actingByApi(remote: Remote, found: BatchSummary): Acting {
  const { id } = found.batch;
  return {
    found,
    processes: () => remoteProcesses(remote, id),
    choose: (action, target) => remoteAction(remote, action, target),
    async redrive(phases, why) {
      const chosen = await remoteAction(remote, 'redrive', { kind: 'filter', filter: { batch: id, phases } });
      return (await chosen.begin(why)).changed;
    },
    async cancel(why) {
      const chosen = await remoteAction(remote, 'cancel', { kind: 'batch', batch: id });
      const { changed } = await chosen.begin(why);
      const ended = Math.min(changed, chosen.phases.queued ?? 0);
      return { ended, remote: changed - ended };
    },
  };
}
