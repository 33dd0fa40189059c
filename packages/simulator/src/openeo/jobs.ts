import { createHash } from 'node:crypto';
import { fingerprintOf, isRecord } from '../fingerprint.ts';
import { randomFrom } from '../random.ts';
import type { OpenEoBehaviour } from './behaviour.ts';
import { type JobLife, newLife, planRun } from './job-life.ts';

/** One batch job. */
export interface Job {
  id: string;
  title: string | undefined;
  description: string | undefined;
  /** As JSON: graphs repeat, objects would be many. */
  process: string;
  /** The process id of its result node. */
  processId: string;
  correlationId: string | undefined;
  fingerprint: string;
  createdAtMs: number;
  createdUnixMs: number;
  /** How often it ran, or was about to. */
  runs: number;
  life: JobLife;
}

export interface NewJob {
  body: Record<string, unknown>;
  correlationId: string | undefined;
  atMs: number;
  unixMs: number;
}

/** All jobs of the one user that there is. */
export class Jobs {
  readonly #seed: string;
  readonly #byId = new Map<string, Job>();
  #made = 0;

  constructor(seed: string) {
    this.#seed = seed;
  }

  add({ body, correlationId, atMs, unixMs }: NewJob): Job {
    this.#made += 1;
    const job: Job = {
      id: `j-${createHash('sha1').update(`${this.#seed}/id/${this.#made}`).digest('hex').slice(0, 20)}`,
      title: textOf(body.title),
      description: textOf(body.description),
      process: JSON.stringify(body.process),
      processId: resultNodeOf(graphOf(body))?.process_id ?? '',
      correlationId,
      fingerprint: fingerprintOf(graphOf(body)),
      createdAtMs: atMs,
      createdUnixMs: unixMs,
      runs: 0,
      life: newLife(),
    };
    this.#byId.set(job.id, job);
    return job;
  }

  /** Starts it, or starts it again. @param mistake why it will fail */
  run(job: Job, behaviour: OpenEoBehaviour, nowMs: number, mistake: string | undefined): void {
    job.runs += 1;
    const random = randomFrom(`${this.#seed}/job/${job.fingerprint}/${job.runs}`);
    job.life.run = planRun(behaviour, nowMs, mistake, random);
    job.life.forced = undefined;
  }

  find(id: string | undefined): Job | undefined {
    return id === undefined ? undefined : this.#byId.get(id);
  }

  /** In order of creation. */
  all(): Job[] {
    return [...this.#byId.values()];
  }

  /** Ids go on counting: a job of before is never taken for one of after. */
  clear(): void {
    this.#byId.clear();
  }
}

export interface GraphNode {
  process_id: string;
  arguments: unknown;
  result?: unknown;
}

/** The process graph of the body of a job or of a validation. */
export function graphOf(body: unknown): Record<string, unknown> | undefined {
  const process = isRecord(body) && isRecord(body.process) ? body.process : body;
  return isRecord(process) && isRecord(process.process_graph) ? process.process_graph : undefined;
}

export function nodesOf(graph: Record<string, unknown> | undefined): GraphNode[] {
  return Object.values(graph ?? {}).filter(
    (node): node is Record<string, unknown> & GraphNode => isRecord(node) && typeof node.process_id === 'string',
  );
}

function resultNodeOf(graph: Record<string, unknown> | undefined): GraphNode | undefined {
  const nodes = nodesOf(graph);
  return nodes.find((node) => node.result === true) ?? nodes.at(-1);
}

export const textOf = (value: unknown) => (typeof value === 'string' ? value : undefined);
