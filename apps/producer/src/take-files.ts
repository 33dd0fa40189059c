import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { forgetTakings, type Intake, isMounted, removeStaleNotes, type Taken, takeFile } from '@nightpass/engine';
import type { Log } from '@nightpass/runtime';
import { type InboxScan, scanInbox } from './scan-inbox.ts';
import { createWaitingFiles, type ReadyFile } from './waiting-files.ts';

export interface TakeTiming {
  rescanMs: number;
  settleMs: number;
}

/**
 * One turn after the other: looks at the inbox, takes what may be taken.
 * @param mayGoOn asked before each file
 * @returns a turn, which says in how many ms the next one should come; it throws where the inbox cannot be read
 */
export function createTakeTurn(
  intake: Intake,
  { rescanMs, settleMs }: TakeTiming,
  log: Log,
  mayGoOn: () => boolean,
): () => Promise<number> {
  const waiting = createWaitingFiles({ settleMs, retryMs: rescanMs });
  const tellForeign = createForeignTeller(log);
  return async () => {
    const { ledger, inbox } = intake;
    if (!(await isMounted(inbox))) throw new Error(`the inbox ${inbox.dir} is gone, or its share is not mounted`);
    const scan = await scanInbox(inbox.dir);
    tellForeign(scan.foreign);
    const isInInbox = (file: string) => isThere(join(inbox.dir, file));
    await forgetTakings(ledger, inbox, isInInbox);
    await removeStaleNotes(inbox, scan.notes, isInInbox);
    const { ready, nextInMs } = waiting.look(scan.candidates, performance.now());
    for (const one of ready) {
      if (!mayGoOn()) return 0;
      await takeOne(one);
    }
    if (ready.length > 0) return 0;
    return Math.min(nextInMs ?? rescanMs, rescanMs);
  };

  async function takeOne({ file, unchangedForMs }: ReadyFile): Promise<void> {
    const putOff = (reason: string, againInMs?: number) =>
      waiting.putOff(file, { reason, againInMs, nowMs: performance.now() });
    try {
      const taken = await takeFile(intake, { file, unchangedForMs, nowMs: Date.now() });
      if (taken.kind === 'notReady') {
        const isNews = putOff(taken.reason, taken.againInMs);
        if (!isNews) return;
        if (taken.againInMs === undefined) log.warn({ file, reason: taken.reason }, 'file cannot be taken yet');
        else log.info({ file, reason: taken.reason }, 'file not whole yet');
      } else if (taken.kind === 'waiting') {
        const { because, reason, againInMs } = taken;
        if (!putOff(reason, againInMs)) return;
        if (because === 'asking') log.debug({ file, reason }, 'file waits for answers of its platform');
        else log.warn({ file, reason }, 'file waits: its platform cannot be asked');
      } else tellTaken(log, file, taken);
    } catch (error) {
      // A bug, or trouble we have no words for: the others shall not wait for it, and nothing of it is lost.
      if (putOff(String(error))) log.error({ file, err: error }, 'file could not be taken');
    }
  }
}

function tellTaken(log: Log, file: string, taken: Exclude<Taken, { kind: 'notReady' | 'waiting' }>): void {
  if (taken.kind === 'gone') return;
  const { receipt } = taken;
  if (taken.kind === 'rejected') {
    const facts = { file, keptAs: receipt.keptAs, faults: receipt.faultCount, first: receipt.faults[0]?.message };
    log.warn(facts, 'file rejected');
    return;
  }
  const { tasks, processes, zones } = receipt;
  log.info(
    { file, batch: taken.batch, tasks, processes, zones },
    taken.kind === 'accepted' ? 'batch accepted' : 'batch already known',
  );
}

/** One line for each file that is left alone, for as long as it lies there. */
function createForeignTeller(log: Log): (foreign: InboxScan['foreign']) => void {
  let told = new Map<string, string>();
  return (foreign) => {
    const now = new Map(foreign.map(({ file, reason }) => [file, reason]));
    for (const [file, reason] of now) {
      if (told.get(file) !== reason) log.warn({ file, reason }, 'file left alone');
    }
    told = now;
  };
}

async function isThere(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}
