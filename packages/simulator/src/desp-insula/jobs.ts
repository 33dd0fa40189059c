import { createHash } from 'node:crypto';
import { drawBetween, randomFrom } from '../random.ts';
import type { DespInsulaBehaviour } from './behaviour.ts';
import { type JobPlan, type JobState, parentWord, stateAt, type Word } from './job-plan.ts';

export interface Job {
  id: number;
  extId: string;
  configId: number;
  serviceId: number;
  owner: string;
  parentId: number | null;
  /** Ids of its sub-jobs; empty for a job that is no parent. */
  children: number[];
  correlationId: string | undefined;
  /** Of service and inputs. */
  fingerprint: string;
  /** Milliseconds since the start. */
  launchedAtMs: number;
  shownFromMs: number;
  goneFromMs: number;
  /** Unix time. */
  createdMs: number;
  /** Null of what could not be paid for. */
  costQuotation: { cost: number; recurrence: string } | null;
  plan: JobPlan;
}

export type NewJob = Omit<Job, 'id' | 'extId' | 'children' | 'goneFromMs' | 'shownFromMs' | 'plan'>;

/** All jobs of one simulated server. Ids only grow. */
export class Jobs {
  readonly #seed: string;
  readonly #byId = new Map<number, Job>();
  readonly #launchesOf = new Map<string, number>();
  #made = 4100;

  constructor(seed: string) {
    this.#seed = seed;
  }

  add(fresh: NewJob, behaviour: DespInsulaBehaviour, queueWords: readonly Word[], fails: boolean): Job {
    this.#made += 1;
    const nth = (this.#launchesOf.get(fresh.fingerprint) ?? 0) + 1;
    this.#launchesOf.set(fresh.fingerprint, nth);
    const random = randomFrom(`${this.#seed}/job/${fresh.fingerprint}/${nth}`);
    const launchedMs = fresh.launchedAtMs;
    const startMs = launchedMs + (fails ? 0 : drawBetween(behaviour.queueSeconds, random) * 1000);
    const runMs = drawBetween(behaviour.jobSeconds, random) * 1000;
    const ends = fails || random() * 100 < behaviour.failPercent ? 'ERROR' : 'COMPLETED';
    const job: Job = {
      ...fresh,
      id: this.#made,
      extId: uuidOf(`${this.#seed}/${this.#made}`),
      children: [],
      shownFromMs: launchedMs + drawBetween(behaviour.appearsAfterSeconds, random) * 1000,
      goneFromMs: Number.POSITIVE_INFINITY,
      plan: { launchedMs, queueWords, startMs, endMs: startMs + (fails ? 0 : runMs), endWord: ends, forced: undefined },
    };
    this.#byId.set(job.id, job);
    if (job.parentId !== null) this.#byId.get(job.parentId)?.children.push(job.id);
    return job;
  }

  find(id: number): Job | undefined {
    return this.#byId.get(id);
  }

  childrenOf(job: Job): Job[] {
    return job.children.flatMap((id) => this.#byId.get(id) ?? []);
  }

  /** In order of launch: by id, upwards. */
  all(): IterableIterator<Job> {
    return this.#byId.values();
  }

  /** A parent's is made of its sub-jobs', until somebody sets it. */
  stateOf(job: Job, nowMs: number): JobState {
    const own = stateAt(job.plan, nowMs);
    if (job.children.length === 0 || (job.plan.forced && nowMs >= job.plan.forced.fromMs)) return own;
    const word = parentWord(this.childrenOf(job).map((child) => stateAt(child.plan, nowMs).word));
    return { word, phase: 'CREATED', startMs: own.startMs, endMs: word === 'CREATED' ? undefined : nowMs };
  }

  /** Ids go on counting: a job of before is never taken for one of after. */
  clear(): void {
    this.#byId.clear();
    this.#launchesOf.clear();
  }
}

export function isShown(job: Job, nowMs: number): boolean {
  return nowMs >= job.shownFromMs && nowMs < job.goneFromMs;
}

function uuidOf(text: string): string {
  const hex = createHash('sha1').update(text).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
