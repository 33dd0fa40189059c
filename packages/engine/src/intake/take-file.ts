import { access, mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type BatchContent, type BatchId, batchIdOf, type Fault, readBatch as readBatchFile } from '@nightpass/core';
import { openBatch, readBatch, readCounts } from '../ledger/batches.ts';
import type { LedgerContext } from '../ledger/context.ts';
import { chooseProviders, type ProviderRules } from './choose-providers.ts';
import { type BeforeEffect, syncFolder, writeDurably } from './durable-file.ts';
import { fileFault, pastDeadline, tooLarge } from './file-faults.ts';
import { besideName, isAgain } from './file-names.ts';
import type { Inbox } from './inbox.ts';
import { lacksRoom } from './memory-room.ts';
import { passingTrouble } from './passing-trouble.ts';
import type { PreflightVerdict } from './preflight/asking.ts';
import type { PreflightBatch } from './preflight/preflight.ts';
import { identityOf, looksUnfinished, readDrop } from './read-drop.ts';
import { acceptedReceipt, knownReceipt, type Receipt } from './receipt.ts';
import { rejectFile } from './reject-file.ts';
import { putAsideResults } from './result-files.ts';
import { askForResults, recordDrop } from './results.ts';
import { beginTaking, endTaking, markAnswered, readTaking, type Taking } from './taking.ts';
import { removeWaitingNote, writeWaitingNote } from './waiting-note.ts';

/** Taking one dropped file, in steps that may each be the last before a crash: taken again, it comes to the same end. */

export interface Intake {
  ledger: LedgerContext;
  inbox: Inbox;
  providers: ProviderRules;
  /** A larger file is refused unread. */
  maxFileBytes: number;
  /** A file that ends too early is taken for a slow copy until it has been unchanged for so long; then it is refused. */
  patienceMs: number;
  /** Asks the platforms of a batch before it is opened; undefined: they are not asked. */
  preflight?: ((batch: PreflightBatch) => Promise<PreflightVerdict>) | undefined;
  /** For tests: see there. */
  before?: BeforeEffect;
}

export interface Drop {
  /** Its path in the inbox, with `/`: `x.json` or `<provider>/x.json`. */
  file: string;
  /** For how long it has been seen unchanged. */
  unchangedForMs: number;
  /** Unix time. */
  nowMs: number;
}

export type Taken =
  | { kind: 'accepted' | 'known'; batch: BatchId; receipt: Receipt }
  | { kind: 'rejected'; receipt: Receipt }
  /** Left as it is, to be taken later; `againInMs` where it is known when. */
  | { kind: 'notReady'; reason: string; againInMs?: number }
  /** The same, for a platform's sake. Where that cannot be asked, a note beside the file says so. */
  | { kind: 'waiting'; because: 'asking' | 'platform'; reason: string; againInMs: number }
  | { kind: 'gone' };

/** @throws only for bugs; trouble that may pass (no memory, no room, no permission) is `notReady`. */
export async function takeFile(intake: Intake, drop: Drop): Promise<Taken> {
  try {
    const taken = await take(intake, drop);
    if (intake.preflight) await noteWaiting(intake, drop, taken);
    return taken;
  } catch (error) {
    const reason = passingTrouble(error);
    if (reason === undefined) throw error;
    return { kind: 'notReady', reason };
  }
}

/** A note that a kill leaves behind is removed with the next look at the inbox. */
async function noteWaiting({ inbox }: Intake, { file, nowMs }: Drop, taken: Taken): Promise<void> {
  if (taken.kind !== 'waiting') await removeWaitingNote(inbox, file);
  else if (taken.because === 'platform') await writeWaitingNote(inbox, file, taken.reason, nowMs);
}

async function take(intake: Intake, drop: Drop): Promise<Taken> {
  const { inbox, providers } = intake;
  const folder = drop.file.includes('/') ? drop.file.slice(0, drop.file.indexOf('/')) : undefined;
  const read = await readDrop(join(inbox.dir, drop.file), { dir: inbox.dir, maxBytes: intake.maxFileBytes });
  if (read.kind === 'notReady' || read.kind === 'gone') return read;
  const { identity } = read;
  if (folder !== undefined && !providers.known.includes(folder)) {
    const expected = `a file in the inbox itself, or in the folder of a provider: ${providers.known.join(', ')}`;
    return refuse(intake, drop, identity, [fileFault(`a file in the folder ${JSON.stringify(folder)}`, expected)]);
  }
  if (read.kind === 'tooLarge') {
    return refuse(intake, drop, identity, [tooLarge(read.sizeBytes, intake.maxFileBytes)]);
  }
  const reading = readBatchFile(read.bytes);
  if (!reading.ok) {
    const againInMs = intake.patienceMs - drop.unchangedForMs;
    if (againInMs > 0 && looksUnfinished(read.bytes)) {
      return { kind: 'notReady', reason: 'it ends too early: perhaps a slow copy', againInMs };
    }
    return refuse(intake, drop, identity, reading.faults, reading.faultCount);
  }
  const choice = chooseProviders(reading.batch, providers, folder, read.bytes);
  if (!choice.ok) return refuse(intake, drop, identity, choice.faults);

  if (await recordWasLost(intake, drop.file, reading.contentHash)) {
    const reason = 'this file was taken before, and the record of its batch is lost: run nightpass recover';
    return { kind: 'notReady', reason };
  }
  const taking = await recordTaking(intake, drop, { identity, contentHash: reading.contentHash });
  if (!taking) return { kind: 'notReady', reason: 'it changed while it was read' };
  if (taking.opens && !(await readBatch(intake.ledger, taking.batch))) {
    const late = pastDeadline(reading.batch, drop.nowMs, read.bytes);
    if (late) return refuseTaking(intake, drop, identity, [late]);
    const reason = await lacksRoom(intake.ledger, reading.batch, read.bytes.byteLength);
    if (reason !== undefined) return { kind: 'notReady', reason };
    const verdict = await intake.preflight?.({
      id: taking.batch,
      content: reading.batch,
      providers: choice.providers,
      bytes: read.bytes,
    });
    if (verdict?.kind === 'faults') return refuseTaking(intake, drop, identity, verdict.faults, verdict.faultCount);
    if (verdict?.kind === 'wait') return { ...verdict, kind: 'waiting' };
  }
  return open(intake, drop, taking, { content: reading.batch, providers: choice.providers, bytes: read.bytes });
}

/**
 * Redis was emptied: the archive has a batch that the ledger does not know. Opened as new, all of it would be launched
 * again. A taking that is under way has its own record, made before the archive.
 */
async function recordWasLost({ ledger, inbox }: Intake, file: string, contentHash: string): Promise<boolean> {
  if (isAgain(file) || (await readTaking(ledger, inbox, file))) return false;
  const id = batchIdOf(contentHash);
  return (await isThere(join(inbox.acceptedDir, `${id}.json`))) && !(await readBatch(ledger, id));
}

/**
 * Settles which batch the file is, once and for all: a file that is run again on purpose gets its new id here, and
 * keeps it through any crash.
 * @returns undefined where the file changed or went away.
 */
async function recordTaking(
  { ledger, inbox, before = () => {} }: Intake,
  { file }: Drop,
  { identity, contentHash }: { identity: string; contentHash: string },
): Promise<Taking | undefined> {
  const found = await readTaking(ledger, inbox, file);
  if (found) {
    // Once it is answered, only its removal is missing: what is not the very same file is another drop.
    const same = found.answered ? found.drop === identity : found.contentHash === contentHash;
    if (same) return found;
    before('forget an earlier taking');
    await endTaking(ledger, inbox, file);
  }
  const batch = isAgain(file) ? batchIdOf(contentHash, crypto.randomUUID()) : batchIdOf(contentHash);
  const opens = (await readBatch(ledger, batch)) === undefined;
  const taking: Taking = { batch, contentHash, opens, drop: identity, answered: false };
  before('record the taking');
  if (!(await beginTaking(ledger, inbox, file, taking))) return readTaking(ledger, inbox, file);
  // Held up since we read the file, we may come after another producer has taken it to its end.
  if ((await identityOf(join(inbox.dir, file))) === identity) return taking;
  await endTaking(ledger, inbox, file);
  return undefined;
}

async function open(
  intake: Intake,
  { file, nowMs }: Drop,
  taking: Taking,
  { content, providers, bytes }: { content: BatchContent; providers: string[]; bytes: Uint8Array },
): Promise<Taken> {
  const { ledger, inbox, before = () => {} } = intake;
  const { batch: id, contentHash } = taking;
  const path = join(inbox.dir, file);
  const archive = join(inbox.acceptedDir, `${id}.json`);
  if (taking.opens || !(await isThere(archive))) {
    await mkdir(inbox.acceptedDir, { recursive: true });
    await writeDurably(archive, bytes, before);
  }
  before('record the drop');
  await recordDrop(ledger, inbox, id, file);
  before('open the batch');
  await openBatch(ledger, { id, content, contentHash, file, providers });

  const batch = await readBatch(ledger, id);
  if (!batch) throw new Error(`batch ${id} was opened and is not there`);
  const counts = await readCounts(ledger, id);
  const taken = { file, batch, content, counts, nowMs, providersHere: providers };
  // The same content may have come by another name at the very same time.
  const accepted = taking.opens && batch.file === file;
  const receipt = accepted ? acceptedReceipt(taken) : knownReceipt(taken);
  await putAsideResults(inbox, file, id, before);
  await writeDurably(
    join(dirname(path), besideName(file, '.receipt.json')),
    `${JSON.stringify(receipt, null, 2)}\n`,
    before,
  );
  if (!accepted && batch.endedAtMs !== undefined) {
    before('ask for the results');
    await askForResults(ledger, inbox, { batch: id, file, endedAtMs: batch.endedAtMs });
  }
  before('mark the taking as answered');
  await markAnswered(ledger, inbox, file, taking);
  before('remove the file');
  // Saved anew under its name meanwhile, it is another drop.
  if ((await identityOf(path)) === taking.drop) await rm(path, { force: true });
  await syncFolder(dirname(path));
  before('end the taking');
  await endTaking(ledger, inbox, file);
  return { kind: accepted ? 'accepted' : 'known', batch: id, receipt };
}

async function refuse(
  { inbox, before = () => {} }: Intake,
  { file, nowMs }: Drop,
  identity: string,
  faults: readonly Fault[],
  faultCount = faults.length,
): Promise<Taken> {
  const receipt = await rejectFile(inbox, { file, identity, faults, faultCount, nowMs }, before);
  if (!receipt) return { kind: 'notReady', reason: 'it changed while it was read' };
  return { kind: 'rejected', receipt };
}

/** After the taking was put on record. */
async function refuseTaking(
  intake: Intake,
  drop: Drop,
  identity: string,
  faults: readonly Fault[],
  faultCount = faults.length,
): Promise<Taken> {
  const taken = await refuse(intake, drop, identity, faults, faultCount);
  await endTaking(intake.ledger, intake.inbox, drop.file);
  return taken;
}

const isThere = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );
