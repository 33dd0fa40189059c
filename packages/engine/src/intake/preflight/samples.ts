import {
  type BatchContent,
  type BatchId,
  filledInputs,
  filledProcessGraph,
  type Task,
  taskIdOf,
} from '@nightpass/core';

/** Which tasks of a batch are asked about: what differs in its values only, a platform would judge the same. */

export interface Sample {
  task: Task;
  provider: string;
  /** Equal where the same process is given values of the same shape. */
  shape: string;
}

/** Of one process: its first zone, and the first of each other shape. */
const mostOfAProcess = 8;
const mostOfABatch = 500;
/** Of a large batch, zones are looked at in even steps: nobody else has a turn while inputs are filled. */
const mostLookedAt = 20_000;

export function samplesOf(content: BatchContent, id: BatchId, providers: readonly string[]): Sample[] {
  const { processes, zones } = content;
  const step = Math.max(1, Math.ceil((processes.length * zones.length) / mostLookedAt));
  const each = Math.max(1, Math.min(mostOfAProcess, Math.floor(mostOfABatch / processes.length)));
  const samples: Sample[] = [];
  for (const [processIndex, process] of processes.slice(0, mostOfABatch).entries()) {
    const shapes = new Set<string>();
    for (let zoneIndex = 0; zoneIndex < zones.length && shapes.size < each; zoneIndex += step) {
      const zone = zones[zoneIndex];
      if (!zone) break;
      const ref = { batchId: id, processIndex, zoneIndex };
      const task: Task = { ...ref, id: taskIdOf(ref), process, zone };
      const shape = shapeOfTask(task);
      if (shapes.has(shape)) continue;
      shapes.add(shape);
      samples.push({ task, provider: providers[processIndex] ?? '', shape });
    }
  }
  return samples;
}

function shapeOfTask(task: Task): string {
  const { process, zone } = task;
  if (process.inputs) return shapeOf(filledInputs(task), 0);
  if (process.processGraph) return shapeOf(filledProcessGraph(task), 0);
  return zone.image2Id === undefined ? 'one image' : 'two images';
}

const deepest = 12;
/** Of a longer list the first ones stand for the rest: a ring may have a million positions. */
const mostOfAList = 16;

function shapeOf(value: unknown, depth: number): string {
  if (value === null) return 'null';
  // Of coordinates, some happen to be whole: only an input that is a number by itself may have to be.
  if (typeof value === 'number') return depth < 2 && Number.isInteger(value) ? 'integer' : 'number';
  if (typeof value !== 'object') return typeof value;
  if (depth === deepest) return 'deep';
  if (Array.isArray(value)) {
    const items = new Set(value.slice(0, mostOfAList).map((item) => shapeOf(item, depth + 1)));
    return `[${[...items].join()}]`;
  }
  return `{${Object.entries(value).map(([key, inner]) => `${JSON.stringify(key)}:${shapeOf(inner, depth + 1)}`)}}`;
}
