import { type Process, type TaskRef, taskIdOf } from '@nightpass/core';
import { orphanMs } from '../launch/launch-intent.ts';
import type { LedgerContext } from '../ledger/context.ts';
import { ledgerNow } from '../ledger/reading.ts';
import { pause } from '../pause.ts';
import type { ArchivedBatch } from './archive.ts';
import { type Decision, type Fate, judge, type LostTask } from './matching.ts';
import type { RecoverOptions, RecoverProgress } from './recover.ts';
import { indexOf } from './restoring.ts';
import { createSurveyor, type ProcessSurvey, type Surveyor } from './surveying.ts';

/** Asking one platform about every process of the lost batches, and what follows for each of their tasks. */

export interface LostBatch extends ArchivedBatch {
  /** Since when it is being recovered: nothing of it was launched later. Unix ms on the ledger's clock. */
  sinceMs: number;
  /** Of the tasks of which it is known. */
  fates: Map<LostTask, Fate>;
  /** Providers that could not be asked. */
  unasked: Set<string>;
}

export interface AskedProvider {
  name: string;
  state: 'asked' | 'incomplete';
  /** Why it could not be asked to the end. */
  reason: string | undefined;
  jobs: number;
  requests: number;
}

interface LostProcess {
  process: Process;
  tasks: LostTask[];
  /** None of their jobs is older; undefined where nobody knows. */
  sinceMs: number | undefined;
}

const dayMs = 86_400_000;
/** Clocks may differ, or have been set, by so much between the acceptance and the platform's date of a job. */
const clockDoubtMs = 2 * 3_600_000;

export async function askProvider(
  options: RecoverOptions,
  name: string,
  batches: readonly LostBatch[],
  signal: AbortSignal,
): Promise<AskedProvider> {
  const { ledger, log } = options;
  const configured = options.providers.get(name);
  if (!configured) throw new Error(`provider ${name} has rules, but no adapter`);
  const progress = (step: RecoverProgress['step'], untilMs?: number) =>
    options.onProgress?.({ step, provider: name, jobs: surveyor.jobs, requests: surveyor.requests, untilMs });
  const surveyor: Surveyor = createSurveyor(
    ledger,
    { name, ...configured },
    { patienceMs: options.patienceMs ?? 600_000, signal, log, onProgress: () => progress('asking') },
  );
  const here = batches.filter((batch) => batch.providers.includes(name));
  const { reconcileReads, reconcileEveryMs } = configured.limits;
  const quietMs = options.quietMs ?? Math.max(orphanMs, reconcileReads * reconcileEveryMs);
  const untilMs = Math.max(...here.map((batch) => batch.sinceMs)) + quietMs;
  progress('waiting', untilMs);
  await pause(untilMs - (await ledgerNow(ledger)), signal);

  let reason: string | undefined;
  for (const lost of await lostProcesses(options, name, here)) {
    // Where one could not be asked in all that time, the next ones wait for another run.
    const survey: ProcessSurvey =
      reason === undefined
        ? await surveyor.ask(lost.process, lost.tasks, lost.sinceMs)
        : { kind: 'incomplete', reason };
    if (survey.kind === 'incomplete' && options.unasked !== 'park') {
      if (reason === undefined)
        log.error({ provider: name, process: lost.process.id, reason: survey.reason }, 'platform could not be asked');
      reason = survey.reason;
      for (const batch of here) if (lost.tasks.some((task) => task.batch === batch.id)) batch.unasked.add(name);
      continue;
    }
    const fates = await fatesOf(ledger, name, lost, survey);
    for (const batch of here) {
      for (const [task, fate] of fates) if (task.batch === batch.id) batch.fates.set(task, fate);
    }
  }
  const { jobs, requests } = surveyor;
  log.info({ provider: name, jobs, requests, reason }, 'platform asked');
  return { name, state: reason === undefined ? 'asked' : 'incomplete', reason, jobs, requests };
}

async function fatesOf(
  ledger: LedgerContext,
  name: string,
  { process, tasks }: LostProcess,
  survey: ProcessSurvey,
): Promise<ReadonlyMap<LostTask, Fate>> {
  switch (survey.kind) {
    case 'whole':
      return judge(tasks, survey.sightings, await inTheAir(ledger, name, process));
    case 'incomplete': {
      const reason = `the platform could not be asked: ${survey.reason}`;
      return new Map(tasks.map((lost) => [lost, { kind: 'park', rule: 'survey-incomplete', reason }]));
    }
    case 'refused': {
      const { rule, reason } = survey;
      return new Map(tasks.map((lost) => [lost, { kind: 'park', rule, reason }]));
    }
    default:
      return survey satisfies never;
  }
}

/** Tasks of this provider that have not been adopted yet, by process and project: so do platforms list their jobs. */
async function lostProcesses(
  { ledger, absenceTellsMs = 3 * dayMs }: RecoverOptions,
  name: string,
  batches: readonly LostBatch[],
): Promise<LostProcess[]> {
  const nowMs = await ledgerNow(ledger);
  const found = new Map<string, LostProcess>();
  for (const batch of batches) {
    const { content } = batch;
    const grid = await ledger.redis.get(ledger.keys.grid(batch.id));
    const doubt = doubtOf(batch, nowMs, absenceTellsMs);
    const sinceMs = batch.acceptedAtIsSure ? batch.acceptedAtMs - clockDoubtMs : undefined;
    for (const [processIndex, process] of content.processes.entries()) {
      if (batch.providers[processIndex] !== name) continue;
      const key = JSON.stringify([process.id, process.projectId]);
      const there = found.get(key) ?? { process, tasks: [], sinceMs };
      if (sinceMs === undefined || there.sinceMs === undefined) there.sinceMs = undefined;
      else there.sinceMs = Math.min(there.sinceMs, sinceMs);
      for (const [zoneIndex, zone] of content.zones.entries()) {
        const ref: TaskRef = { batchId: batch.id, processIndex, zoneIndex };
        // Adopted by an earlier run, it is none of the lost any more.
        if (!'qpc'.includes(grid?.charAt(indexOf(ref, content)) ?? '')) continue;
        const id = taskIdOf(ref);
        there.tasks.push({ id, batch: batch.id, task: { ...ref, id, process, zone }, sinceMs, doubt });
      }
      found.set(key, there);
    }
  }
  return [...found.values()].filter(({ tasks }) => tasks.length > 0);
}

/** Why the platform's having no job of a task does not mean that it was never launched. */
function doubtOf(batch: ArchivedBatch, nowMs: number, absenceTellsMs: number): Decision | undefined {
  if (batch.providersInDoubt !== undefined) {
    return { rule: 'provider-in-doubt', reason: `no job of it was found, but ${batch.providersInDoubt}` };
  }
  if (nowMs - batch.acceptedAtMs <= absenceTellsMs) return undefined;
  const accepted = new Date(batch.acceptedAtMs).toISOString();
  const reason = `no job of it was found, but it was accepted on ${accepted}: the platform may have deleted it since`;
  return { rule: 'too-old-to-tell', reason };
}

/** Launches of other batches whose jobs might be taken for lost ones. */
async function inTheAir({ redis, keys }: LedgerContext, name: string, { id }: Process): Promise<Decision | undefined> {
  const { launching, doubt } = keys.provider(name);
  const n = (await redis.scard(launching + id)) + (await redis.scard(doubt + id));
  if (n === 0) return undefined;
  const reason = `a job with its payload was found, but ${n} launches of its process by other batches are unanswered: it may be theirs`;
  return { rule: 'others-in-the-air', reason };
}
