import type { Phase, TaskId } from '@nightpass/core';
import type { FailureShape } from './shape.ts';
import { createTally, type Tally } from './tally.ts';
import type { Failure } from './walk-failures.ts';

/** Failures grouped by their shape, as a stream of them goes by: what it holds does not grow with their number. */

export interface FailureFamily extends FailureShape {
  count: number;
  /** The one that was told first, with its own words. */
  example: { task: TaskId; reason: string | undefined };
  /** What at least nine in ten of them have in common. Nothing of a family of one. */
  shared: Shared;
  /** Unix ms; undefined where no end is on record. */
  firstAtMs: number | undefined;
  lastAtMs: number | undefined;
  /** How many ended in which phase. */
  phases: Partial<Record<Phase, number>>;
}

export interface Shared {
  /** Its index in the batch. */
  process?: number;
  imageId?: string;
  location?: string;
  /** The hour in which they ended: its first moment, Unix ms. */
  hourAtMs?: number;
}

export interface Families {
  add(failure: Failure): void;
  /** Largest first. */
  list(): FailureFamily[];
  /** Failures of kinds beyond those that are told apart. */
  others(): number;
}

const share = 0.9;
/** More causes than a person would read. */
const mostFamilies = 1000;
const hourMs = 3_600_000;

interface Growing {
  family: FailureFamily;
  process: Tally;
  imageId: Tally;
  location: Tally;
  hour: Tally;
}

export function createFamilies(most = mostFamilies): Families {
  const growing = new Map<string, Growing>();
  let others = 0;
  return {
    add(failure) {
      const known = growing.get(failure.shape.id);
      if (!known && growing.size >= most) {
        others += 1;
        return;
      }
      const its = known ?? begin(failure);
      if (!known) growing.set(failure.shape.id, its);
      grow(its, failure);
    },
    list: () =>
      [...growing.values()]
        .map((its) => ({ ...its.family, shared: sharedOf(its) }))
        .sort((a, b) => b.count - a.count || (a.id < b.id ? -1 : 1)),
    others: () => others,
  };
}

function begin({ shape, task }: Failure): Growing {
  return {
    family: {
      ...shape,
      count: 0,
      example: { task: task.id, reason: task.reason },
      shared: {},
      firstAtMs: undefined,
      lastAtMs: undefined,
      phases: {},
    },
    process: createTally(),
    imageId: createTally(),
    location: createTally(),
    hour: createTally(),
  };
}

function grow({ family, process, imageId, location, hour }: Growing, { task, zone }: Failure): void {
  const { phase, endedAtMs } = task;
  family.count += 1;
  family.phases[phase] = (family.phases[phase] ?? 0) + 1;
  process.add(String(task.processIndex));
  imageId.add(zone.imageId);
  location.add(zone.location);
  hour.add(endedAtMs === undefined ? '' : String(Math.floor(endedAtMs / hourMs) * hourMs));
  if (endedAtMs === undefined) return;
  family.firstAtMs = Math.min(endedAtMs, family.firstAtMs ?? endedAtMs);
  family.lastAtMs = Math.max(endedAtMs, family.lastAtMs ?? endedAtMs);
}

function sharedOf({ family, process, imageId, location, hour }: Growing): Shared {
  if (family.count < 2) return {};
  const by = { process: process.shared(share), image: imageId.shared(share), place: location.shared(share) };
  const within = hour.shared(share);
  return {
    ...(by.process && { process: Number(by.process.value) }),
    ...(by.image?.value && { imageId: by.image.value }),
    ...(by.place?.value && { location: by.place.value }),
    ...(within?.value && { hourAtMs: Number(within.value) }),
  };
}
