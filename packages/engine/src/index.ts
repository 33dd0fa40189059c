export { removeLeftovers } from './intake/durable-file.ts';
export { folders as inboxFolders, nameKind } from './intake/file-names.ts';
export { createInboxLease, type Inbox, isMounted, openInbox } from './intake/inbox.ts';
export type { Receipt } from './intake/receipt.ts';
export { writeDueResults } from './intake/results.ts';
export { type Intake, type Taken, takeFile } from './intake/take-file.ts';
export { forgetTakings } from './intake/taking.ts';
export { type BatchRecord, type Counts, gridIndex, refAt } from './ledger/batch-record.ts';
export {
  listBatches,
  openBatch,
  readBatch,
  readCounts,
  readProcesses,
  readTaskContent,
  readZone,
} from './ledger/batches.ts';
export type { LedgerContext } from './ledger/context.ts';
export { createKeys, trackQueue } from './ledger/keys.ts';
export { finishLaunch, recordLaunched, recordLost, requeue, type TaskPlace, writeIntent } from './ledger/launching.ts';
export { ledgerNow, readTasks, walkGrid } from './ledger/reading.ts';
export type { RedrivablePhase } from './ledger/steering.ts';
export { claimDue, closeTask, settle } from './ledger/sweeping.ts';
export type { TaskRecord } from './ledger/task-record.ts';
export { deliverOnce } from './notices/deliver.ts';
export { noticeKinds } from './notices/notice.ts';
export { createHeraldLease } from './notices/notice-log.ts';
export { type Marks, type ProgressFacts, progressIsReal } from './notices/progress.ts';
export { readProgress } from './notices/read-progress.ts';
export { tellDeadlinesOutOfReach } from './notices/watch-deadlines.ts';
export { type BatchSummary, readProviderStatus, readSummaries, readSummary, settledCount } from './overview.ts';
export { type HoldKind, holdKinds, liftHold, type PlacedHold, placeHold, readHolds } from './pacing/holds.ts';
export { createQueues, ensureTracked, jobDataOf, type ProviderQueues, startTaskWorker } from './queues.ts';
export { type RecoverOptions, type RecoverProgress, type Recovery, recoverLedger } from './recover/recover.ts';
export { cancelBatch, redriveBatch } from './redrive.ts';
export { type RunningProvider, startProvider } from './start.ts';
export { watch } from './watchdog.ts';
export { explainTask, type Why } from './why.ts';
