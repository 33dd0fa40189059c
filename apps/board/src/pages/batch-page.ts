import type { Phase, Process } from '@nightpass/core';
import type { BatchRecord } from '@nightpass/engine';
import type { TaskPage } from '../batch-tasks.ts';
import type { OverviewBatch } from '../overview-schema.ts';
import { type Html, html, type Part } from './html.ts';
import { batchPill, endedCount, percent } from './overview-page.ts';
import { bar, barOrder, phaseSays, sign } from './phases.ts';
import { duration, many, num, theirs, time, when } from './words.ts';

export interface BatchFacts {
  record: BatchRecord;
  batch: OverviewBatch;
  processes: Process[];
  page: TaskPage;
  nowMs: number;
}

/** More than these would push the tasks off the page. */
const processesShown = 30;

export function batchPage({ record, batch, processes, page, nowMs }: BatchFacts): Html {
  const { id, name, file, counts } = batch;
  return html`
<p class="crumbs"><a href="/">Overview</a> <span aria-hidden="true">›</span> batch</p>
<div class="head"><h1>${theirs(name ?? file)}</h1>${batchPill(batch)}</div>
<p class="lead"><b>${num(endedCount(batch))}</b> of <b>${num(batch.taskCount)}</b> tasks ended, ${percent(endedCount(batch), batch.taskCount)}. ${
    batch.endedAtMs === undefined
      ? html`Accepted ${time(batch.acceptedAtMs)}, ${when(batch.acceptedAtMs, nowMs)}.`
      : html`Accepted ${time(batch.acceptedAtMs)}, ${counts.parked > 0 ? 'at rest since' : 'ended'} ${time(batch.endedAtMs)}, after ${duration(batch.endedAtMs - batch.acceptedAtMs)}.`
  }</p>
${bar(counts, 'tall')}
<dl class="facts wide">
${fact('Batch', html`<code>${id}</code>`)}
${fact('File', theirs(file))}
${fact('Size', `${many(batch.processCount, 'process', 'processes')} × ${many(batch.zoneCount, 'zone')}`)}
${fact('Priority', batch.priority !== 0 && num(batch.priority))}
${fact('No launch after', record.deadlineMs !== undefined && time(record.deadlineMs))}
${fact('Cancelled', record.cancelledAtMs !== undefined && time(record.cancelledAtMs))}
</dl>
<section aria-labelledby="processes"><h2 id="processes">Processes</h2>
<div class="scroll"><table><thead><tr><th scope="col">#</th><th scope="col">Name</th><th scope="col">Provider</th><th scope="col">Id on the platform</th></tr></thead><tbody>
${processes.slice(0, processesShown).map((process, i) => html`<tr><td class="n">${i}</td><td>${theirs(process.name)}</td><td>${record.providers[i]}</td><td><code>${theirs(process.id)}</code></td></tr>`)}
</tbody></table></div>
${processes.length > processesShown && html`<p class="muted">and ${num(processes.length - processesShown)} more</p>`}
</section>
${taskSection(batch, page)}`;
}

const fact = (label: string, value: Part): Part =>
  value !== false && value !== undefined && html`<div><dt>${label}</dt><dd>${value}</dd></div>`;

function taskSection(batch: OverviewBatch, { phase, tasks, from, to, next }: TaskPage): Html {
  const { id, counts } = batch;
  const href = (wanted: Phase, at = 0) => `/batches/${id}?phase=${wanted}${at > 0 ? `&from=${at}` : ''}#tasks`;
  return html`<section aria-labelledby="tasks"><h2 id="tasks">Tasks</h2>
<nav class="tabs" aria-label="Tasks by phase">${barOrder.map(
    (it) =>
      (counts[it] > 0 || it === phase) &&
      html`<a href="${href(it)}"${it === phase && html` aria-current="page"`}>${sign(it)}${it} <b>${num(counts[it])}</b></a>`,
  )}</nav>
<p class="muted"><b>${phase}</b>: ${phaseSays[phase]}. ${howToAct(phase, id)}</p>
${
  tasks.length === 0
    ? html`<p class="empty">${counts[phase] === 0 ? `No task is ${phase}.` : `None among tasks ${num(from + 1)} to ${num(to)}.`}</p>`
    : html`<div class="scroll"><table class="tasks"><thead><tr><th scope="col">Task</th><th scope="col">Process</th><th scope="col">Location</th><th scope="col">Image</th><th scope="col">What is known</th></tr></thead><tbody>${tasks.map(taskRow)}</tbody></table></div>`
}
<nav class="pager" aria-label="More tasks">${from > 0 && html`<a href="${href(phase)}">From the start</a>`}${next !== undefined && html`<a href="${href(phase, next)}">${tasks.length === 0 ? 'Look further' : 'More'}</a>`}</nav>
</section>`;
}

function taskRow({ task, content }: TaskPage['tasks'][number]): Html {
  const facts: Part[] = [
    task.reason ? theirs(task.reason) : task.message && theirs(task.message),
    task.phase === 'running' &&
      html`${theirs(task.remoteWord ?? 'not looked at yet')}${task.progressPercent !== undefined && `, ${task.progressPercent} %`}`,
    task.job && html`job <code>${theirs(task.job.id)}</code>`,
  ].filter(Boolean);
  return html`<tr><td><a href="/tasks/${task.id}"><code>${task.processIndex}-${task.zoneIndex}</code></a></td><td>${theirs(content?.process.name ?? '?')}</td><td>${theirs(content?.zone.location ?? '?')}</td><td>${content && theirs(images(content.zone))}</td><td>${facts.length === 0 ? html`<span class="muted">nothing sent yet</span>` : facts.map((it, i) => html`${i > 0 && ' · '}${it}`)}</td></tr>`;
}

export const images = ({ imageId, image2Id }: { imageId: string; image2Id: string | undefined }) =>
  image2Id === undefined ? imageId : `${imageId} → ${image2Id}`;

function howToAct(phase: Phase, id: string): Part {
  switch (phase) {
    case 'failed':
    case 'expired':
    case 'cancelled':
    case 'parked':
      return html`To launch these again: <code>nightpass redrive ${id} --phase ${phase}</code>`;
    case 'queued':
    case 'launching':
    case 'running':
    case 'unconfirmed':
      return html`To give up what is open: <code>nightpass cancel ${id}</code>`;
    case 'succeeded':
      return undefined;
    default:
      return phase satisfies never;
  }
}
