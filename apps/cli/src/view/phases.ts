import { openPhases, type Phase, phases } from '@nightpass/core';
import { type Counts, settledCount } from '@nightpass/engine';
import type { Cli } from '../cli.ts';
import { thousands } from './words.ts';

type Colors = Cli['colors'];

/** One colour a phase, everywhere. */
export function phaseColor(colors: Colors, phase: Phase): (text: string) => string {
  switch (phase) {
    case 'succeeded':
      return colors.green;
    case 'failed':
    case 'expired':
      return colors.red;
    case 'parked':
    case 'unconfirmed':
      return colors.yellow;
    case 'running':
    case 'launching':
      return colors.cyan;
    case 'queued':
    case 'cancelled':
      return colors.dim;
    default:
      return phase satisfies never;
  }
}

/** e.g. `8 succeeded · 1 failed · 3 running`: ended ones first, none that is 0. */
export function phaseWords(colors: Colors, counts: Counts): string {
  const inOrder: Phase[] = [...phases.filter((phase) => !isOpen(phase)), ...openPhases.toReversed()];
  const words = inOrder
    .filter((phase) => counts[phase] > 0)
    .map((phase) => phaseColor(colors, phase)(`${thousands(counts[phase])} ${phase}`));
  return words.join(colors.dim(' · '));
}

/** A bar in which each phase has its share: ended ones from the left, what waits at the right. */
export function phaseBar(colors: Colors, counts: Counts, width: number): string {
  const order: Phase[] = ['succeeded', 'cancelled', 'failed', 'expired', 'parked'];
  const moving: Phase[] = ['running', 'unconfirmed', 'launching'];
  const total = phases.reduce((sum, phase) => sum + counts[phase], 0);
  if (total === 0) return colors.dim('·'.repeat(width));
  const cells = cellsOf(
    [...order, ...moving].map((phase) => counts[phase]),
    total,
    width,
  );
  const drawn = [...order, ...moving].map((phase, i) => {
    const text = (moving.includes(phase) ? '▒' : '█').repeat(cells[i] ?? 0);
    return phaseColor(colors, phase)(text);
  });
  const rest = width - cells.reduce((sum, n) => sum + n, 0);
  return drawn.join('') + colors.dim('·'.repeat(rest));
}

/** Whole cells by the largest remainders; nobody who is there at all has none, while there is room. */
function cellsOf(parts: readonly number[], total: number, width: number): number[] {
  const cells: number[] = [];
  let upTo = 0;
  let drawn = 0;
  for (const part of parts) {
    upTo += part;
    const edge = Math.round((upTo / total) * width);
    const own = Math.max(part > 0 ? 1 : 0, edge - drawn);
    cells.push(Math.min(own, width - drawn));
    drawn += cells.at(-1) ?? 0;
  }
  return cells;
}

export function isOpen(phase: Phase): boolean {
  return (openPhases as readonly Phase[]).includes(phase);
}

export const openCount = (counts: Counts) => openPhases.reduce((sum, phase) => sum + counts[phase], 0);

/** Whole per cent, and never 100 before the end. */
export function percentSettled(counts: Counts, total: number): number {
  return total === 0 ? 100 : Math.floor((settledCount(counts) / total) * 100);
}
