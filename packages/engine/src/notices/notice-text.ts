import { phaseByte, span } from '@nightpass/core';
import { besideName } from '../intake/file-names.ts';
import type { Notice, NoticeKind, NoticeOf } from './notice.ts';
import { listed, localTime, number, several } from './notice-time.ts';

/** What people read: what happened, in numbers, and what to do next. Plain text. */

export interface Message {
  /** One line. */
  subject: string;
  text: string;
  notices: readonly Notice[];
}

interface Told {
  headline: string;
  details: string[];
}

interface About {
  boardUrl?: string | undefined;
  /** Whether reports are written beside the results. */
  reportsBeside?: boolean;
  /** Notices that could not be delivered before. */
  dropped?: number;
}

/** So many are told with all their details; of more, a line each. */
const inDetail = 5;
const linesAtMost = 25;

export function writeMessage(notices: readonly Notice[], about: About): Message {
  const told = notices.map((notice) => tell(notice, about));
  const [only] = told;
  const lost = about.dropped ? [`${several(about.dropped, 'earlier notice')} could not be delivered.`] : [];
  if (told.length === 1 && only) {
    return { subject: only.headline, text: [only.headline, ...only.details, ...lost].join('\n'), notices };
  }
  const lines = told
    .slice(0, linesAtMost)
    .flatMap(({ headline, details }) =>
      told.length > inDetail ? [`- ${headline}`] : [`- ${headline}`, ...details.map((line) => `  ${line}`)],
    );
  const more = told.length - linesAtMost;
  if (more > 0) lines.push(`- and ${number(more)} more: nightpass batches`);
  if (told.length > inDetail && about.boardUrl) lines.push(about.boardUrl);
  const subject = `${several(told.length, 'notice')}: ${kindsOf(notices)}`;
  return { subject, text: [`${subject}.`, ...lines, ...lost].join('\n'), notices };
}

const kindWords: Record<NoticeKind, (n: number) => string> = {
  'night-started': () => 'night started',
  'provider-held': (n) => `${several(n, 'provider')} held`,
  'provider-released': (n) => `${number(n)} released`,
  'batch-ended': (n) => `${several(n, 'batch')} ended`,
  'deadline-out-of-reach': (n) => `${several(n, 'deadline')} out of reach`,
};

function kindsOf(notices: readonly Notice[]): string {
  const counts = new Map<NoticeKind, number>();
  for (const { kind } of notices) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return [...counts].map(([kind, n]) => kindWords[kind](n)).join(', ');
}

function tell(notice: Notice, about: About): Told {
  const { boardUrl } = about;
  switch (notice.kind) {
    case 'night-started':
      return nightStarted(notice, boardUrl);
    case 'provider-held':
      return providerHeld(notice);
    case 'provider-released':
      return providerReleased(notice);
    case 'batch-ended':
      return batchEnded(notice, about);
    case 'deadline-out-of-reach':
      return outOfReach(notice, boardUrl);
    default:
      return notice satisfies never;
  }
}

function nightStarted({ atMs, batch, facts }: NoticeOf<'night-started'>, boardUrl: string | undefined): Told {
  const where = facts.providers.length > 0 ? ` on ${listed(facts.providers.map(oneLine))}` : '';
  return {
    headline: `Night started at ${localTime(atMs, atMs)} with ${batchName(batch, facts)}: ${several(facts.tasks ?? 0, 'task')}${where}`,
    details: [`Follow it: nightpass status ${batch} --watch${link(boardUrl, batch)}`],
  };
}

const holdWords: Record<string, string> = {
  outage: 'it does not answer',
  credentials: 'its credentials are refused',
  quota: 'it takes no more jobs for now',
  person: 'paused by a person',
};

function providerHeld({ atMs, provider, facts }: NoticeOf<'provider-held'>): Told {
  const { hold, untilMs } = facts;
  const name = oneLine(provider);
  const details = [`Reason: ${oneLine(facts.reason)}`];
  if (facts.unsaid > 0) details.push(`It came and went ${several(facts.unsaid, 'time')} since this was last told.`);
  const running = several(facts.inFlight, 'running task');
  const are = facts.inFlight === 1 ? 'is' : 'are';
  if (facts.inFlight === 0) details.push('Launches wait; nothing runs there. No attempt is spent.');
  else if (facts.stopsLooks) details.push(`Launches wait, and so do looks at ${running} there. No attempt is spent.`);
  else details.push(`Launches wait; ${running} there ${are} followed as usual. No attempt is spent.`);
  if (facts.probe) {
    const next = untilMs === undefined ? '' : ` at ${localTime(untilMs, atMs)}`;
    details.push(`One request is tried${next}, then less and less often; it goes on by itself once one succeeds.`);
  } else if (untilMs !== undefined) details.push(`It goes on by itself at ${localTime(untilMs, atMs)}.`);
  if (hold === 'credentials') details.push(`Mend the credentials; nightpass doctor checks them.`);
  if (hold === 'person') details.push(`To go on: nightpass resume ${name}`);
  return {
    headline: `${name} is held since ${localTime(facts.sinceMs, atMs)}: ${holdWords[hold] ?? oneLine(hold)}`,
    details,
  };
}

function providerReleased({ atMs, provider, facts }: NoticeOf<'provider-released'>): Told {
  const name = oneLine(provider);
  const over = `${listed(facts.holds)}, ${span(atMs - facts.sinceMs)}`;
  if (facts.still.length === 0)
    return { headline: `${name} goes on since ${localTime(atMs, atMs)}: its hold is over (${over})`, details: [] };
  return {
    headline: `${name}: one hold is over (${over}), but it is still held (${listed(facts.still)})`,
    details: facts.still.includes('person') ? [`To go on: nightpass resume ${name}`] : [],
  };
}

function batchEnded({ atMs, batch, facts }: NoticeOf<'batch-ended'>, { boardUrl, reportsBeside }: About): Told {
  const of = (phase: keyof typeof phaseByte) => facts.counts[phaseByte[phase]] ?? 0;
  const phases = (['succeeded', 'failed', 'expired', 'cancelled', 'parked'] as const).filter((it) => of(it) > 0);
  const since = facts.launchedAtMs;
  const took = since === undefined ? '' : ` after ${span(atMs - since)}`;
  const how = facts.cancelled ? 'was cancelled and ended' : 'ended';
  const details: string[] = [];
  const badly = of('failed') + of('expired') + of('parked');
  if (badly > 0) details.push(`${several(badly, 'task')} ${badly === 1 ? 'needs' : 'need'} a person:`);
  for (const phase of ['failed', 'expired'] as const) {
    if (of(phase) > 0) details.push(`  nightpass redrive ${batch} --phase ${phase} --dry-run`);
  }
  if (of('parked') > 0)
    details.push(`  nightpass tasks ${batch} --phase parked (may run there; look before a redrive)`);
  const beside =
    reportsBeside && facts.file ? `${oneLine(besideName(facts.file, '.report.html'))} beside the file, or ` : '';
  details.push(`Report: ${beside}nightpass report ${batch}${link(boardUrl, batch)}`);
  return {
    headline: `${batchName(batch, facts)} ${how} at ${localTime(atMs, atMs)}${took}: ${listed(phases.map((p) => `${number(of(p))} ${p}`))} of ${number(facts.tasks ?? 0)}`,
    details,
  };
}

function outOfReach({ atMs, batch, facts }: NoticeOf<'deadline-out-of-reach'>, boardUrl: string | undefined): Told {
  const details = [
    facts.lastLaunchAtMs === undefined
      ? 'Nobody can tell when the last of them would be launched.'
      : `At the present pace the last of them would be launched at ${localTime(facts.lastLaunchAtMs, atMs)}.`,
  ];
  if (facts.holds.length > 0) details.push(`Held now: ${listed(facts.holds)}.`);
  details.push(
    'What helps: more launches a second or in flight for its provider, or cancelling what goes before it.',
    `What is not launched by then ends as expired: nightpass redrive ${batch} --phase expired --dry-run${link(boardUrl, batch)}`,
  );
  return {
    headline: `${batchName(batch, facts)} cannot be launched whole before ${localTime(facts.deadlineMs, atMs)}: of ${several(facts.queued, 'waiting task')} about ${number(facts.missing)} will be too late`,
    details,
  };
}

const link = (boardUrl: string | undefined, batch: string) =>
  boardUrl === undefined ? '' : `\n${boardUrl.replace(/\/+$/, '')}/batches/${batch}`;

function batchName(id: string, { name, file }: { name?: string | undefined; file?: string | undefined }): string {
  const given = oneLine(name ?? file ?? '');
  return given ? `Batch "${given}" (${id})` : `Batch ${id}`;
}

/** Text that others wrote: no line breaks or other controls, and not without end. */
function oneLine(text: string): string {
  const flat = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').trim();
  return flat.length > 300 ? `${Array.from(flat).slice(0, 300).join('')}…` : flat;
}
