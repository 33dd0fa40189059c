import { type LedgerContext, readSomeZones, type TaskLine, walkTasks } from '@nightpass/engine';
import { gathered, type Out } from './output.ts';
import type { Snapshot } from './snapshot.ts';
import type { Subject } from './subject.ts';
import { openCount } from './words.ts';

/** For build servers: a suite a process, a case a task. What failed or expired is a failure; what nobody ran to its end is skipped. */
export async function writeJunit(
  ledger: LedgerContext,
  { batch, processes, counts, perProcess, atMs }: Snapshot,
  { signal }: Pick<Subject, 'signal'>,
  to: Out,
): Promise<void> {
  const out = gathered(to);
  const name = attribute(batch.name ?? batch.file);
  await out.write(`<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="${name}" ${totals(counts)}>\n`);
  let suite = -1;
  const open = async (next: number) => {
    if (suite >= 0) await out.write('</testsuite>\n');
    suite = next;
    const its = perProcess[suite];
    if (!its) return;
    const at = new Date(batch.endedAtMs ?? atMs).toISOString();
    await out.write(
      `<testsuite id="${suite}" name="${attribute(processes[suite]?.name ?? '')}" package="${attribute(processes[suite]?.id ?? '')}" hostname="${attribute(its.provider)}" timestamp="${at}" ${totals(its.counts)}>\n`,
    );
  };
  for await (const page of walkTasks(ledger, batch, () => true)) {
    signal?.throwIfAborted();
    const wanted = page.map(({ zoneIndex }) => zoneIndex);
    const zones = await readSomeZones(ledger, batch, wanted);
    for (const task of page) {
      while (suite < task.processIndex) await open(suite + 1);
      const process = processes[task.processIndex]?.name ?? '';
      await out.write(caseOf(task, `${zones.get(task.zoneIndex)?.location ?? ''} [${task.id}]`, process));
    }
  }
  await open(Number.POSITIVE_INFINITY);
  await out.write('</testsuites>\n');
  await out.end();
}

function totals(counts: Snapshot['counts']): string {
  const failures = counts.failed + counts.expired;
  const skipped = counts.parked + counts.cancelled + openCount(counts);
  return `tests="${counts.succeeded + failures + skipped}" failures="${failures}" errors="0" skipped="${skipped}"`;
}

function caseOf(task: TaskLine, name: string, process: string): string {
  const { launchedAtMs, endedAtMs } = task;
  const seconds = launchedAtMs !== undefined && endedAtMs !== undefined ? (endedAtMs - launchedAtMs) / 1000 : 0;
  const head = `<testcase classname="${attribute(process)}" name="${attribute(name)}" time="${Math.max(0, seconds).toFixed(3)}"`;
  const inside = `${costOf(task)}${outcomeOf(task)}`;
  return inside === '' ? `${head}/>\n` : `${head}>${inside}</testcase>\n`;
}

/** Before the outcome, where readers of JUnit expect properties. */
function costOf({ cost }: TaskLine): string {
  if (!cost) return '';
  return `<properties><property name="cost" value="${cost.total}"/><property name="cost_unit" value="${attribute(cost.unit)}"/></properties>`;
}

function outcomeOf({ phase, rule, reason, remoteJobId }: TaskLine): string {
  const why = [rule, reason].filter(Boolean).join(': ');
  switch (phase) {
    case 'succeeded':
      return '';
    case 'failed':
    case 'expired': {
      const job = remoteJobId === undefined ? '' : `\nremote job ${remoteJobId}`;
      return `<failure type="${attribute(rule ?? phase)}" message="${attribute(reason ?? phase)}">${content(`${phase}: ${why}${job}`)}</failure>`;
    }
    case 'parked':
    case 'cancelled':
      return `<skipped message="${attribute(why === '' ? phase : `${phase}: ${why}`)}"/>`;
    case 'queued':
    case 'launching':
    case 'unconfirmed':
    case 'running':
      return `<skipped message="${attribute(`not over: ${[phase, reason].filter(Boolean).join(': ')}`)}"/>`;
    default:
      return phase satisfies never;
  }
}

/** What XML 1.0 cannot hold, in any way of writing it, is left out. */
const unwritable = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;
const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const content = (text: string) => text.replace(unwritable, '').replace(/[&<>"]/g, (sign) => entities[sign] ?? '');
export const attribute = (text: string) => content(text).replace(/[\t\n\r]+/g, ' ');
