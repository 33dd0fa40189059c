export { type Call, calls, type FaultRule, faultRule, faultScript } from './fault-script.ts';
export { type Behaviour, type BehaviourOf, type SimulatorKind, simulatorKinds } from './kinds.ts';
export type { CallCounts, Counts, RequestFilter, RequestRecord } from './request-log.ts';
export { readSimulatorScript, type SimulatorScript } from './script.ts';
export { type Simulator, type SimulatorOptions, startSimulator } from './simulator.ts';
export type { JobTruth, LaunchedTwice } from './truth.ts';
