import { type BatchContent, type Fault, findPlaces } from '@nightpass/core';

/** Faults of a dropped file that its content alone does not show. */

export const fileFault = (found: string, expected: string): Fault => ({
  line: 1,
  column: 1,
  path: '',
  found,
  expected,
});

const mib = (bytes: number) => `${Number((bytes / 1024 ** 2).toFixed(2))} MiB`;

export const tooLarge = (sizeBytes: number, mostBytes: number) =>
  fileFault(`a file of ${mib(sizeBytes)}`, `at most ${mib(mostBytes)}`);

/** All of its tasks would expire at once: certainly not what was meant. */
export function pastDeadline({ deadlineMs }: BatchContent, nowMs: number, bytes: Uint8Array): Fault | undefined {
  if (deadlineMs === undefined || deadlineMs > nowMs) return undefined;
  const place = findPlaces(new TextDecoder().decode(bytes), [['deadline']])(['deadline']) ?? { line: 1, column: 1 };
  const found = `${new Date(deadlineMs).toISOString()}, which has passed`;
  return { ...place, path: 'deadline', found, expected: 'a time that is still to come' };
}
