import { isEnd } from './job-plan.ts';
import { type Job, stateOf } from './jobs.ts';

/** Counts the jobs that are not at their end, for the platform's limit on jobs at a time. */
export class ActiveJobs {
  #jobs: Job[] = [];

  add(job: Job): void {
    this.#jobs.push(job);
  }

  /** Looks at the active ones only; those at their end are forgotten, since they stay there. */
  countAt(nowMs: number): number {
    this.#jobs = this.#jobs.filter((job) => {
      const state = stateOf(job, nowMs);
      return state !== undefined && !isEnd(state.word);
    });
    return this.#jobs.length;
  }

  clear(): void {
    this.#jobs = [];
  }
}
