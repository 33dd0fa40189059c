export {
  type AuthConfig,
  authConfig,
  authFor,
  isSecureUrl,
  type OidcConfig,
  type OidcGrant,
  oidcGrantOf,
} from './auth-config.ts';
export type { BatchContent, Fault } from './batch.ts';
export { batchIdOf, contentHashOf } from './batch-id.ts';
export { batchJsonSchema } from './batch-schema.ts';
export { describeValue, formatFault, formatPath, type JsonPath } from './fault.ts';
export { filledInputs, filledProcessGraph } from './inputs/fill.ts';
export { missedBy, type Takes } from './inputs/takes.ts';
export { findPlaces } from './json-places.ts';
export type { JsonObject, JsonValue } from './json-value.ts';
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
  Cost,
  FindAnswer,
  FindRequest,
  LaunchAnswer,
  LaunchCall,
  Launched,
  LaunchRequest,
  LookAnswer,
  LookManyAnswer,
  OpenAnswer,
  OpenCall,
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
  type BaseProviderConfig,
  baseProviderConfig,
  type Limits,
  limitsOf,
} from './provider-config.ts';
export { type BatchReading, readBatch } from './read-batch.ts';
export { mayAs, type Role, roles } from './role.ts';
export { span } from './span.ts';
export type { SavedLogin, StoredLogin } from './stored-login.ts';
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
