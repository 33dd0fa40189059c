import type { Clock } from '../clock.ts';
import type { Asked, Credentials, Platform, Read, Reply, Route } from '../platform.ts';
import { randomFrom } from '../random.ts';
import { type JobTruth, taskIdOf } from '../truth.ts';
import { Access } from './access.ts';
import type { DespInsulaBehaviour } from './behaviour.ts';
import { create, deleteConfig, estimate, getConfig, listConfigs, readCreate } from './config-answers.ts';
import { Configs } from './configs.ts';
import { errorReply, refusedReply } from './errors.ts';
import { cancel, configOfJob, logs, look, parentOfJob, subJobs, terminate } from './job-answers.ts';
import { type Word, words } from './job-plan.ts';
import { type Job, Jobs } from './jobs.ts';
import { launch } from './launching.ts';
import { findByFilter, findJobs, listJobs } from './lists.ts';
import { download, findFiles, outputFiles, stacOutput } from './outputs.ts';
import { quirksOf } from './quirks.ts';
import { currentUser, describeService, listServices } from './service-answers.ts';
import { type Answer, apiPath, idOf, type World } from './world.ts';

const tokenPath = '/realms/desp/protocol/openid-connect/token';
const progress = { CREATED: 0, DATA_FETCH: 25, PROCESSING: 50, OUTPUT_LIST: 75 } as const;

type Row = readonly [Route['method'], string, Route['call'], Answer, Route['read']?];

/** The processing API of DESP's User Workflow, which is that of CGI's Insula and of its older kin. */
export class DespInsula implements Platform {
  readonly tokenPath = tokenPath;
  readonly routes: Route[];
  readonly #world: World;
  readonly #access: Access;

  constructor(behaviour: DespInsulaBehaviour, credentials: Credentials, seed: string, clock: Clock) {
    this.#access = new Access(credentials, seed);
    this.#world = {
      clock,
      random: randomFrom(`${seed}/launches`),
      behaviour,
      quirks: quirksOf(behaviour.generation, behaviour),
      configs: new Configs(),
      jobs: new Jobs(seed),
      spent: 0,
    };
    const login = (asked: Asked) => this.#access.grant(asked, this.#world.behaviour);
    this.routes = [
      { method: 'POST', url: tokenPath, call: 'token', read: () => ({}), answer: login },
      ...rows.flatMap((row) => this.#routes(row)),
    ];
  }

  refuse(_asked: Pick<Asked, 'correlationId'>, status: number, message: string): Reply {
    return errorReply(this.#world.quirks.errorForm, status, message);
  }

  behave(behaviour: DespInsulaBehaviour): void {
    this.#world.behaviour = behaviour;
    this.#world.quirks = quirksOf(behaviour.generation, behaviour);
  }

  /** Sub-jobs are their parents' and are not told of. */
  jobs(): JobTruth[] {
    return [...this.#world.jobs.all()].filter((job) => job.parentId === null).map((job) => this.#truthOf(job));
  }

  jobCounts(): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const { status } of this.jobs()) counts[status] = (counts[status] ?? 0) + 1;
    return counts;
  }

  /** Of sub-jobs too. */
  setJobStatus(jobId: string, word: string): boolean {
    const job = this.#world.jobs.find(idOf(jobId));
    if (!job || !words.includes(word as Word)) return false;
    job.plan.forced = { word: word as Word, fromMs: this.#world.clock.elapsedMs() };
    return true;
  }

  removeJob(jobId: string): boolean {
    const job = this.#world.jobs.find(idOf(jobId));
    if (job) job.goneFromMs = Math.min(job.goneFromMs, this.#world.clock.elapsedMs());
    return job !== undefined;
  }

  expireTokens(): void {
    this.#access.expireAll();
  }

  reset(): void {
    this.#world.jobs.clear();
    this.#world.configs.clear();
    this.#world.spent = 0;
  }

  /** With a slash at its end and without. */
  #routes([method, path, call, answer, read]: Row): Route[] {
    const route = (slash: '' | '/'): Route => ({
      method,
      url: `${apiPath}${path}${slash}`,
      call,
      read: read ?? ((asked) => this.#read(asked)),
      answer: (asked, about) => this.#answer(answer, asked, about, slash),
    });
    return [route(''), route('/')];
  }

  #answer(answer: Answer, asked: Asked, read: Read, slash: '' | '/'): Reply {
    const world = this.#world;
    const caller = this.#access.callerOf(asked);
    if (caller.kind === 'refused') return refusedReply(world.quirks.refusal);
    const unknown = slash === '' ? 'with' : 'without';
    if (world.quirks.slashes === unknown) return errorReply(world.quirks.errorForm, 404, 'Not found');
    return answer({ world, asked, read, caller: caller.name });
  }

  #read({ params }: Asked): Read {
    const { jobs, configs } = this.#world;
    const job = jobs.find(idOf(params.jobId));
    const config = configs.find(job?.configId ?? idOf(params.configId));
    const name = config?.label ?? undefined;
    const processId = config ? String(config.serviceId) : params.serviceId;
    return { jobId: params.jobId, name, processId, fingerprint: job?.fingerprint };
  }

  #truthOf(job: Job): JobTruth {
    const nowMs = this.#world.clock.elapsedMs();
    const state = this.#world.jobs.stateOf(job, nowMs);
    return {
      id: String(job.id),
      processId: String(job.serviceId),
      name: this.#world.configs.find(job.configId)?.label ?? '',
      correlationId: job.correlationId,
      taskId: taskIdOf(job.correlationId),
      fingerprint: job.fingerprint,
      launchedAtMs: job.launchedAtMs,
      started: true,
      status: nowMs >= job.goneFromMs ? 'gone' : state.word,
      progressPercent: state.word === 'COMPLETED' ? 100 : progress[state.phase],
    };
  }
}

const rows: readonly Row[] = [
  ['GET', '/users/current', 'other', currentUser],
  ['GET', '/services', 'describe', listServices],
  ['GET', '/services/search/parametricFind', 'describe', listServices],
  ['GET', '/services/:serviceId', 'describe', describeService],
  ['POST', '/jobConfigs', 'create', create, readCreate],
  ['GET', '/jobConfigs', 'other', listConfigs],
  ['GET', '/jobConfigs/:configId', 'other', getConfig],
  ['DELETE', '/jobConfigs/:configId', 'other', deleteConfig],
  ['GET', '/estimateCost/jobConfig/:configId', 'describe', estimate],
  ['POST', '/jobConfigs/:configId/launch', 'launch', launch],
  ['GET', '/jobs', 'list', listJobs],
  ['GET', '/jobs/search/parametricFind', 'list', findJobs],
  ['GET', '/jobs/search/findByFilterAndIsNotSubjobAndOwner', 'list', findByFilter],
  ['GET', '/jobs/search/findByFilterOnly', 'list', findByFilter],
  ['GET', '/jobs/:jobId', 'look', look],
  ['GET', '/jobs/:jobId/config', 'look', configOfJob],
  ['GET', '/jobs/:jobId/parentJob', 'look', parentOfJob],
  ['GET', '/jobs/:jobId/subJobs', 'look', subJobs],
  ['GET', '/jobs/:jobId/logs', 'logs', logs],
  ['GET', '/jobs/:jobId/cancel', 'delete', cancel],
  ['POST', '/jobs/:jobId/terminate', 'delete', terminate],
  ['GET', '/jobs/:jobId/outputFiles', 'results', outputFiles],
  ['GET', '/jobs/:jobId/outputs/:outputId', 'results', stacOutput],
  ['GET', '/platformFiles/search/parametricFind', 'results', findFiles],
  ['GET', '/platformFiles/:fileId/dl', 'results', download],
  ['GET', '/ftepFiles/search/parametricFind', 'results', findFiles],
  ['GET', '/ftepFiles/:fileId/dl', 'results', download],
];
