import type { Phase } from '@nightpass/core';
import type { Counts } from '@nightpass/engine';
import { num, phaseOrder, total } from '../words.ts';
import { type Html, html } from './markup.ts';

/** Phases as people see them: a word, a sign and a colour, never the colour alone. */

/** Paths in a box of 16 by 16, drawn with a stroke. */
export const signPaths: Record<Phase, string> = {
  queued: 'M8 2.5a5.5 5.5 0 1 0 0 11a5.5 5.5 0 0 0 0-11z',
  launching: 'M8 13V3M4 7l4-4 4 4',
  unconfirmed: 'M5.5 6a2.5 2.5 0 1 1 3.7 2.2C8.4 8.7 8 9.2 8 10M8 13h.01',
  running: 'M5 3.5l7 4.5-7 4.5z',
  succeeded: 'M3 8.5l3.5 3.5L13 5',
  failed: 'M4 4l8 8M12 4l-8 8',
  cancelled: 'M3.5 8h9',
  expired: 'M8 2.5a5.5 5.5 0 1 0 0 11a5.5 5.5 0 0 0 0-11zM8 5v3l2 1.5',
  parked: 'M5.5 3.5v9M10.5 3.5v9',
};

export const sign = (phase: Phase): Html =>
  html`<svg class="sign phase-${phase}" viewBox="0 0 16 16" aria-hidden="true"><path d="${signPaths[phase]}"/></svg>`;

export const phasesIn = (counts: Partial<Counts>): Phase[] => phaseOrder.filter((phase) => (counts[phase] ?? 0) > 0);

/** What is there at all is never too thin to be seen. */
export function bar(counts: Counts): Html {
  const shown = phasesIn(counts);
  const widths = shown.map((phase) => Math.max((counts[phase] / total(counts)) * 100, 0.6));
  const scale = 100 / widths.reduce((sum, width) => sum + width, 0);
  let x = 0;
  const parts = shown.map((phase, i) => {
    const width = (widths[i] ?? 0) * scale;
    const rect = html`<rect class="phase-${phase}" x="${x.toFixed(3)}%" y="0" width="${width.toFixed(3)}%" height="100%"><title>${phase}: ${num(counts[phase])}</title></rect>`;
    x += width;
    return rect;
  });
  const label = shown.map((phase) => `${num(counts[phase])} ${phase}`).join(', ');
  return html`<svg class="bar" role="img" aria-label="${label}">${parts}</svg>`;
}
