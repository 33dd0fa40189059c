import { createHash } from 'node:crypto';
import { randomFrom } from '../random.ts';
import type { AirbusPlaygroundBehaviour } from './behaviour.ts';
import { textOf } from './input.ts';
import { type JobPlan, type JobState, planJob, stateAt } from './job-plan.ts';

/** One remote job. The geometry is shared by all jobs of one place; the state follows from plan and time. */
export interface Job {
  id: string;
  processId: string;
  projectId: string | undefined;
  datasetId: string | undefined;
  /** The payload without its geometry, and the geometry, as JSON. */
  rest: string;
  geom: string;
  correlationId: string | undefined;
  fingerprint: string;
  launchedAtMs: number;
  /** Unix time. */
  createdMs: number;
  plan: JobPlan;
}

export interface NewJob {
  processId: string;
  input: Record<string, unknown>;
  correlationId: string | undefined;
  fingerprint: string;
  launchedAtMs: number;
  createdMs: number;
}

/** All jobs of one simulated platform, found by id, by process and by project. */
export class Jobs {
  readonly #seed: string;
  readonly #byId = new Map<string, Job>();
  readonly #lists = new Map<string, Job[]>();
  readonly #launchesOf = new Map<string, number>();
  readonly #shared = new Map<string, string>();
  #made = 0;

  constructor(seed: string) {
    this.#seed = seed;
  }

  add(fresh: NewJob, behaviour: AirbusPlaygroundBehaviour): Job {
    this.#made += 1;
    const { geom, ...rest } = fresh.input;
    const nth = (this.#launchesOf.get(fresh.fingerprint) ?? 0) + 1;
    this.#launchesOf.set(fresh.fingerprint, nth);
    const random = randomFrom(`${this.#seed}/job/${fresh.fingerprint}/${nth}`);
    const job: Job = {
      id: jobId(this.#seed, this.#made),
      processId: this.#share(fresh.processId),
      projectId: this.#share(textOf(fresh.input, 'projectId')),
      datasetId: this.#share(textOf(fresh.input, 'datasetId')),
      rest: JSON.stringify(rest),
      geom: this.#share(JSON.stringify(geom)),
      correlationId: fresh.correlationId,
      fingerprint: fresh.fingerprint,
      launchedAtMs: fresh.launchedAtMs,
      createdMs: fresh.createdMs,
      plan: planJob(behaviour, fresh.launchedAtMs, random),
    };
    this.#byId.set(job.id, job);
    this.#list(listKey(job.projectId, undefined)).push(job);
    this.#list(listKey(job.projectId, job.processId)).push(job);
    return job;
  }

  find(id: string | undefined): Job | undefined {
    return id === undefined ? undefined : this.#byId.get(id);
  }

  /** In order of launch. Not to be changed. */
  listed(projectId: string, processId: string | undefined): readonly Job[] {
    return this.#lists.get(listKey(projectId, processId)) ?? [];
  }

  all(): IterableIterator<Job> {
    return this.#byId.values();
  }

  /** Ids go on counting: a job of before is never taken for one of after. */
  clear(): void {
    this.#byId.clear();
    this.#lists.clear();
    this.#launchesOf.clear();
    this.#shared.clear();
  }

  #list(key: string): Job[] {
    let list = this.#lists.get(key);
    if (!list) {
      list = [];
      this.#lists.set(key, list);
    }
    return list;
  }

  #share<T extends string | undefined>(text: T): T {
    if (text === undefined) return text;
    const known = this.#shared.get(text);
    if (known !== undefined) return known as T;
    this.#shared.set(text, text);
    return text;
  }
}

/** The payload as it was sent, but for the place of `geom` in it. */
export function inputOf(job: Job): Record<string, unknown> {
  return { ...(JSON.parse(job.rest) as Record<string, unknown>), geom: JSON.parse(job.geom) as unknown };
}

export function stateOf(job: Job, nowMs: number): JobState | undefined {
  return stateAt(job.plan, nowMs);
}

function listKey(projectId: string | undefined, processId: string | undefined): string {
  return JSON.stringify([projectId ?? null, processId ?? null]);
}

/** Shaped as a random uuid; not in the order of launches. */
function jobId(seed: string, n: number): string {
  const hex = createHash('sha1').update(`${seed}/id/${n}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
