import type { HoldKind } from '@nightpass/engine';
import type { Overview, OverviewBatch, OverviewHold, OverviewProvider } from '../overview-schema.ts';
import { type Html, html, type Part } from './html.ts';
import { bar, legend } from './phases.ts';
import { duration, many, num, rate, theirs, time, when } from './words.ts';

export function overviewPage(overview: Overview): Html {
  const { batches, providers, totals, offset } = overview;
  const open = batches.filter((batch) => batch.endedAtMs === undefined).length;
  const failures = totals.failed + totals.expired;
  const tasks = batches.reduce((sum, batch) => sum + batch.taskCount, 0);
  const ended = batches.reduce((sum, batch) => sum + endedCount(batch), 0);
  return html`
<h1 class="unseen">Overview</h1>
${attention(overview)}
${
  batches.length > 0 &&
  html`<dl class="figures">
${figure('Batches open', num(open), `of ${num(batches.length)} shown`)}
${figure('Tasks ended', num(ended), `of ${num(tasks)}`)}
${figure('Running remotely', num(totals.running), totals.unconfirmed > 0 ? `${num(totals.unconfirmed)} unconfirmed` : 'right now')}
${figure('Failed or expired', num(failures), failures > 0 ? `${((failures / tasks) * 100).toFixed(1)} % of all` : 'none')}
</dl>`
}
<section aria-labelledby="providers"><h2 id="providers">Providers</h2>
<ul class="cards">${providers.map((it) => providerCard(it, overview.nowMs))}</ul>
</section>
<section aria-labelledby="batches"><h2 id="batches">Batches</h2>
${batches.length === 0 ? noBatches(overview) : html`<ul class="rows">${batches.map((it) => batchRow(it, overview.nowMs))}</ul>`}
${pager(offset, batches.length, overview.batchTotal)}
</section>`;
}

const figure = (label: string, value: string, beside: string) =>
  html`<div><dt>${label}</dt><dd>${value} <small>${beside}</small></dd></div>`;

/** What nobody but a person can mend. */
function attention({ batches, providers }: Overview): Part {
  const known = new Set(providers.map(({ name }) => name));
  const items: Html[] = [
    ...batches
      .filter(({ counts }) => counts.parked > 0)
      .map(
        ({ id, name, file, counts }) =>
          html`<li><a href="/batches/${id}?phase=parked">${many(counts.parked, 'task')} of ${theirs(name ?? file)}</a> ${counts.parked === 1 ? 'is' : 'are'} parked: only a person can decide what happens next.</li>`,
      ),
    ...providers.flatMap(({ name, holds }) =>
      holds
        .filter(({ kind }) => kind === 'credentials')
        .map(
          ({ reason, sinceMs }) =>
            html`<li><b>${name}</b> refuses our credentials since ${time(sinceMs)}: ${theirs(reason)}. Renew them; it goes on by itself.</li>`,
        ),
    ),
    ...providers
      .filter(({ behindMs, holds }) => behindMs > 120_000 && !holds.some((hold) => hold.stopsLooks))
      .map(
        ({ name, behindMs }) =>
          html`<li><b>${name}</b>: jobs have been due for a look for ${duration(behindMs)}. Does a worker run? <code>nightpass doctor</code> tells.</li>`,
      ),
    ...batches
      .filter(({ endedAtMs }) => endedAtMs === undefined)
      .flatMap(({ id, name, file, providers: its }) =>
        its
          .filter((provider) => !known.has(provider))
          .map(
            (provider) =>
              html`<li><a href="/batches/${id}">${theirs(name ?? file)}</a> is for <b>${provider}</b>, which is not configured here.</li>`,
          ),
      ),
  ];
  if (items.length === 0) return undefined;
  return html`<section class="attention" aria-labelledby="attention"><h2 id="attention">Needs a person</h2><ul>${items}</ul></section>`;
}

const holdSays: Record<HoldKind, string> = {
  person: 'Paused by a person',
  credentials: 'Credentials refused',
  outage: 'Does not answer',
  quota: 'Takes no more jobs for now',
  'retry-after': 'Asked us to wait',
  window: 'Outside its hours',
};

function providerCard(provider: OverviewProvider, nowMs: number): Html {
  const { name, kind, holds, inFlight, maxInFlight } = provider;
  const queue = (which: string) => `/queues/queue/${encodeURIComponent(`${name}.${which}`)}`;
  return html`<li class="card${holds.length > 0 && ' held'}">
<div class="head"><h3>${name}</h3><span class="muted">${kind}</span>${
    holds.length > 0 ? html`<span class="pill held">held</span>` : html`<span class="pill open">open</span>`
  }</div>
${holds.map((hold) => holdNote(hold, nowMs))}
<dl class="facts">
<div><dt>In flight</dt><dd>${num(inFlight)} <small>of at most ${num(maxInFlight)}</small>
<svg class="gauge" role="img" aria-label="${num(inFlight)} of ${num(maxInFlight)}"><rect width="${Math.min(100, (inFlight / maxInFlight) * 100).toFixed(2)}%" height="100%"/></svg></dd></div>
<div><dt>Launches</dt><dd>${num(provider.launches)} <small>at most ${rate(provider.launchesPerSecond)}${provider.bearableShare < 1 && html`, slowed to ${Math.ceil(provider.bearableShare * 100)} % after refusals`}</small></dd></div>
<div><dt>Looks due</dt><dd>${num(provider.dueNow)} <small>${provider.dueNow > 0 ? `${duration(provider.behindMs)} behind` : 'none waits'}</small></dd></div>
</dl>
<p class="links"><a href="${queue('launch')}">Launch queue</a><a href="${queue('track')}">Track queue</a></p>
</li>`;
}

export function holdNote({ kind, reason, sinceMs, untilMs, stopsLooks }: OverviewHold, nowMs: number): Html {
  const until =
    untilMs === undefined
      ? 'until somebody lifts it'
      : html`${kind === 'retry-after' || kind === 'window' ? 'until' : 'next try'} ${time(untilMs, 'seconds')} (${when(untilMs, nowMs)})`;
  return html`<p class="note"><b>${holdSays[kind]}.</b> ${theirs(reason)}<br><small>since ${time(sinceMs)}, ${until}; ${stopsLooks ? 'launches and looks wait' : 'launches wait, running jobs are followed'}</small></p>`;
}

export function batchPill({ endedAtMs, cancelledAtMs, taskCount, counts }: OverviewBatch): Html {
  if (cancelledAtMs !== undefined)
    return html`<span class="pill">${endedAtMs === undefined ? 'being cancelled' : 'cancelled'}</span>`;
  if (endedAtMs === undefined) return html`<span class="pill open">open</span>`;
  if (counts.parked > 0) return html`<span class="pill held">${num(counts.parked)} parked for a person</span>`;
  if (counts.succeeded === taskCount) return html`<span class="pill good">all succeeded</span>`;
  return html`<span class="pill bad">ended, ${num(taskCount - counts.succeeded)} not succeeded</span>`;
}

function batchRow(batch: OverviewBatch, nowMs: number): Html {
  const { id, name, file, counts, taskCount } = batch;
  return html`<li class="row">
<div class="head"><h3><a href="/batches/${id}">${theirs(name ?? file)}</a></h3>${batchPill(batch)}
<span class="share"><b>${percent(endedCount(batch), taskCount)}</b> ended</span></div>
${bar(counts)}
${legend(counts, (phase) => `/batches/${id}?phase=${phase}`)}
<p class="muted">${name !== undefined && html`${theirs(file)} · `}${many(batch.processCount, 'process', 'processes')} × ${many(batch.zoneCount, 'zone')} on ${batch.providers.join(', ')} · accepted ${time(batch.acceptedAtMs)}${
    batch.endedAtMs === undefined
      ? html` (${when(batch.acceptedAtMs, nowMs)})`
      : html` · ${counts.parked > 0 ? 'at rest since' : 'ended'} ${time(batch.endedAtMs)}, after ${duration(batch.endedAtMs - batch.acceptedAtMs)}`
  }</p>
</li>`;
}

/** What is parked has not ended: a person decides. */
export const endedCount = ({ settled, counts }: OverviewBatch) => settled - counts.parked;

/** Never 100 % before the last one. */
export const percent = (part: number, all: number) => `${Math.floor((part / Math.max(1, all)) * 1000) / 10} %`;

function noBatches({ inbox, batchTotal }: Overview): Html {
  if (batchTotal > 0) return html`<p class="empty">No batch is this old. <a href="/">The newest</a></p>`;
  return html`<div class="empty"><h3>Nothing has been dropped yet</h3>
<p>Put a batch file into the inbox, and its tasks appear here within seconds:</p>
<p><code class="path">${inbox}</code></p>
<p>Or from a terminal: <code>nightpass submit FILE</code>. To check a file without launching anything: <code>nightpass validate FILE</code>.</p></div>`;
}

function pager(offset: number, shown: number, total: number): Part {
  if (total <= shown && offset === 0) return undefined;
  const older = offset + shown < total;
  return html`<nav class="pager" aria-label="More batches">${offset > 0 && html`<a href="/?offset=${Math.max(0, offset - 50)}">Newer</a>`}<span class="muted">${num(Math.min(offset + 1, total))}–${num(offset + shown)} of ${num(total)}</span>${older && html`<a href="/?offset=${offset + shown}">Older</a>`}</nav>`;
}
