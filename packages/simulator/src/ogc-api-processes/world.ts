import type { Clock } from '../clock.ts';
import type { Asked, Reply } from '../platform.ts';
import type { OgcBehaviour } from './behaviour.ts';
import type { JobState } from './job-plan.ts';
import { type Job, type Jobs, stateOf } from './jobs.ts';
import type { SimulatedProcess } from './processes.ts';

/** All that a simulated server is, but for its credentials. */
export interface World {
  clock: Clock;
  jobs: Jobs;
  behaviour: OgcBehaviour;
  /** Path before all others, as it was at the start. */
  root: string;
}

/** Where no processes are declared, every id is one. */
export function processOf({ behaviour }: World, id: string): { known: boolean; process: SimulatedProcess | undefined } {
  const { processes } = behaviour;
  if (!processes) return { known: true, process: undefined };
  const process = processes.find((each) => each.id === id);
  return { known: process !== undefined, process };
}

/** The job that was asked about, as long as the server owns up to it. */
export function jobOf(world: World, asked: Asked): { job: Job; state: JobState } | undefined {
  const job = world.jobs.find(asked.params.jobId);
  const state = job && !job.hidden ? stateOf(job, world.clock.elapsedMs()) : undefined;
  return job && state && { job, state };
}

export function linkOrigin({ behaviour }: World, asked: Pick<Asked, 'ownOrigin'>): string {
  return behaviour.linkHost === 'own' ? asked.ownOrigin : behaviour.linkHost;
}

export function jobPath(world: World, job: Pick<Job, 'id'>): string {
  return `${world.root}/jobs/${job.id}`;
}

export function json(status: number, body: unknown, headers: Record<string, string> = {}): Reply {
  return { status, headers, body: JSON.stringify(body) };
}

export function html(status: number, title: string): Reply {
  return {
    status,
    headers: { 'content-type': 'text/html' },
    body: `<!doctype html><html><head><title>${title}</title></head><body><h1>${title}</h1></body></html>`,
  };
}
