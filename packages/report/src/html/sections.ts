import { span } from '@nightpass/core';
import { looks } from '@nightpass/pictures/phases';
import type { Clock } from '../clock.ts';
import { type Step, stepsForOpen, stepsForParked } from '../next-steps.ts';
import type { ProcessAccount, Snapshot } from '../snapshot.ts';
import { amount, headline, many, num, oneLine, openCount, percent, total } from '../words.ts';
import { type Html, html, type Part, theirs } from './markup.ts';
import { bar, phasesIn, sign } from './signs.ts';
import { timelinePicture, timelineTable } from './timeline-picture.ts';

/** What the report tells in words and tables: all of it can be read without the script, and on paper. */

export function headSection(snapshot: Snapshot, clock: Clock): Html {
  const { batch, counts, over, atMs, costs } = snapshot;
  const { good, text } = headline(counts);
  const when = over
    ? html`Over since ${time(batch.endedAtMs ?? atMs, clock)}, ${span((batch.endedAtMs ?? atMs) - batch.acceptedAtMs)} after it was accepted.`
    : html`<b>Not over yet:</b> this is how it stood at ${time(atMs, clock)}.`;
  return html`<h1>${theirs(oneLine(batch.name ?? batch.file))}</h1>
<p class="muted">Report of batch <code>${batch.id}</code>, ${many(batch.processCount, 'process', 'processes')} × ${many(batch.zoneCount, 'zone')} = ${many(batch.taskCount, 'task')}</p>
<p class="verdict ${good ? 'good' : 'bad'}">${sign(good ? 'succeeded' : 'failed')}${text}</p>
${costs.map(({ total, unit, provider, tasks, of }) => html`<p>Cost${!over && ' so far'}: <b>${amount(total)} ${theirs(oneLine(unit))}</b> on ${provider}, told for ${num(tasks)} of ${many(of, 'task')}.</p>\n`)}<p>${when}${!over && commands(stepsForOpen(batch.id))}</p>
${bar(counts)}
<ul class="legend">${phasesIn(counts).map(
    (phase) =>
      html`<li>${sign(phase)}<b>${num(counts[phase])}</b> ${phase} <small>${percent(counts[phase], total(counts))}, ${looks[phase].says}</small></li>`,
  )}</ul>`;
}

export const time = (ms: number, clock: Clock): Html =>
  html`<time datetime="${new Date(ms).toISOString()}">${clock.full(ms)} (${clock.offset(ms)})</time>`;

export function commands(steps: readonly Step[]): Html {
  const lines = steps.map(({ command, says }) => html`${command}  <span class="says"># ${says}</span>\n`);
  return html`<pre tabindex="0" aria-label="Commands"><code>${lines}</code></pre>`;
}

/** Beyond these they are folded away, and beyond those the commands tell more. */
const parkedInSight = 20;
const parkedShown = 200;

export function parkedSection({ batch, counts, parked, processes }: Snapshot, clock: Clock): Part {
  if (counts.parked === 0) return undefined;
  const shown = parked.slice(0, parkedShown);
  const rows = shown.map((it) => [
    html`<code>${it.task}</code>`,
    theirs(oneLine(it.location, 80)),
    theirs(oneLine(processes[it.processIndex]?.name ?? '', 80)),
    it.sinceMs === undefined ? '' : clock.short(it.sinceMs),
    html`${theirs(oneLine(it.reason ?? it.rule))}${it.remoteJobId !== undefined && html` <small>remote job <code>${oneLine(it.remoteJobId)}</code></small>`}`,
  ]);
  const heads = ['Task', 'Where', 'What', 'Since', 'Why'];
  const folded = rows.slice(parkedInSight);
  return html`<section aria-labelledby="parked"><h2 id="parked">Parked: a person must decide</h2>
<p>It is not known, or not sure, what became of ${counts.parked === 1 ? 'this launch' : 'these launches'}: look on the platform before a redrive.</p>
${commands(stepsForParked(batch.id))}
${table('Parked tasks', heads, rows.slice(0, parkedInSight))}
${folded.length > 0 && html`<details><summary>${num(folded.length)} more</summary>${table('More parked tasks', heads, folded)}</details>`}
${counts.parked > shown.length && html`<p class="muted">and ${num(counts.parked - shown.length)} that are not listed here</p>`}</section>`;
}

export function timelineSection({ timeline, launches }: Snapshot, clock: Clock): Html {
  return html`<section aria-labelledby="night"><h2 id="night">The night</h2>
<p class="muted">Per ${span(timeline.stepMs)}, in ${clock.timeZone}. ${many(launches, 'launch', 'launches')} in all${timeline.launchesToldBy === 'last' && '; of a task that was launched more than once, the last is shown'}.</p>
<div class="picture">${timelinePicture(timeline, clock)}${timelineTable(timeline, clock)}</div></section>`;
}

export function durationsSection({ processes, perProcess, costs }: Snapshot): Html {
  const tells = costs.length > 0;
  const rows = perProcess.map((account, i) => {
    const { provider, counts, durations } = account;
    const times = durations
      ? [span(durations.medianMs), span(durations.p95Ms), span(durations.longestMs), num(durations.n)]
      : ['–', '–', '–', '0'];
    return [
      html`${theirs(oneLine(processes[i]?.name ?? '', 120))}<br><small><code>${oneLine(processes[i]?.id ?? '', 120)}</code></small>`,
      provider,
      num(counts.succeeded),
      badly(account),
      openCount(counts) === 0 ? '–' : num(openCount(counts)),
      ...times,
      ...(tells ? [costCell(account)] : []),
    ];
  });
  const heads = [
    'Process',
    'Provider',
    'Succeeded',
    'Ended badly',
    'Open',
    'Median',
    '95th percentile',
    'Longest',
    'n',
    ...(tells ? ['Cost'] : []),
  ];
  return html`<section aria-labelledby="durations"><h2 id="durations">Processes, and how long their jobs took</h2>
<p class="muted">From launch to end, of those that succeeded.</p>
${table('Processes', heads, rows, 2)}</section>`;
}

/** With how many told it, where not all did: nobody is to take a part for the whole. */
function costCell({ counts, costs }: ProcessAccount): Part {
  if (costs.length === 0) return '–';
  return costs.map(
    ({ total: sum, unit, tasks }, i) =>
      html`${i > 0 && html`<br>`}${amount(sum)} ${theirs(oneLine(unit))}${tasks < total(counts) && html`<br><small>told for ${num(tasks)} of ${num(total(counts))}</small>`}`,
  );
}

function badly({ counts }: ProcessAccount): Part {
  const parts = (['failed', 'expired', 'parked', 'cancelled'] as const).filter((phase) => counts[phase] > 0);
  return parts.length === 0 ? '–' : parts.map((phase) => `${num(counts[phase])} ${phase}`).join(', ');
}

export function waitingSection({ waiting, holds, atMs }: Snapshot, clock: Clock): Part {
  if (waiting.length === 0 && holds.length === 0) return undefined;
  const ofHolds = holds.map(({ provider, kind, reason, fromMs, toMs }) => [
    provider,
    kind,
    clock.short(fromMs),
    toMs === undefined ? 'still held' : clock.short(toMs),
    span((toMs ?? atMs) - fromMs),
    theirs(oneLine(reason ?? '')),
  ]);
  const ofTasks = waiting.map(({ phase, provider, text, count }) => [
    num(count),
    html`${sign(phase)}${phase}`,
    provider,
    text === '' ? looks[phase].says : theirs(text),
  ]);
  return html`<section aria-labelledby="waiting"><h2 id="waiting">What was waited for</h2>
${holds.length > 0 && html`<h3>Providers held</h3><p class="muted">While a provider is held, no attempt is spent. Short waits (Retry-After, launch windows) are not listed.</p>${table('Providers held', ['Provider', 'Why', 'From', 'To', 'For', 'Reason'], ofHolds)}`}
${waiting.length > 0 && html`<h3>Tasks that are not over</h3>${table('Open tasks', ['Tasks', 'Phase', 'Provider', 'Waits for'], ofTasks)}`}</section>`;
}

export function aboutSection(snapshot: Snapshot, clock: Clock, versions: Readonly<Record<string, string>>): Html {
  const { batch, atMs, firstLaunchAtMs, lastEndAtMs, launches } = snapshot;
  const fact = (name: string, value: Part) => value !== undefined && html`<div><dt>${name}</dt><dd>${value}</dd></div>`;
  const at = (ms: number | undefined) => (ms === undefined ? undefined : time(ms, clock));
  return html`<section aria-labelledby="about"><h2 id="about">About this report</h2>
<dl class="facts">
${fact('File', theirs(oneLine(batch.file)))}
${fact('Batch', html`<code>${batch.id}</code>`)}
${fact('Content', html`<code>${batch.contentHash.slice(0, 16)}</code>`)}
${fact('Providers', [...new Set(batch.providers)].join(', '))}
${fact('Accepted', at(batch.acceptedAtMs))}
${fact('First launch', at(firstLaunchAtMs))}
${fact('Last end', at(lastEndAtMs))}
${fact('Cancelled', at(batch.cancelledAtMs))}
${fact('No launch after', at(batch.launchByMs))}
${fact('Deadline', at(batch.deadlineMs))}
${fact('Launches', num(launches))}
${fact('Made', at(atMs))}
${fact('Time zone', clock.timeZone)}
${fact(
  'Made by',
  Object.entries(versions)
    .map((it) => it.join(' '))
    .join(', '),
)}
</dl></section>`;
}

/** @param numbersFrom the column from which figures stand, on the right */
function table(label: string, heads: readonly string[], rows: readonly Part[][], numbersFrom = 99): Html {
  const cls = (i: number) => i >= numbersFrom && html` class="n"`;
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${label}"><table><thead><tr>${heads.map((head, i) => html`<th scope="col"${cls(i)}>${head}</th>`)}</tr></thead><tbody>
${rows.map((cells) => html`<tr>${cells.map((cell, i) => html`<td${cls(i)}>${cell}</td>`)}</tr>\n`)}</tbody></table></div>`;
}
