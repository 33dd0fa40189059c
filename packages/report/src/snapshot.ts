import type { Phase, Process, TaskId } from '@nightpass/core';
import type { BatchRecord, Counts, FailureFamily, PastHold } from '@nightpass/engine';
import type { Quantiles } from './quantiles.ts';
import type { Timeline } from './timeline.ts';

/** A batch as it stood at one moment: all that its report tells. Some bytes a task, whatever the tasks have to say. */
export interface Snapshot {
  batch: BatchRecord;
  processes: readonly Process[];
  /** When it was read, on the ledger's clock. */
  atMs: number;
  /** Whether nothing in it can happen by itself any more. */
  over: boolean;
  /** Counted from the grid: they agree with it whatever happened meanwhile. */
  counts: Counts;
  /** A byte a task, process by process: its phase, as an index into core's `phases`. */
  grid: Uint8Array;
  /** 0, or the place of its family in `families` counted from 1; beyond the last of them, one of the others. */
  familyOf: Uint16Array;
  zones: ZoneTable;
  timeline: Timeline;
  perProcess: readonly ProcessAccount[];
  /** Largest first. */
  families: readonly FailureFamily[];
  /** Failures of causes beyond those that are told apart. */
  otherFailures: number;
  parked: readonly Parked[];
  holds: readonly PastHold[];
  /** What open tasks wait for, most first. */
  waiting: readonly Waiting[];
  firstLaunchAtMs: number | undefined;
  lastEndAtMs: number | undefined;
  /** Launches sent, all attempts together. */
  launches: number;
  /** By provider and unit. */
  costs: readonly ProviderCost[];
}

export interface ProviderCost extends CostOfTasks {
  provider: string;
  /** All the batch's tasks on that provider. */
  of: number;
}

export interface ZoneTable {
  /** Of each zone, which of `names` is its location. */
  nameOf: Uint32Array;
  names: readonly string[];
  /** As the file calls them; empty where that is their index. */
  ids: readonly string[] | undefined;
  /** Of each zone, in steps of `stepDegrees`: longitude and latitude of its middle, width and height. */
  boxes: Int32Array;
  stepDegrees: number;
}

export interface ProcessAccount {
  provider: string;
  counts: Counts;
  /** Of those that succeeded, from launch to end. Undefined where there is none. */
  durations: Quantiles | undefined;
  /** What was told of its jobs, by unit. */
  costs: readonly CostOfTasks[];
}

/** A sum in a platform's own unit. */
export interface CostOfTasks {
  unit: string;
  total: number;
  /** Of how many tasks it was told: it says nothing of the others. */
  tasks: number;
}

export interface Parked {
  task: TaskId;
  location: string;
  processIndex: number;
  sinceMs: number | undefined;
  rule: string;
  reason: string | undefined;
  remoteJobId: string | undefined;
}

export interface Waiting {
  phase: Phase;
  provider: string;
  /** Of the reason; empty where none is on record: its turn has not come. */
  text: string;
  count: number;
}
