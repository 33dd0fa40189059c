/** What the simulator knows to be true, to be compared with what a client believes. */

/** A job that exists, or existed, on the simulated platform. */
export interface JobTruth {
  id: string;
  processId: string;
  /** What the client called it: its name, label or title. */
  name: string;
  /** Where the platform has projects, datasets and images. */
  projectId?: string | undefined;
  datasetId?: string | undefined;
  imageId?: string | undefined;
  imageId2?: string | undefined;
  correlationId: string | undefined;
  /** The correlation id before its last dot: Nightpass writes `<task id>.<attempt>`. */
  taskId: string | undefined;
  /** Of process and payload. */
  fingerprint: string;
  /** Milliseconds since the start. */
  launchedAtMs: number;
  /** False where it was created and never started: nothing ran. */
  started: boolean;
  /** The platform's word; `gone` where it answers 404. */
  status: string;
  progressPercent: number;
}

/** More than one job for what should be one. */
export interface LaunchedTwice {
  /** The task id or the payload's fingerprint. */
  key: string;
  jobs: { id: string; correlationId: string | undefined; name: string; launchedAtMs: number }[];
}

export function taskIdOf(correlationId: string | undefined): string | undefined {
  if (correlationId === undefined) return undefined;
  const dot = correlationId.lastIndexOf('.');
  return dot > 0 ? correlationId.slice(0, dot) : correlationId;
}

/** Jobs whose launch carried no correlation id are left out when asked by task. */
export function launchedTwice(jobs: readonly JobTruth[], by: 'task' | 'payload'): LaunchedTwice[] {
  const groups = new Map<string, JobTruth[]>();
  for (const job of jobs) {
    if (!job.started) continue;
    const key = by === 'task' ? job.taskId : job.fingerprint;
    if (key === undefined) continue;
    const group = groups.get(key);
    if (group) group.push(job);
    else groups.set(key, [job]);
  }
  return [...groups]
    .filter(([, group]) => group.length > 1)
    .map(([key, group]) => ({
      key,
      jobs: group.map(({ id, correlationId, name, launchedAtMs }) => ({ id, correlationId, name, launchedAtMs })),
    }));
}
