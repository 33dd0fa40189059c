import type { Clock } from '../clock.ts';
import type { Asked, Credentials, Platform, Read, Reply, Route } from '../platform.ts';
import { type JobTruth, taskIdOf } from '../truth.ts';
import { cancel, change, create, findJob, list, logs, look, remove, start, type World } from './answers.ts';
import type { OpenEoBehaviour } from './behaviour.ts';
import {
  apiPrefix,
  capabilities,
  conformance,
  listProcesses,
  oidcProviders,
  validate,
  versionFault,
  wellKnown,
} from './discovery.ts';
import { errorReply, json } from './errors.ts';
import { Issuer, tokenPath } from './issuer.ts';
import { forcedTo, progressAt, type Word, wordAt, words } from './job-life.ts';
import { graphOf, type Job, Jobs, textOf } from './jobs.ts';
import { download, results, signedDownload } from './results.ts';
import { Tokens } from './tokens.ts';

const api = `${apiPrefix}/:version`;
const job = `${api}/jobs/:jobId`;

/**
 * An openEO back-end, API 1.0 to 1.3, by its specification and by what the drivers of VITO and of Google Earth Engine
 * were seen to answer. Every call on jobs needs a bearer token; discovery and logins need none.
 */
export class OpenEo implements Platform {
  readonly tokenPath = tokenPath;
  readonly routes: Route[];
  readonly #world: World;
  readonly #tokens: Tokens;

  constructor(behaviour: OpenEoBehaviour, credentials: Credentials, seed: string, clock: Clock) {
    this.#tokens = new Tokens(credentials, seed);
    this.#world = { clock, behaviour, jobs: new Jobs(seed) };
    const issuer = new Issuer(this.#tokens, seed, () => this.#world.behaviour);
    const read = (asked: Asked) => this.#read(asked);
    const none = () => ({});
    const { open, login } = { open: this.#open, login: this.#login };
    this.routes = [
      { method: 'GET', url: '/.well-known/openeo', call: 'describe', read: none, answer: open(wellKnown, false) },
      { method: 'GET', url: api, call: 'describe', read: none, answer: open(capabilities) },
      { method: 'GET', url: `${api}/`, call: 'describe', read: none, answer: open(capabilities) },
      { method: 'GET', url: `${api}/conformance`, call: 'describe', read: none, answer: open(conformance) },
      { method: 'GET', url: `${api}/processes`, call: 'describe', read: none, answer: open(listProcesses) },
      { method: 'POST', url: `${api}/validation`, call: 'describe', read: none, answer: login(validating) },
      { method: 'GET', url: `${api}/credentials/oidc`, call: 'describe', read: none, answer: open(oidcProviders) },
      {
        method: 'GET',
        url: `${api}/credentials/basic`,
        call: 'token',
        read: none,
        answer: open((behaviour, asked) => this.#tokens.basicLogin(asked, behaviour)),
      },
      {
        method: 'GET',
        url: `${api}/me`,
        call: 'other',
        read: none,
        answer: login(() => json({ user_id: 'simulated' })),
      },
      { method: 'POST', url: `${api}/jobs`, call: 'create', read: readBody, answer: login(create) },
      { method: 'GET', url: `${api}/jobs`, call: 'list', read: none, answer: login(list) },
      { method: 'GET', url: job, call: 'look', read, answer: login(look) },
      { method: 'PATCH', url: job, call: 'other', read: readBody, answer: login(change) },
      { method: 'DELETE', url: job, call: 'delete', read, answer: login(remove) },
      { method: 'POST', url: `${job}/results`, call: 'launch', read, answer: login(start) },
      { method: 'GET', url: `${job}/results`, call: 'results', read, answer: login(results) },
      { method: 'DELETE', url: `${job}/results`, call: 'delete', read, answer: login(cancel) },
      { method: 'GET', url: `${job}/results/assets/:name`, call: 'results', read, answer: login(download) },
      { method: 'GET', url: `${job}/logs`, call: 'logs', read, answer: login(logs) },
      {
        method: 'GET',
        url: `${apiPrefix}-signed/:jobId/:name`,
        call: 'results',
        read,
        answer: (asked) => signedDownload(this.#world, asked),
      },
      ...issuer.routes,
    ];
  }

  refuse(_asked: Pick<Asked, 'correlationId'>, status: number, message: string): Reply {
    if (status === 404 && this.#world.behaviour.unknownPath === 'html') {
      return { status, headers: { 'content-type': 'text/html' }, body: '<!DOCTYPE html><pre>Cannot GET this</pre>' };
    }
    const code = status === 404 ? 'NotFound' : status === 429 ? 'TooManyRequests' : 'Internal';
    return errorReply(status, code, message);
  }

  behave(behaviour: OpenEoBehaviour): void {
    this.#world.behaviour = behaviour;
  }

  jobs(): JobTruth[] {
    const nowMs = this.#world.clock.elapsedMs();
    return this.#world.jobs.all().map((each) => truthOf(each, nowMs));
  }

  jobCounts(): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const { status } of this.jobs()) counts[status] = (counts[status] ?? 0) + 1;
    return counts;
  }

  setJobStatus(jobId: string, word: string): boolean {
    const found = this.#world.jobs.find(jobId);
    if (!found || !words.includes(word as Word)) return false;
    found.life.forced = forcedTo(word as Word);
    return true;
  }

  removeJob(jobId: string): boolean {
    const found = this.#world.jobs.find(jobId);
    if (found) found.life.goneFromMs = Math.min(found.life.goneFromMs, this.#world.clock.elapsedMs());
    return found !== undefined;
  }

  expireTokens(): void {
    this.#tokens.expireAll();
  }

  reset(): void {
    this.#world.jobs.clear();
  }

  /** For everybody. */
  #open = (answer: (behaviour: OpenEoBehaviour, asked: Asked) => Reply, versioned = true) => {
    return (asked: Asked): Reply => {
      const { behaviour } = this.#world;
      return (versioned ? versionFault(behaviour, asked.params.version) : undefined) ?? answer(behaviour, asked);
    };
  };

  /** For those who have a token. */
  #login = (answer: (world: World, asked: Asked, read: Read) => Reply) => {
    return (asked: Asked, read: Read): Reply => {
      const { behaviour } = this.#world;
      const refusal = versionFault(behaviour, asked.params.version) ?? this.#tokens.refuses(asked, behaviour);
      return refusal ?? answer(this.#world, asked, read);
    };
  };

  #read(asked: Asked): Read {
    const { jobId } = asked.params;
    const found = findJob(this.#world, asked);
    return { jobId, name: found?.title, processId: found?.processId, fingerprint: found?.fingerprint };
  }
}

const validating = ({ behaviour }: World, asked: Asked): Reply => validate(behaviour, asked);

function readBody(asked: Asked): Read {
  try {
    const input: unknown = JSON.parse(asked.body);
    const title = typeof input === 'object' && input !== null && 'title' in input ? textOf(input.title) : undefined;
    return { jobId: asked.params.jobId, input, name: title, processId: Object.keys(graphOf(input) ?? {})[0] };
  } catch {
    return { jobId: asked.params.jobId };
  }
}

function truthOf(each: Job, nowMs: number): JobTruth {
  const status = wordAt(each.life, nowMs);
  return {
    id: each.id,
    processId: each.processId,
    name: each.title ?? '',
    correlationId: each.correlationId,
    taskId: taskIdOf(each.correlationId),
    fingerprint: each.fingerprint,
    launchedAtMs: each.createdAtMs,
    started: each.runs > 0,
    status: nowMs < each.life.goneFromMs ? status : 'gone',
    progressPercent: progressAt(each.life, status, nowMs),
  };
}
