import type { Clock } from '../clock.ts';
import type { Asked, Credentials, Platform, Read, Reply, Route } from '../platform.ts';
import { randomFrom } from '../random.ts';
import { type JobTruth, taskIdOf } from '../truth.ts';
import { ActiveJobs } from './active-jobs.ts';
import { describeProcess, launch, list, listProcesses, look, remove, type World } from './answers.ts';
import type { AirbusPlaygroundBehaviour } from './behaviour.ts';
import { imageOf, launchFingerprint, textOf } from './input.ts';
import { type Word, words } from './job-plan.ts';
import { type Job, Jobs, stateOf } from './jobs.ts';
import { exportRecords } from './records.ts';
import { errorReply } from './replies.ts';
import { Tokens } from './tokens.ts';

const tokenPath = '/auth/realms/IDP/protocol/openid-connect/token';
const processes = '/api/v1/processes';
const jobs = `${processes}/:processId/jobs`;
const job = `${jobs}/:jobId`;

type InProject = (world: World, asked: Asked, projectId: string) => Reply;

/**
 * The Airbus Intelligence Playground, by its published "Geo Processes Manager" description (airbusgeo/playground-docs,
 * api/playground_geo_processes_manager_api.yaml) and the login of its public Python client. Every call but the login
 * needs a bearer token, every GET and DELETE a projectId.
 */
export class AirbusPlayground implements Platform {
  readonly tokenPath = tokenPath;
  readonly routes: Route[];
  readonly #world: World;
  readonly #tokens: Tokens;

  constructor(behaviour: AirbusPlaygroundBehaviour, credentials: Credentials, seed: string, clock: Clock) {
    this.#tokens = new Tokens(credentials, seed);
    this.#world = {
      clock,
      random: randomFrom(`${seed}/lists`),
      jobs: new Jobs(seed),
      active: new ActiveJobs(),
      desk: { behaviour, toUnixMs: (elapsedMs) => clock.wallMs() - clock.elapsedMs() + elapsedMs },
    };
    const read = (asked: Asked) => this.#read(asked);
    const login = (asked: Asked) => this.#tokens.grant(asked, this.#world.desk.behaviour.tokenSeconds);
    this.routes = [
      { method: 'POST', url: tokenPath, call: 'token', read: () => ({}), answer: login },
      { method: 'POST', url: jobs, call: 'launch', read: readLaunch, answer: this.#authorized(launch) },
      { method: 'GET', url: job, call: 'look', read, answer: this.#inProject(look) },
      { method: 'DELETE', url: job, call: 'delete', read, answer: this.#inProject(remove) },
      { method: 'GET', url: jobs, call: 'list', read, answer: this.#inProject(list) },
      { method: 'GET', url: '/api/v1/jobs', call: 'list', read, answer: this.#inProject(list) },
      {
        method: 'GET',
        url: '/api/v1/records/:datasetId/export',
        call: 'results',
        read: (asked) => ({ jobId: asked.query.get('jobId') ?? undefined }),
        answer: this.#inProject(exportRecords),
      },
      { method: 'GET', url: processes, call: 'describe', read, answer: this.#inProject(listProcesses) },
      {
        method: 'GET',
        url: `${processes}/:processId`,
        call: 'describe',
        read,
        answer: this.#inProject(describeProcess),
      },
    ];
  }

  refuse(asked: Pick<Asked, 'correlationId'>, status: number, message: string): Reply {
    return errorReply(this.#world.desk, asked, status, message);
  }

  behave(behaviour: AirbusPlaygroundBehaviour): void {
    this.#world.desk.behaviour = behaviour;
  }

  jobs(): JobTruth[] {
    const nowMs = this.#world.clock.elapsedMs();
    return Array.from(this.#world.jobs.all(), (each) => truthOf(each, nowMs));
  }

  jobCounts(): Record<string, number> {
    const nowMs = this.#world.clock.elapsedMs();
    const counts: Record<string, number> = {};
    for (const each of this.#world.jobs.all()) {
      const word = stateOf(each, nowMs)?.word ?? 'gone';
      counts[word] = (counts[word] ?? 0) + 1;
    }
    return counts;
  }

  setJobStatus(jobId: string, word: string): boolean {
    const found = this.#world.jobs.find(jobId);
    if (!found || !words.includes(word as Word)) return false;
    found.plan.forced = { word: word as Word, fromMs: this.#world.clock.elapsedMs() };
    return true;
  }

  removeJob(jobId: string): boolean {
    const found = this.#world.jobs.find(jobId);
    if (found) found.plan.goneFromMs = Math.min(found.plan.goneFromMs, this.#world.clock.elapsedMs());
    return found !== undefined;
  }

  expireTokens(): void {
    this.#tokens.expireAll();
  }

  reset(): void {
    this.#world.jobs.clear();
    this.#world.active.clear();
  }

  #authorized(answer: (world: World, asked: Asked, read: Read) => Reply) {
    return (asked: Asked, read: Read): Reply => {
      const refusal = this.#tokens.refuses(asked);
      return refusal === undefined ? answer(this.#world, asked, read) : this.refuse(asked, 401, refusal);
    };
  }

  #inProject(answer: InProject) {
    return this.#authorized((world, asked) => {
      const projectId = asked.query.get('projectId');
      if (projectId) return answer(world, asked, projectId);
      return errorReply(world.desk, asked, 400, 'Bad request', 'projectId is required');
    });
  }

  #read(asked: Asked): Read {
    const { processId, jobId } = asked.params;
    const found = this.#world.jobs.find(jobId);
    const input: unknown = found && JSON.parse(found.rest);
    return { processId, jobId, name: textOf(input, 'name'), imageId: imageOf(input) };
  }
}

function readLaunch(asked: Asked): Read {
  const { processId } = asked.params;
  let input: unknown;
  try {
    input = JSON.parse(asked.body);
  } catch {
    return { processId };
  }
  const fingerprint = launchFingerprint(processId, input);
  return { processId, input, name: textOf(input, 'name'), imageId: imageOf(input), fingerprint };
}

function truthOf(each: Job, nowMs: number): JobTruth {
  const input: unknown = JSON.parse(each.rest);
  const state = stateOf(each, nowMs);
  return {
    id: each.id,
    processId: each.processId,
    projectId: each.projectId,
    datasetId: each.datasetId,
    name: textOf(input, 'name') ?? '',
    imageId: imageOf(input) ?? '',
    imageId2: textOf(input, 'imageId2'),
    correlationId: each.correlationId,
    taskId: taskIdOf(each.correlationId),
    fingerprint: each.fingerprint,
    launchedAtMs: each.launchedAtMs,
    started: true,
    status: state?.word ?? 'gone',
    progressPercent: state?.progressPercent ?? 0,
  };
}
