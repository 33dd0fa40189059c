export { type Attempt, countAttempt, forgiveAttempt } from './access/attempts.ts';
export { closeSession, findSession, openSession, type Session, type SessionSpan } from './access/sessions.ts';
export { type ApiToken, createToken, findToken, listTokens, revokeToken } from './access/tokens.ts';
export {
  type Action,
  type ActionKind,
  actionsFor,
  perMinuteRange,
  phasesTouched,
  type RedrivablePhase,
  type Target,
  type TaskAction,
  type TaskFilter,
  targetWords,
  usualRedrive,
  type Wanted,
} from './actions/action.ts';
export {
  type AuditEntry,
  audit,
  beginAction,
  openActions,
  readAction,
  readAudit,
  readOpenActions,
  type Stopper,
  stopAction,
} from './actions/action-log.ts';
export { type Choice, chooseTasks, NotPossible } from './actions/choose.ts';
export { foldText } from './actions/fold.ts';
export { lastsMs, takenBackUntil } from './actions/own-pace.ts';
export { type ActionRunner, type ActionTools, runAction, startActionRunner } from './actions/run-action.ts';
export { type Found, NothingThere, selectByFilter } from './actions/select.ts';
export { createFamilies, type FailureFamily, type Families, type Shared } from './failures/families.ts';
export { type FailureShape, familyIdPattern, shapeOf } from './failures/shape.ts';
export { type Failure, failureOf, familiesOf, isBad, walkFailures } from './failures/walk-failures.ts';
export { chooseProviders, type ProviderRules } from './intake/choose-providers.ts';
export { type Dropped, dropFile, findReceipt, isInboxHere, numbered, readReceipt } from './intake/dropping.ts';
export { openDraft, removeLeftovers, syncFolder, writeDurably } from './intake/durable-file.ts';
export { folders as inboxFolders, isWaitingNote, nameKind } from './intake/file-names.ts';
export { createInboxLease, type Inbox, isMounted, openInbox } from './intake/inbox.ts';
export { type ReportHour, writeMorningReports } from './intake/morning-reports.ts';
export { unansweredBy } from './intake/preflight/ask-platform.ts';
export { createPreflight, type IntakePreflight } from './intake/preflight/asking.ts';
export { createKeptAnswers, type KeptAnswers } from './intake/preflight/kept-answers.ts';
export { type Preflight, preflight, type Told, type Unasked } from './intake/preflight/preflight.ts';
export type { Sample } from './intake/preflight/samples.ts';
export type { Receipt } from './intake/receipt.ts';
export { featureOf, headOf, resultOf, type TaskResult } from './intake/result-lines.ts';
export { writeDueResults } from './intake/results.ts';
export { type Intake, type Taken, takeFile } from './intake/take-file.ts';
export { forgetTakings } from './intake/taking.ts';
export { removeStaleNotes, type WaitingNote } from './intake/waiting-note.ts';
export type { ReportWriter } from './intake/write-report.ts';
export { launchKeyOf } from './launch/launch-key.ts';
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
export { type CostSum, readBatchCosts, type TaskCost, tidySum } from './ledger/cost.ts';
export { createKeys, trackQueue } from './ledger/keys.ts';
export { finishLaunch, recordLaunched, recordLost, requeue, type TaskPlace, writeIntent } from './ledger/launching.ts';
export { type MovedSpan, movedAtMs, readMoved, secondsOf } from './ledger/moved.ts';
export { ledgerNow, readTasks, walkGrid } from './ledger/reading.ts';
export { claimDue, closeTask, settle, usualDurations } from './ledger/sweeping.ts';
export { readSomeZones, type TaskLine, walkTasks, walkZones, type ZoneLine } from './ledger/task-lines.ts';
export type { TaskRecord } from './ledger/task-record.ts';
export { type Moment, readTimeline } from './ledger/timeline.ts';
export { zonesInOrder } from './ledger/zone-texts.ts';
export { deliverOnce } from './notices/deliver.ts';
export { type EndFacts, type EndForecast, forecastEnd } from './notices/forecast-end.ts';
export { noticeKinds } from './notices/notice.ts';
export { createHeraldLease } from './notices/notice-log.ts';
export { type PastHold, readPastHolds } from './notices/past-holds.ts';
export { type Marks, type ProgressFacts, progressIsReal } from './notices/progress.ts';
export { readProgress } from './notices/read-progress.ts';
export { tellDeadlinesOutOfReach } from './notices/watch-deadlines.ts';
export { type BatchSummary, readProviderStatus, readSummaries, readSummary, settledCount } from './overview.ts';
export { type HoldKind, holdKinds, liftHold, type PlacedHold, placeHold, readHolds } from './pacing/holds.ts';
export { createQueueTelemetry } from './queue-telemetry.ts';
export { createQueues, ensureTracked, jobDataOf, type ProviderQueues, startTaskWorker } from './queues.ts';
export { type RecoverOptions, type RecoverProgress, type Recovery, recoverLedger } from './recover/recover.ts';
export {
  type Asker,
  askOffers,
  knownOffers,
  linkOrigin,
  type OfferLine,
  type Offers,
  offerLine,
  offerLineSchema,
  openResult,
  succeededTasks,
} from './results.ts';
export { type RunningProvider, startProvider } from './start.ts';
export { bucketsMs, readTally, type Tally, type Times } from './tally.ts';
export { watch } from './watchdog.ts';
export { explainTask, type Why } from './why.ts';
