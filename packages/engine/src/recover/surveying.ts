import type { CallFailure, Limits, Log, Process, Provider, SurveyAnswer } from '@nightpass/core';
import type { LedgerContext } from '../ledger/context.ts';
import { reserveSlot } from '../pacing/pace.ts';
import { countAnswer } from '../pacing/troubles.ts';
import { pause } from '../pause.ts';
import { type Decision, type LostTask, placesOf, type Sighting, sightingOf } from './matching.ts';

/** Asking a platform for all jobs of a process, with patience: one failing call is no answer, and loses none before it. */

export interface SurveyedProvider {
  name: string;
  adapter: Provider;
  limits: Limits;
}

export type ProcessSurvey =
  | { kind: 'whole'; sightings: Sighting[] }
  /** The platform will not tell, now or later. */
  | ({ kind: 'refused' } & Decision)
  /** It could not be asked to the end. */
  | { kind: 'incomplete'; reason: string };

/** Said by a call that nobody waits for any longer. */
class GaveUp extends Error {}

/** A list that would not hold still, or a clear no, is asked for so often. */
const mostPasses = 3;
const mostPauseMs = 30_000;
const claimsAtOnce = 1_000;

export interface Surveyor {
  /** @param tasks lost ones of this process and project */
  ask(process: Process, tasks: readonly LostTask[], sinceMs: number | undefined): Promise<ProcessSurvey>;
  /** So far. */
  readonly jobs: number;
  readonly requests: number;
}

export function createSurveyor(
  ledger: LedgerContext,
  { name, adapter, limits }: SurveyedProvider,
  options: { patienceMs: number; signal: AbortSignal; log: Log; onProgress(): void },
): Surveyor {
  const { patienceMs, signal, log } = options;
  const { claims } = ledger.keys.provider(name);
  const count = { jobs: 0, requests: 0 };
  let notBeforeMs = 0;

  /** Waits for its turn in the provider's read budget. @returns whether it alone is let through a hold. */
  async function slot(untilMs: number): Promise<boolean> {
    for (;;) {
      const pauseMs = notBeforeMs - Date.now();
      if (pauseMs > 0) await waited(pauseMs);
      const given = await reserveSlot(ledger, name, 'read', limits);
      if (given.kind === 'go') {
        await waited(given.waitMs);
        return Boolean(given.probe);
      }
      if (given.kind === 'held' && Date.now() > untilMs) throw new GaveUp(`the provider is held: ${given.reason}`);
      await waited(given.kind === 'later' ? given.waitMs : 1_000);
    }
  }

  async function waited(ms: number): Promise<void> {
    if (!(await pause(ms, signal))) throw new GaveUp('told to stop');
  }

  async function read<T>(call: () => Promise<T>, failureOf: (answer: T) => CallFailure | undefined): Promise<T> {
    const untilMs = Date.now() + patienceMs;
    for (let tries = 1; ; tries++) {
      const isProbe = await slot(untilMs);
      count.requests++;
      const answer = await call();
      options.onProgress();
      const failure = failureOf(answer);
      if (!failure) {
        if (isProbe) await countAnswer(ledger, name);
        return answer;
      }
      log.debug({ provider: name, reason: failure.reason, tries }, 'survey call failed');
      const askedMs = 'retryAfterMs' in failure ? failure.retryAfterMs : undefined;
      const waitMs = askedMs ?? Math.min(mostPauseMs, limits.minLookMs * 2 ** Math.min(tries, 16));
      if (Date.now() + waitMs > untilMs) return answer;
      if (askedMs !== undefined) notBeforeMs = Math.max(notBeforeMs, Date.now() + askedMs);
      await waited(waitMs);
    }
  }

  return {
    get jobs() {
      return count.jobs;
    },
    get requests() {
      return count.requests;
    },
    async ask(process, tasks, sinceMs) {
      const { survey } = adapter;
      if (!survey)
        return { kind: 'refused', rule: 'not-searchable', reason: 'the platform cannot be asked what it runs' };
      const places = placesOf(tasks, survey.placeOf);
      const sightings = new Map<string, Sighting>();
      const query = {
        process,
        sinceMs,
        read,
        known: async (ids: readonly string[]) => {
          const known = new Set(ids.filter((id) => sightings.has(id)));
          for (let start = 0; start < ids.length; start += claimsAtOnce) {
            const chunk = ids.slice(start, start + claimsAtOnce);
            const owners = await ledger.redis.hmget(claims, ...chunk);
            for (const [i, id] of chunk.entries()) if (owners[i] !== null) known.add(id);
          }
          return known;
        },
        onJob: (found: Parameters<typeof sightingOf>[0]) => {
          if (!sightings.has(found.job.id)) count.jobs++;
          sightings.set(found.job.id, sightingOf(found, places));
        },
      };
      for (let pass = 1; ; pass++) {
        let answer: SurveyAnswer;
        try {
          answer = await survey.jobsOf(query, signal);
        } catch (error) {
          if (error instanceof GaveUp) return { kind: 'incomplete', reason: error.message };
          throw error;
        }
        if (answer.kind === 'surveyed') return { kind: 'whole', sightings: [...sightings.values()] };
        log.warn({ provider: name, process: process.id, reason: answer.reason, pass }, 'survey not whole');
        if (signal.aborted) return { kind: 'incomplete', reason: 'told to stop' };
        const passing = answer.kind !== 'rejected' && answer.kind !== 'cannotTell';
        if (pass < mostPasses && !passing) {
          await pause(limits.minLookMs, signal);
          continue;
        }
        if (answer.kind !== 'rejected') return { kind: 'incomplete', reason: answer.reason };
        const reason = `the platform does not list the jobs of its process: ${answer.reason}`;
        return { kind: 'refused', rule: 'survey-refused', reason };
      }
    },
  };
}
