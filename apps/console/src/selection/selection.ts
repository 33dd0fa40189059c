import { codeOf, type Phase, phases } from '@nightpass/pictures/phases';
import { isSpan, type Span, withinSpan } from './span.ts';

/** What is selected in one picture, and so in all: phases, processes, zones, a time. A list without anything means all of them. */

export interface Selection {
  phases: readonly Phase[];
  processes: readonly number[];
  zones: readonly number[];
  span: Span;
}

export const nothing: Selection = { phases: [], processes: [], zones: [], span: {} };

export interface Size {
  processes: number;
  zones: number;
}

export const isEmpty = ({ phases: chosen, processes, zones, span }: Selection): boolean =>
  chosen.length + processes.length + zones.length === 0 && !isSpan(span);

export interface Mask {
  /** Whether a task is selected: by its place in the grid, and the code of its phase. */
  has(index: number, code: number): boolean;
  hasZone(zone: number): boolean;
  hasProcess(process: number): boolean;
}

/** @param seconds when each task last moved; only needed where a time is selected */
export function maskOf(
  selection: Selection,
  { processes, zones }: Size,
  seconds: Uint32Array = new Uint32Array(),
): Mask {
  const byCode = flags(
    phases.length,
    selection.phases.map((phase) => codeOf[phase]),
  );
  const byProcess = flags(processes, selection.processes);
  const byZone = flags(zones, selection.zones);
  const isTimed = isSpan(selection.span);
  const isWithin = withinSpan(selection.span);
  return {
    has: (index, code) =>
      byCode[code] === 1 &&
      byProcess[Math.floor(index / zones)] === 1 &&
      byZone[index % zones] === 1 &&
      (!isTimed || isWithin(seconds[index] ?? 0)),
    hasZone: (zone) => byZone[zone] === 1,
    hasProcess: (process) => byProcess[process] === 1,
  };
}

function flags(size: number, chosen: readonly number[]): Uint8Array {
  if (chosen.length === 0) return new Uint8Array(size).fill(1);
  const all = new Uint8Array(size);
  for (const it of chosen) if (it < size) all[it] = 1;
  return all;
}

/** Tasks by phase, of what is selected. */
export function countSelected(codes: Uint8Array, mask: Mask): Record<Phase, number> {
  const byCode = new Uint32Array(phases.length);
  for (let index = 0; index < codes.length; index++) {
    const code = codes[index] ?? 0;
    if (mask.has(index, code)) byCode[code] = (byCode[code] ?? 0) + 1;
  }
  return Object.fromEntries(phases.map((phase, code) => [phase, byCode[code] ?? 0])) as Record<Phase, number>;
}

/** Where all of them are chosen, nothing is left out: it is said shorter. */
export function tidied(selection: Selection, size: Size): Selection {
  return {
    phases: selection.phases,
    processes: selection.processes.length === size.processes ? [] : selection.processes,
    zones: selection.zones.length === size.zones ? [] : selection.zones,
    span: selection.span,
  };
}
