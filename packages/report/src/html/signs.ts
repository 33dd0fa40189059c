import type { Phase } from '@nightpass/core';
import type { Counts } from '@nightpass/engine';
import { looks } from '@nightpass/pictures/phases';
import { num, phaseOrder, total } from '../words.ts';
import { type Html, html } from './markup.ts';

/** Phases as people see them: a word, a sign and a colour, never the colour alone. */

export const sign = (phase: Phase): Html =>
  html`<svg class="sign phase-${phase}" viewBox="0 0 16 16" aria-hidden="true"><path d="${looks[phase].sign}"/></svg>`;

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
