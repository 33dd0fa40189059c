import { type Phase, redrivablePhases, type Zone } from '@nightpass/core';
import type { BatchRecord } from '../ledger/batch-record.ts';
import type { LedgerContext } from '../ledger/context.ts';
import { readSomeZones, type TaskLine, walkTasks } from '../ledger/task-lines.ts';
import { createFamilies, type Families } from './families.ts';
import { type FailureShape, shapeOf } from './shape.ts';

/** A task that ended badly or was parked, and the shape of why. */
export interface Failure {
  task: TaskLine;
  zone: Pick<Zone, 'imageId' | 'location'>;
  shape: FailureShape;
}

const badPhases: readonly Phase[] = redrivablePhases;
export const isBad = (phase: Phase) => badPhases.includes(phase);

export const failureOf = (task: TaskLine, zone: Failure['zone']): Failure => ({
  task,
  zone,
  shape: shapeOf(task.rule, task.reason),
});

/** Everything that ended badly in a batch, in the order of its grid; never more than a page of it in memory. */
export async function* walkFailures(
  ledger: LedgerContext,
  batch: BatchRecord,
  { phases = badPhases, signal }: { phases?: readonly Phase[]; signal?: AbortSignal } = {},
): AsyncGenerator<Failure, void> {
  for await (const page of walkTasks(ledger, batch, (phase) => phases.includes(phase) && isBad(phase))) {
    signal?.throwIfAborted();
    const wanted = page.map(({ zoneIndex }) => zoneIndex);
    const zones = await readSomeZones(ledger, batch, wanted);
    for (const task of page) {
      const zone = zones.get(task.zoneIndex);
      if (zone) yield failureOf(task, zone);
    }
  }
}

/** The families of failures of a batch, as it stands now. */
export async function familiesOf(
  ledger: LedgerContext,
  batch: BatchRecord,
  options: { phases?: readonly Phase[]; signal?: AbortSignal } = {},
): Promise<Families> {
  const families = createFamilies();
  for await (const failure of walkFailures(ledger, batch, options)) families.add(failure);
  return families;
}
