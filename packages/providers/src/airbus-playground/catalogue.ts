import type { Call, CallFailure, Catalogue, Task } from '@nightpass/core';
import type { AuthorizedExchange } from '../auth/authorized-client.ts';
import { type Base, pathSegment } from '../http/paths.ts';
import { excerpt, reasonLine } from '../http/text-excerpt.ts';
import type { AirbusPlaygroundConfig } from './config.ts';
import { failureOf } from './failures.ts';
import { type InputSchema, type Misfit, misfits } from './input-schema.ts';
import { payloadOf } from './payload.ts';
import { type DescribedProcess, inputsOf, readProcess, readProcessPage } from './process-replies.ts';

/** Reads path and query, with credentials. */
type Get = (path: string, call: Call) => Promise<AuthorizedExchange>;
type Config = Pick<AirbusPlaygroundConfig, 'firstImageField' | 'launchNameToken' | 'probeProjectId'>;
type Problem = { path: string; problem: string };

const pageSize = 100;

/** Processes are listed and described in a project only; which ones a task may run depends on its own. */
export function createCatalogue(get: Get, base: Base, config: Config): Catalogue {
  const processes = `${base.prefix}/api/v1/processes`;

  async function describe(processId: string, projectId: string, call: Call): Promise<Described> {
    const segment = pathSegment(processId);
    if (segment === undefined) return { kind: 'missing', reason: 'this id can stand in no path' };
    const exchange = await get(`${processes}/${segment}?${new URLSearchParams({ projectId })}`, call);
    if (exchange.kind === 'noCredentials') return exchange.failure;
    const isRefusal = exchange.kind === 'answer' && exchange.status >= 400;
    if (!isRefusal) {
      const process = exchange.kind === 'answer' && exchange.status === 200 ? readProcess(exchange.json) : undefined;
      return process?.summary.id === processId ? { kind: 'described', ...process } : failureOf(exchange);
    }
    const reason = reasonLine([`HTTP ${exchange.status}`, excerpt(exchange)].filter(Boolean).join(': '));
    // A page of some other web server is no word of the platform: the address may be wrong.
    const ownWord = typeof exchange.json === 'object' && exchange.json !== null;
    if (ownWord && (exchange.status === 404 || exchange.status === 410)) return { kind: 'missing', reason };
    const failure = failureOf(exchange);
    return ownWord && failure.kind === 'rejected' ? { kind: 'refused', failure, reason } : failure;
  }

  return {
    async list(page, call) {
      if (config.probeProjectId === undefined) return noProject;
      const { number, seen } = readPageToken(page);
      const query = new URLSearchParams({
        projectId: config.probeProjectId,
        page: String(number),
        size: String(pageSize),
      });
      const exchange = await get(`${processes}?${query}`, call);
      if (exchange.kind === 'noCredentials') return exchange.failure;
      const read = exchange.kind === 'answer' && exchange.status === 200 ? readProcessPage(exchange.json) : undefined;
      if (!read) return failureOf(exchange);
      const seenNow = seen + read.rows;
      // Without a total only an empty page ends the list.
      const more = read.rows > 0 && (read.total === undefined || seenNow < read.total);
      return { kind: 'page', processes: read.processes, next: more ? `${number + 1}.${seenNow}` : undefined };
    },

    async describe(processId, call) {
      if (config.probeProjectId === undefined) return noProject;
      const answer = await describe(processId, config.probeProjectId, call);
      if (answer.kind === 'refused') return answer.failure;
      if (answer.kind !== 'described') return answer;
      return { kind: 'described', process: { ...answer.summary, inputs: inputsOf(answer.input) } };
    },

    async check(task, call) {
      const { id, projectId } = task.process;
      const answer = await describe(id, projectId, call);
      switch (answer.kind) {
        case 'missing':
          return unfit({ path: 'id', problem: `project ${shown(projectId)} has no such process: ${answer.reason}` });
        case 'refused': {
          const path = answer.failure.rule === '403-not-allowed-here' ? 'project_id' : 'id';
          return unfit({ path, problem: `it may not be read in project ${shown(projectId)}: ${answer.reason}` });
        }
        case 'described': {
          const problems = problemsOf(task, answer, config);
          return problems.length === 0 ? { kind: 'fits' } : { kind: 'unfit', problems };
        }
        default:
          return answer;
      }
    },
  };
}

type Described =
  | ({ kind: 'described' } & DescribedProcess)
  | { kind: 'missing'; reason: string }
  /** A clear no of the platform to just this question. */
  | { kind: 'refused'; failure: CallFailure; reason: string }
  | CallFailure;

const noProject: CallFailure = {
  kind: 'rejected',
  rule: 'no-project',
  status: 0,
  reason: 'this platform shows processes of a project only: give one in the provider’s key probeProjectId',
};

const unfit = (...problems: Problem[]) => ({ kind: 'unfit' as const, problems });
const shown = (id: string) => JSON.stringify(reasonLine(id));

function readPageToken(page: string | undefined): { number: number; seen: number } {
  const [, number, seen] = /^(\d{1,9})\.(\d{1,9})$/.exec(page ?? '') ?? [];
  return number === undefined ? { number: 1, seen: 0 } : { number: Number(number), seen: Number(seen) };
}

/** What of the payload that would be sent does not go with the input that the process shows. */
function problemsOf(task: Task, { input }: DescribedProcess, config: Config): Problem[] {
  if (!input) return [];
  // Whatever its token will be, it is a text.
  const payload = payloadOf({ task, attempt: 1, launchKey: 'preflight', step: undefined }, config);
  return imageProblem(task, input, config) ?? misfits(payload, input).map(problemOf);
}

/** Whether the process takes as many images as the zone has, and under the names that we send. */
function imageProblem(task: Task, input: InputSchema, { firstImageField }: Config): Problem[] | undefined {
  const wants = (key: string) => input.required.includes(key);
  const knows = (key: string) => wants(key) || Object.hasOwn(input.properties, key);
  if (task.zone.image2Id === undefined) {
    if (!wants('imageId2')) return undefined;
    return [{ path: 'zone.image_2_id', problem: 'this process compares two images' }];
  }
  if (wants('imageId') && !knows('imageId1') && !knows('imageId2')) {
    return [{ path: 'zone.image_2_id', problem: 'this process takes one image' }];
  }
  const other = firstImageField === 'imageId' ? 'imageId1' : 'imageId';
  if (!wants(other) || wants(firstImageField)) return undefined;
  const problem = `the first of its two images is called ${other}, and ${firstImageField} would be sent: set firstImageField: ${other} for this provider`;
  return [{ path: 'id', problem }];
}

/** Keys of the payload by where a batch file gives them. */
const givenBy: Record<string, string> = {
  name: 'name',
  datasetId: 'dataset_id',
  projectId: 'project_id',
  imageId: 'zone.image_id',
  imageId1: 'zone.image_id',
  imageId2: 'zone.image_2_id',
  geom: 'zone.geom',
};

function problemOf({ path, problem }: Misfit): Problem {
  const [key = '', ...inner] = path;
  const told = key === '' ? problem : `its input ${[key, ...inner].join('.')} ${problem}`;
  const given = Object.hasOwn(givenBy, key) ? givenBy[key] : undefined;
  return { path: given === undefined ? 'id' : [given, ...inner].join('.'), problem: reasonLine(told) };
}
