export { type Call, calls, type FaultRule, faultRule, faultScript } from './fault-script.ts';
export type { CallCounts, Counts, RequestFilter, RequestRecord } from './request-log.ts';
export {
  type Behaviour,
  readSimulatorScript,
  type SimulatorKind,
  type SimulatorScript,
  simulatorKinds,
  simulatorScript,
} from './script.ts';
export { type Simulator, type SimulatorOptions, startSimulator } from './simulator.ts';
export type { JobTruth, LaunchedTwice } from './truth.ts';
