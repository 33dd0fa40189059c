import { phases } from '@nightpass/core';
import type { FailureFamily } from '@nightpass/engine';
import type { Clock } from '../clock.ts';
import { stepsForFamily } from '../next-steps.ts';
import type { Snapshot } from '../snapshot.ts';
import { many, num, oneLine } from '../words.ts';
import { type Html, html, type Part, theirs } from './markup.ts';
import { commands } from './sections.ts';
import { sign } from './signs.ts';

/** More would be read by nobody; the other formats have them all. */
const shown = 40;

export function familiesSection(snapshot: Snapshot, clock: Clock): Part {
  const { families, otherFailures } = snapshot;
  if (families.length === 0) return undefined;
  const rest = families.slice(shown);
  const restCount = rest.reduce((sum, { count }) => sum + count, otherFailures);
  return html`<section aria-labelledby="families"><h2 id="families">What went wrong, by cause</h2>
${families.slice(0, shown).map((family) => familyCard(family, snapshot, clock))}
${restCount > 0 && html`<p class="muted">and ${many(restCount, 'task')} of ${num(rest.length)} smaller families: <code>nightpass report ${snapshot.batch.id} --format json</code> has them</p>`}</section>`;
}

function familyCard(family: FailureFamily, snapshot: Snapshot, clock: Clock): Html {
  const { id, count, rule, text, example } = family;
  const shared = sharedWords(family, snapshot, clock);
  return html`<article class="card" aria-labelledby="${id}"><span class="count">${num(count)}</span>
<h3 id="${id}">${theirs(text || rule || 'cancelled before it was launched')}</h3>
<p class="muted">family <code>${id}</code>${rule !== '' && html` · rule <code>${rule}</code>`} · ${phaseCounts(family)}</p>
${example.reason !== undefined && html`<blockquote>${theirs(oneLine(example.reason))} <small>as <code>${example.task}</code> says it</small></blockquote>`}
${shared.length > 0 && html`<p>${count === 1 ? '' : 'What they share: '}${shared.map((part, i) => html`${i > 0 && ', '}${part}`)}.</p>`}
<p class="muted">${seen(family, clock)}</p>
${commands(stepsForFamily(snapshot.batch.id, family))}</article>`;
}

const phaseCounts = ({ phases: counts }: FailureFamily): Html[] =>
  phases.flatMap((phase) => {
    const n = counts[phase] ?? 0;
    return n > 0 ? [html`${sign(phase)}${num(n)} ${phase} `] : [];
  });

function sharedWords({ shared }: FailureFamily, { processes, batch }: Snapshot, clock: Clock): Html[] {
  const words: Html[] = [];
  // Where there is but one, it tells nothing.
  if (shared.process !== undefined && batch.processCount > 1) {
    const { process } = shared;
    words.push(html`process ${theirs(oneLine(processes[process]?.name ?? '', 80))} (${process})`);
  }
  if (shared.location !== undefined && batch.zoneCount > 1) {
    words.push(html`place ${theirs(oneLine(shared.location, 80))}`);
  }
  if (shared.imageId !== undefined && batch.zoneCount > 1) {
    words.push(html`image <code>${oneLine(shared.imageId, 80)}</code>`);
  }
  if (shared.hourAtMs !== undefined) {
    words.push(html`the hour from ${clock.short(shared.hourAtMs)} to ${clock.hour(shared.hourAtMs + 3_600_000)}`);
  }
  return words;
}

function seen({ firstAtMs, lastAtMs }: FailureFamily, clock: Clock): string {
  if (firstAtMs === undefined || lastAtMs === undefined) return 'no time on record';
  if (clock.full(firstAtMs) === clock.full(lastAtMs)) return `seen ${clock.full(firstAtMs)}`;
  return `first seen ${clock.full(firstAtMs)}, last ${clock.full(lastAtMs)}`;
}
