import { type Phase, phaseByte, phases } from '@nightpass/core';

/** The grid's bytes, without making texts of them. */

const byByte: (Phase | undefined)[] = [];
for (const phase of phases) byByte[phaseByte[phase].charCodeAt(0)] = phase;

export const byteOf = (phase: Phase) => phaseByte[phase].charCodeAt(0);
export const phaseAt = (grid: Buffer, index: number): Phase => byByte[grid[index] ?? 0] ?? 'queued';

/** 1 for each byte that stands for one of these. */
export function phaseMask(wanted: readonly Phase[] | undefined): Uint8Array {
  const mask = new Uint8Array(256);
  for (const phase of wanted ?? phases) mask[byteOf(phase)] = 1;
  return mask;
}

export function countPhases(grid: Buffer, from: number, to: number): Record<Phase, number> {
  const counts = new Uint32Array(256);
  for (let i = from; i < to; i++) {
    const byte = grid[i] ?? 0;
    counts[byte] = (counts[byte] ?? 0) + 1;
  }
  return Object.fromEntries(phases.map((phase) => [phase, counts[byteOf(phase)] ?? 0])) as Record<Phase, number>;
}
