import type { JsonObject } from './json-value.ts';

/** Who a task is: one process on one zone of one batch. */

export type BatchId = string & { readonly __brand: 'BatchId' };
export type TaskId = string & { readonly __brand: 'TaskId' };

/** A remote algorithm that can be run. Never an operating-system process. */
export interface Process {
  /** The platform's id of the algorithm. */
  id: string;
  name: string;
  /** Empty where a process with inputs or a graph names none. */
  datasetId: string;
  /** Empty where a process with inputs or a graph names none. */
  projectId: string;
  /** The provider that runs it, where the batch file names one. */
  provider: string | undefined;
  /** What it is given, as the batch file writes it, with placeholders: see `filledInputs`. */
  inputs?: JsonObject | undefined;
  /** For openEO, the same: see `filledProcessGraph`. Never together with `inputs`. */
  processGraph?: JsonObject | undefined;
}

export interface Polygon {
  type: 'Polygon';
  /** Closed rings of [longitude, latitude, …] in degrees. */
  coordinates: number[][][];
}

/** An area of interest on a given image. */
export interface Zone {
  /** The file's own number or name of the zone; nothing relies on it. */
  id: string | number | undefined;
  /** Empty where no process of the batch needs one and the zone names none. */
  imageId: string;
  /** The second image of a change detection; undefined where there is none. */
  image2Id: string | undefined;
  location: string;
  project: string | undefined;
  geom: Polygon;
  /** What the file says beyond that, of the keys that a placeholder of the batch names, as it is written there. */
  extras?: JsonObject | undefined;
}

export interface TaskRef {
  batchId: BatchId;
  processIndex: number;
  zoneIndex: number;
}

export interface Task extends TaskRef {
  id: TaskId;
  process: Process;
  zone: Zone;
}

/** Deterministic, so that the same work has the same name after any crash. Also BullMQ's job id: no ":" in it. */
export function taskIdOf(task: TaskRef): TaskId {
  return `${task.batchId}-${task.processIndex}-${task.zoneIndex}` as TaskId;
}

const taskIdPattern = /^([0-9a-z]+)-(0|[1-9]\d{0,8})-(0|[1-9]\d{0,8})$/;

/** The parts of a task id, or undefined where the text is none. */
export function parseTaskId(text: string): TaskRef | undefined {
  const match = taskIdPattern.exec(text);
  if (!match) return undefined;
  const [, batchId, processIndex, zoneIndex] = match;
  return { batchId: batchId as BatchId, processIndex: Number(processIndex), zoneIndex: Number(zoneIndex) };
}
