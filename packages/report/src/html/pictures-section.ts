import { phases } from '@nightpass/core';
import type { Snapshot } from '../snapshot.ts';
import { num, oneLine } from '../words.ts';
import { type Html, html } from './markup.ts';
import type { PageFacts } from './page-facts.ts';
import { phasesIn, sign } from './signs.ts';

/** Where the script paints every task and every zone, and what it needs to be told. */

const noScript = html`<noscript>This picture needs scripts, which are off here. Everything else on this page stands without them.</noscript>`;

export function gridSection({ counts }: Snapshot): Html {
  return html`<section aria-labelledby="grid-title"><h2 id="grid-title">Every task</h2>
<p class="muted">A cell a task: each process is a band, its zones fill it row by row. Seen from far, the worst of what lies under a point shows.</p>
<div class="picture"><div class="tools" role="group" aria-label="Show one phase alone">${phasesIn(counts).map(
    (phase) =>
      html`<button type="button" data-solo="${phase}" aria-pressed="false">${sign(phase)}${phase} ${num(counts[phase])}</button>`,
  )}</div>
${tools('grid', html`<button type="button" data-on="grid" data-do="next">Next to look at</button>`)}
<canvas id="grid" tabindex="0" role="application" aria-label="Grid of every task. Arrow keys go from task to task, n and p to the next and the previous that needs a look, plus and minus zoom, 0 shows all." aria-describedby="grid-told"></canvas>
<output class="told" id="grid-told" for="grid">Point at a cell, or go with the arrow keys. Once you clicked, the wheel zooms; drag to move.</output>${noScript}</div></section>`;
}

export function mapSection(): Html {
  return html`<section aria-labelledby="map-title"><h2 id="map-title">Where</h2>
<p class="muted">A mark a zone, as the worst of its tasks stands. The coast is coarse; zones are drawn where their boxes lie.</p>
<div class="picture">${tools('map')}
<canvas id="map" tabindex="0" role="application" aria-label="Map of the zones. Arrow keys move it, plus and minus zoom, 0 shows all." aria-describedby="map-told"></canvas>
<output class="told" id="map-told" for="map">Point at a zone; a click shows its worst task in the grid above.</output>${noScript}</div></section>`;
}

const tools = (on: string, more?: Html): Html =>
  html`<div class="tools" role="group" aria-label="Zoom"><button type="button" data-on="${on}" data-do="closer" aria-label="Closer">+</button><button type="button" data-on="${on}" data-do="farther" aria-label="Farther">−</button><button type="button" data-on="${on}" data-do="whole">All of it</button>${more}</div>`;

/** Others look for the batch in a report by its first lines: it stands first. */
export function pageFacts({ batch, processes, families, zones }: Snapshot): Html {
  const facts: PageFacts = {
    nightpass: 1,
    batch: batch.id,
    processCount: batch.processCount,
    zoneCount: batch.zoneCount,
    stepDegrees: zones.stepDegrees,
    phases,
    processes: processes.map(({ name }) => oneLine(name, 120)),
    families: families.slice(0, familiesKept).map(({ id, rule, text }) => ({ id, text: text || rule })),
  };
  const json = JSON.stringify(facts).replace(/</g, '\\u003c');
  return { html: `<script type="application/json" id="facts">${json}</script>` };
}

/** Told apart in the grid: a byte a task says which. The last stands for all others. */
export const familiesKept = 254;
