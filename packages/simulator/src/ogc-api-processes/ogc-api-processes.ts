import type { Clock } from '../clock.ts';
import { fingerprintOf, isRecord } from '../fingerprint.ts';
import type { Asked, Credentials, Platform, Read, Reply, Route } from '../platform.ts';
import { type JobTruth, taskIdOf } from '../truth.ts';
import { conformance, describeProcess, dismiss, landing, listProcesses, look } from './answers.ts';
import type { OgcBehaviour } from './behaviour.ts';
import { errorReply } from './errors.ts';
import { standardWords, wildWords } from './job-plan.ts';
import { type Job, Jobs, stateOf } from './jobs.ts';
import { launch } from './launch.ts';
import { listJobs } from './lists.ts';
import { file, results } from './results.ts';
import { Tokens } from './tokens.ts';
import { json, type World } from './world.ts';

const realm = '/auth/realms/ogc';
const words: readonly string[] = [...standardWords, ...wildWords];

/** OGC API - Processes: version 1.0, the draft of 2.0, and the ways of servers in the wild (see `presets.ts`). */
export class OgcApiProcesses implements Platform {
  readonly tokenPath = `${realm}/protocol/openid-connect/token`;
  readonly root: string;
  readonly routes: Route[];
  readonly #world: World;
  readonly #tokens: Tokens;

  constructor(behaviour: OgcBehaviour, credentials: Credentials, seed: string, clock: Clock) {
    this.#tokens = new Tokens(credentials, seed);
    const { root } = behaviour;
    this.root = root;
    this.#world = { clock, jobs: new Jobs(seed), behaviour, root };
    const read = (asked: Asked) => this.#read(asked);
    const job = `${root}/jobs/:jobId`;
    const process = `${root}/processes/:processId`;
    const grant = (asked: Asked) => this.#tokens.grant(asked, this.#world.behaviour.tokenSeconds);
    this.routes = [
      { method: 'POST', url: this.tokenPath, call: 'token', read: () => ({}), answer: grant },
      {
        method: 'GET',
        url: `${realm}/.well-known/openid-configuration`,
        call: 'other',
        read,
        answer: (asked) => this.#issuer(asked),
      },
      { method: 'GET', url: `${root}/`, call: 'other', read, answer: this.#for(landing) },
      { method: 'GET', url: `${root}/conformance`, call: 'other', read, answer: this.#for(conformance) },
      { method: 'GET', url: `${root}/processes`, call: 'describe', read, answer: this.#for(listProcesses) },
      { method: 'GET', url: process, call: 'describe', read, answer: this.#for(describeProcess) },
      { method: 'POST', url: `${process}/execution`, call: 'launch', read: readLaunch, answer: this.#for(launch) },
      { method: 'GET', url: `${root}/jobs`, call: 'list', read, answer: this.#for(listJobs) },
      { method: 'GET', url: job, call: 'look', read, answer: this.#for(look) },
      { method: 'DELETE', url: job, call: 'delete', read, answer: this.#for(dismiss) },
      { method: 'GET', url: `${job}/results`, call: 'results', read, answer: this.#for(results) },
      { method: 'GET', url: `${job}/files/:name`, call: 'results', read, answer: this.#for(file) },
    ];
  }

  refuse(_asked: Pick<Asked, 'correlationId'>, status: number, message: string): Reply {
    return errorReply(this.#world, status, 'other', message);
  }

  behave(behaviour: OgcBehaviour): void {
    this.#world.behaviour = behaviour;
  }

  jobs(): JobTruth[] {
    const nowMs = this.#world.clock.elapsedMs();
    return this.#world.jobs.all().map((each) => truthOf(each, nowMs));
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
    if (!found || !words.includes(word)) return false;
    found.plan.forced = { word, fromMs: this.#world.clock.elapsedMs() };
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
  }

  #for(answer: (world: World, asked: Asked, read: Read) => Reply) {
    return (asked: Asked, read: Read): Reply => {
      const refusal = this.#world.behaviour.letsIn === 'known' ? this.#tokens.refuses(asked) : undefined;
      return refusal === undefined ? answer(this.#world, asked, read) : this.refuse(asked, 401, refusal);
    };
  }

  #issuer(asked: Asked): Reply {
    const issuer = `${asked.ownOrigin}${realm}`;
    return json(200, { issuer, token_endpoint: `${asked.ownOrigin}${this.tokenPath}` });
  }

  #read(asked: Asked): Read {
    const { processId, jobId } = asked.params;
    const found = this.#world.jobs.find(jobId);
    const imageId = found && imageOf(JSON.parse(found.body) as unknown);
    return { processId: processId ?? found?.processId, jobId, imageId };
  }
}

function readLaunch(asked: Asked): Read {
  const { processId } = asked.params;
  try {
    const input: unknown = JSON.parse(asked.body);
    const inputs = isRecord(input) ? (input.inputs ?? {}) : {};
    return { processId, input, imageId: imageOf(input), fingerprint: fingerprintOf([processId ?? '', inputs]) };
  } catch {
    return { processId };
  }
}

/** The input that names an image, under any of its usual names. */
function imageOf(body: unknown): string | undefined {
  const inputs = isRecord(body) && isRecord(body.inputs) ? body.inputs : {};
  const image = inputs.imageId ?? inputs.image_id ?? inputs.image;
  return typeof image === 'string' ? image : undefined;
}

function truthOf(each: Job, nowMs: number): JobTruth {
  const state = stateOf(each, nowMs);
  return {
    id: each.id,
    processId: each.processId,
    name: '',
    imageId: imageOf(JSON.parse(each.body) as unknown),
    correlationId: each.correlationId,
    taskId: taskIdOf(each.correlationId),
    fingerprint: each.fingerprint,
    launchedAtMs: each.launchedAtMs,
    started: true,
    status: state?.word ?? 'gone',
    progressPercent: state?.progressPercent ?? 0,
  };
}
