import { createHash } from 'node:crypto';
import { randomFrom } from '../random.ts';
import type { OgcBehaviour } from './behaviour.ts';
import { isEnd, type JobPlan, type JobState, planJob, stateAt } from './job-plan.ts';

/** One remote job. Its state follows from plan and time. */
export interface Job {
  id: string;
  processId: string;
  /** The body of the launch, as it came. */
  body: string;
  correlationId: string | undefined;
  fingerprint: string;
  launchedAtMs: number;
  /** Unix time. */
  createdMs: number;
  plan: JobPlan;
  /** Ran at once, and can neither be looked at nor listed. */
  hidden: boolean;
  deleted: boolean;
}

export type NewJob = Pick<Job, 'processId' | 'body' | 'correlationId' | 'fingerprint' | 'launchedAtMs' | 'createdMs'>;

/** All jobs of one simulated server. */
export class Jobs {
  readonly #seed: string;
  readonly #byId = new Map<string, Job>();
  readonly #launchesOf = new Map<string, number>();
  #active: Job[] = [];
  #made = 0;

  constructor(seed: string) {
    this.#seed = seed;
  }

  add(fresh: NewJob, behaviour: OgcBehaviour): Job {
    this.#made += 1;
    const nth = (this.#launchesOf.get(fresh.fingerprint) ?? 0) + 1;
    this.#launchesOf.set(fresh.fingerprint, nth);
    const plan = planJob(behaviour, fresh.launchedAtMs, randomFrom(`${this.#seed}/job/${fresh.fingerprint}/${nth}`));
    const job: Job = { ...fresh, id: jobId(this.#seed, this.#made), plan, hidden: false, deleted: false };
    this.#byId.set(job.id, job);
    this.#active.push(job);
    return job;
  }

  find(id: string | undefined): Job | undefined {
    return id === undefined ? undefined : this.#byId.get(id);
  }

  /** In order of launch. */
  all(): Job[] {
    return [...this.#byId.values()];
  }

  /** Those at their end are forgotten by the count, since they stay there. */
  activeAt(nowMs: number): number {
    this.#active = this.#active.filter((job) => {
      const state = stateOf(job, nowMs);
      return state !== undefined && !isEnd(state.word);
    });
    return this.#active.length;
  }

  /** Ids go on counting: a job of before is never taken for one of after. */
  clear(): void {
    this.#byId.clear();
    this.#launchesOf.clear();
    this.#active = [];
  }
}

export function stateOf(job: Job, nowMs: number): JobState | undefined {
  return stateAt(job.plan, nowMs);
}

/** Shaped as a random uuid; not in the order of launches. */
function jobId(seed: string, n: number): string {
  const hex = createHash('sha1').update(`${seed}/ogc/${n}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
