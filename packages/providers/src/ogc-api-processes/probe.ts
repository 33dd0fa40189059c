import type { Call, CallFailure } from '@nightpass/core';
import type { AuthorizedExchange } from '../auth/authorized-client.ts';
import { noSlot } from '../auth/authorized-client.ts';
import type { Base } from '../http/paths.ts';
import { jobsPath, processesPath } from './address.ts';
import type { OgcApiProcessesConfig } from './config.ts';
import { readProcesses } from './description.ts';
import { failureOf } from './failures.ts';

/**
 * Lists a process, and a job where it may: many servers show their processes to anybody, and their jobs to those they
 * know. That there is no list of jobs, or that it fails, is told and is no trouble.
 */
export async function probe(
  get: (path: string, call: Call) => Promise<AuthorizedExchange>,
  base: Base,
  { list }: Pick<OgcApiProcessesConfig, 'list'>,
  call: Call,
): Promise<{ kind: 'ok'; detail: string } | CallFailure> {
  const processes = await get(`${processesPath(base)}?limit=1`, call);
  if (processes.kind !== 'answer' || processes.status !== 200 || !readProcesses(processes.json)) {
    return failureOf(processes);
  }
  const parked = 'lost launches will wait for a person';
  if (list === 'off') return { kind: 'ok', detail: `the server lists its processes; its jobs are not read: ${parked}` };
  if (!(await call.readSlot())) return noSlot;
  const jobs = await get(`${jobsPath(base)}?limit=1`, call);
  if (jobs.kind === 'answer' && jobs.status === 200) {
    return { kind: 'ok', detail: 'the server lists its processes and its jobs' };
  }
  const failure = failureOf(jobs);
  if (failure.kind !== 'rejected' && (jobs.kind !== 'answer' || jobs.status < 500)) return failure;
  return { kind: 'ok', detail: `the server lists its processes but not its jobs (${failure.reason}): ${parked}` };
}
