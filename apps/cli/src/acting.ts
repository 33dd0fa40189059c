import { type Action, type BatchSummary, readProcesses, type Wanted } from '@nightpass/engine';
import type { Cli } from './cli.ts';
import { findBatch } from './find-batch.ts';
import { readInstallation, withLedger } from './installation.ts';
import { ledgerAction } from './ledger-action.ts';
import { remoteAction, remoteProcesses } from './remote/act.ts';
import { type RemoteOptions, remoteOf } from './remote/client.ts';
import { findRemoteBatch } from './remote/look.ts';
import { thousands } from './view/words.ts';

/** What is done to a batch: on the ledger itself, or by a board's API. Commands need not know which. */
export interface Acting {
  found: BatchSummary;
  processes(): Promise<readonly { id: string; name: string }[]>;
  /** Counts what an action would touch; nothing is changed before it is begun. */
  choose(wanted: Wanted): Promise<Chosen>;
}

export interface Chosen {
  tasks: number;
  phases: Partial<Record<string, number>>;
  untouched: Partial<Record<string, number>>;
  /**
   * Stands in the audit log from the step that begins it. One with a pace of its own is begun and left to whoever runs there.
   */
  begin(why: string, tell: Tell): Promise<Pick<Action, 'id' | 'state' | 'changed' | 'looked'>>;
}

/** How far it is, now and then. */
export type Tell = (looked: number, of: number) => void;

export async function withBatch(
  cli: Cli,
  text: string,
  options: RemoteOptions,
  work: (acting: Acting) => Promise<void>,
): Promise<void> {
  const remote = remoteOf(cli, options);
  if (remote) {
    const found = await findRemoteBatch(remote, text);
    return work({
      found,
      processes: () => remoteProcesses(remote, found.batch.id),
      choose: (wanted) => remoteAction(remote, wanted),
    });
  }
  const installation = await readInstallation(cli, 'optional');
  await withLedger(cli, installation, async (open) => {
    const found = await findBatch(open, text);
    await work({
      found,
      processes: () => readProcesses(open.ledger, found.batch.id),
      choose: (wanted) => ledgerAction(open, wanted),
    });
  });
}

/** Of smaller actions the end is there before anybody could wonder. */
const toldFrom = 5_000;

export function progressOf(cli: Cli): Tell {
  let said = -1;
  return (looked, of) => {
    if (of < toldFrom || looked === said || looked === of) return;
    said = looked;
    cli.note(cli.colors.dim(`${thousands(looked)} of ${thousands(of)} done`));
  };
}
