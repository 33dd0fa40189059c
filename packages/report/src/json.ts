import type { Process } from '@nightpass/core';
import { type FailureFamily, isBad, type LedgerContext, resultOf, shapeOf, walkZones } from '@nightpass/engine';
import { gathered, type Out } from './output.ts';
import type { Report, ReportFamily } from './report-schema.ts';
import type { Snapshot } from './snapshot.ts';
import type { Subject } from './subject.ts';

/** What the page tells, for programs: the account first, then every task. */
export async function writeJson(
  ledger: LedgerContext,
  snapshot: Snapshot,
  subject: Pick<Subject, 'onPage' | 'signal'>,
  to: Out,
): Promise<void> {
  const { batch, processes } = snapshot;
  const out = gathered(to);
  await out.write(`${JSON.stringify(accountOf(snapshot)).slice(0, -1)},"results":[`);
  let separator = '\n';
  for await (const page of walkZones(ledger, batch)) {
    subject.signal?.throwIfAborted();
    for (const { zone, tasks } of page) {
      for (const task of tasks) {
        const result = resultOf(task, batch, processes[task.processIndex] as Process, zone);
        const family = isBad(task.phase) ? shapeOf(task.rule, task.reason).id : null;
        await out.write(separator + JSON.stringify({ ...result, family }));
        separator = ',\n';
      }
    }
    subject.onPage?.(page);
  }
  await out.write('\n]}\n');
  await out.end();
}

export function accountOf(snapshot: Snapshot): Omit<Report, 'results'> {
  const { batch, processes, perProcess, timeline } = snapshot;
  return {
    nightpass: 1,
    batch: batch.id,
    name: batch.name ?? null,
    file: batch.file,
    at: new Date(snapshot.atMs).toISOString(),
    over: snapshot.over,
    acceptedAt: new Date(batch.acceptedAtMs).toISOString(),
    endedAt: iso(batch.endedAtMs),
    firstLaunchAt: iso(snapshot.firstLaunchAtMs),
    lastEndAt: iso(snapshot.lastEndAtMs),
    tasks: batch.taskCount,
    launches: snapshot.launches,
    phases: snapshot.counts,
    processes: perProcess.map(({ provider, counts, durations, costs }, i) => ({
      id: processes[i]?.id ?? '',
      name: processes[i]?.name ?? '',
      provider,
      phases: counts,
      durations: durations
        ? {
            n: durations.n,
            medianSeconds: durations.medianMs / 1000,
            p95Seconds: durations.p95Ms / 1000,
            longestSeconds: durations.longestMs / 1000,
          }
        : null,
      costs: [...costs],
    })),
    costs: [...snapshot.costs],
    families: snapshot.families.map(familyFacts),
    otherFailures: snapshot.otherFailures,
    holds: snapshot.holds.map(({ provider, kind, reason, fromMs, toMs }) => ({
      provider,
      kind,
      reason: reason ?? null,
      from: new Date(fromMs).toISOString(),
      to: iso(toMs),
    })),
    waiting: snapshot.waiting.map(({ text, ...it }) => ({ ...it, reason: text || null })),
    timeline: {
      from: new Date(timeline.fromMs).toISOString(),
      stepSeconds: timeline.stepMs / 1000,
      launches: [...timeline.launches],
      ends: [...timeline.ends],
      failures: [...timeline.failures],
    },
  };
}

export function familyFacts({ id, rule, text, count, phases, example, shared, ...at }: FailureFamily): ReportFamily {
  return {
    id,
    rule,
    shape: text,
    count,
    phases,
    example: { task: example.task, reason: example.reason ?? null },
    shared: {
      process: shared.process ?? null,
      imageId: shared.imageId ?? null,
      location: shared.location ?? null,
      hour: iso(shared.hourAtMs),
    },
    firstAt: iso(at.firstAtMs),
    lastAt: iso(at.lastAtMs),
  };
}

const iso = (ms: number | undefined) => (ms === undefined ? null : new Date(ms).toISOString());
