export type { BatchContent, Fault } from './batch.ts';
export { batchIdOf, contentHashOf } from './batch-id.ts';
export { batchJsonSchema } from './batch-schema.ts';
export { formatFault, formatPath, type JsonPath } from './fault.ts';
export { findPlaces } from './json-places.ts';
export { isTimeZone, type LaunchWindow, type WindowState, windowAt } from './launch-window.ts';
export {
  afterCancel,
  afterFind,
  afterLaunch,
  afterLook,
  type CancelIntent,
  cancelIsDue,
  type Hold,
  type Policy,
  type RunningTask,
  type UnconfirmedTask,
  type Verdict,
} from './lifecycle.ts';
export { type Log, silentLog } from './log.ts';
export { cancelTriesAtMost } from './look-pace.ts';
export {
  type EndPhase,
  isEnd,
  openPhases,
  type Phase,
  phaseByte,
  phaseOfByte,
  phases,
  redrivablePhases,
} from './phase.ts';
export type {
  Call,
  CallFailure,
  CancelAnswer,
  Catalogue,
  FindAnswer,
  FindRequest,
  LaunchAnswer,
  LaunchCall,
  Launched,
  LaunchRequest,
  LookAnswer,
  LookManyAnswer,
  ProcessDescription,
  ProcessInput,
  ProcessSummary,
  Provider,
  RemoteJob,
  RemoteState,
  RemoteStatus,
  ResultLink,
  Survey,
  SurveyAnswer,
  SurveyedJob,
  SurveyQuery,
} from './provider.ts';
export {
  type AuthConfig,
  authConfig,
  type BaseProviderConfig,
  baseProviderConfig,
  type Limits,
  limitsOf,
} from './provider-config.ts';
export { type BatchReading, readBatch } from './read-batch.ts';
export {
  type BatchId,
  type Polygon,
  type Process,
  parseTaskId,
  type Task,
  type TaskId,
  type TaskRef,
  taskIdOf,
  type Zone,
} from './task.ts';
