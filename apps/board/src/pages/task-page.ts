import { openPhases, redrivablePhases } from '@nightpass/core';
import type { Why } from '@nightpass/engine';
import { images } from './batch-page.ts';
import { footprint } from './footprint.ts';
import { type Html, html, type Part } from './html.ts';
import { holdNote } from './overview-page.ts';
import { phaseTag } from './phases.ts';
import { many, num, theirs, time, when } from './words.ts';

/** Everything that is known of one task, beginning with what it waits for. */
export function taskPage(why: Why, nowMs: number): Html {
  const { task, content, batch, provider, holds } = why;
  const track = `/queues/queue/${encodeURIComponent(`${provider}.track`)}/${encodeURIComponent(task.id)}`;
  const mayRedrive = (redrivablePhases as readonly string[]).includes(task.phase);
  return html`
<p class="crumbs"><a href="/">Overview</a> <span aria-hidden="true">›</span> <a href="/batches/${batch.id}?phase=${task.phase}">${theirs(batch.name ?? batch.file)}</a> <span aria-hidden="true">›</span> task</p>
<div class="head"><h1>${theirs(content.process.name)} <span class="muted">·</span> ${theirs(content.zone.location)}</h1><span class="pill">${phaseTag(task.phase)}</span></div>
<p class="lead answer">${theirs(`${why.answer.charAt(0).toUpperCase()}${why.answer.slice(1)}.`)}
<small>since ${time(why.sinceMs, 'seconds')}${why.untilMs !== undefined && html`; next step ${time(why.untilMs, 'seconds')} (${when(why.untilMs, nowMs)})`}</small></p>
${(openPhases as readonly string[]).includes(task.phase) && holds.map((hold) => holdNote(hold, nowMs))}
${mayRedrive && html`<p>To launch it again: retry it in <a href="${track}">its queue</a>, or all alike with <code>nightpass redrive ${batch.id} --phase ${task.phase}</code>.</p>`}
<div class="columns">
<section aria-labelledby="what"><h2 id="what">What</h2><dl class="facts list">
${fact('Task', html`<code>${task.id}</code>`)}
${fact('Process', html`${theirs(content.process.name)} <code>${theirs(content.process.id)}</code>`)}
${fact('Location', theirs(content.zone.location))}
${fact('Project', content.zone.project && theirs(content.zone.project))}
${fact('Image', theirs(images(content.zone)))}
${fact('Area', footprint(content.zone.geom))}
</dl></section>
<section aria-labelledby="remote"><h2 id="remote">On ${provider}</h2><dl class="facts list">
${fact('Remote job', task.job ? html`<code>${theirs(task.job.id)}</code>` : 'none yet')}
${fact('Its words', task.remoteWord && theirs(task.remoteWord))}
${fact('Progress', task.progressPercent !== undefined && `${task.progressPercent} %`)}
${fact('Message', task.message && theirs(task.message))}
${fact('Launches sent', html`${num(task.attempt)}${task.drive > 1 && html` <small>${num(task.attemptInDrive)} since it was redriven (drive ${num(task.drive)})</small>`}`)}
${fact('Intent written', task.intentAtMs !== undefined && time(task.intentAtMs, 'seconds'))}
${fact('Launched', task.launchedAtMs !== undefined && time(task.launchedAtMs, 'seconds'))}
${fact('Ended', task.endedAtMs !== undefined && time(task.endedAtMs, 'seconds'))}
${fact('Looks', html`${num(task.looks)}${task.lookedAtMs !== undefined && html` <small>the last ${time(task.lookedAtMs, 'seconds')}</small>`}`)}
${fact('Trouble in a row', trouble(why))}
${fact('Cancel', task.cancel && `${task.cancel.reason}; asked ${many(task.cancel.tries, 'time')}`)}
${fact('Rule that decided', task.rule && html`<code>${theirs(task.rule)}</code>`)}
</dl></section>
</div>
<section aria-labelledby="history"><h2 id="history">History</h2>
${
  task.history.length === 0
    ? html`<p class="empty">Accepted ${time(batch.acceptedAtMs)}; nothing was sent since.</p>`
    : html`<ol class="history">${task.history.map(({ atMs, text }) => html`<li>${time(atMs, 'seconds')} <span>${theirs(text)}</span></li>`)}</ol>`
}</section>`;
}

const fact = (label: string, value: Part): Part =>
  value !== false && value !== undefined && value !== '' && html`<div><dt>${label}</dt><dd>${value}</dd></div>`;

function trouble({ task }: Why): Part {
  const all = [
    task.failedLooks > 0 && `${many(task.failedLooks, 'look')} failed`,
    task.missingLooks > 0 && `${many(task.missingLooks, 'look')} found no such job`,
    task.emptyReads > 0 && `${many(task.emptyReads, 'search', 'searches')} found nothing`,
  ].filter((it) => it !== false);
  return all.length > 0 && all.join(', ');
}
