import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import type { AddressInfo } from 'node:net';
import fastify, { type FastifyInstance } from 'fastify';
import { type Clock, startClock } from './clock.ts';
import { openControl } from './control.ts';
import { type Call, type FaultRule, readFaultScript } from './fault-script.ts';
import { Faults } from './faults.ts';
import { type Gate, openGate } from './gate.ts';
import { type Behaviour, kinds, type SimulatorKind } from './kinds.ts';
import type { User } from './platform.ts';
import { randomFrom } from './random.ts';
import { type Counts, type RequestFilter, RequestLog, type RequestRecord } from './request-log.ts';
import { SlidingSecond } from './sliding-second.ts';
import { type JobTruth, type LaunchedTwice, launchedTwice } from './truth.ts';
import { Waiting } from './waiting.ts';

export interface SimulatorOptions {
  kind: SimulatorKind;
  /** A free one unless given. */
  port?: number;
  /** 127.0.0.1 unless given. */
  host?: string;
  behaviour?: Behaviour;
  faults?: readonly FaultRule[];
  /** Same seed, same fates of jobs, same draws of faults, same ids. Random unless given. */
  seed?: string | number;
  /** Keys that are good for a token; any that is not blank unless given. */
  apiKeys?: readonly string[];
  /** Bearer tokens that are good without asking for one, and never end. */
  tokens?: readonly string[];
  /** Who may log in by name and password (or id and secret); anybody whose are not blank unless given. */
  users?: readonly User[];
}

/** A platform that runs here, and what is true of it. */
export interface Simulator {
  kind: SimulatorKind;
  /** Origin by which this machine reaches it, without a slash at its end. */
  url: string;
  /** What a client is configured with: the origin, and the path before every path of the API, where there is one. */
  baseUrl: string;
  /** Where credentials are exchanged for tokens. */
  tokenUrl: string;
  port: number;
  seed: string;
  /** The last 200,000 launches, in order of arrival, refused ones included. */
  launches(): RequestRecord[];
  /** Every job there is or was, in order of launch, as it is now. */
  jobs(): JobTruth[];
  /** How many jobs have which status now; `gone` where they answer 404. Cheaper than `jobs`. */
  jobCounts(): Record<string, number>;
  requests(filter?: RequestFilter): RequestRecord[];
  counts(): Counts;
  /** The most arrivals in any 1,000 ms, whatever was answered. */
  mostInAnySecond(call: Call | 'any'): number;
  /** Tasks (or payloads) with more than one job. Tasks are told by the correlation id before its last dot. */
  launchedTwice(by?: 'task' | 'payload'): LaunchedTwice[];
  /** Replaces the script; counting begins anew. @throws Error naming every bad place of the script. */
  setFaults(faults: readonly FaultRule[]): void;
  /** Changes what is given, keeps the rest; jobs launched before keep their fate. @throws Error on a bad value. */
  setBehaviour(behaviour: Behaviour): void;
  expireTokens(): void;
  /** Ends (or otherwise changes) a job by hand. @throws Error where there is no such job or status. */
  setJobStatus(jobId: string, status: string): void;
  /** From now on the job answers 404. @throws Error where there is no such job. */
  removeJob(jobId: string): void;
  /** Closes the port and every connection: connecting is refused until `comeOnline`. */
  goOffline(): Promise<void>;
  comeOnline(): Promise<void>;
  /** Forgets jobs, records and counters, and starts clock and fault script anew; tokens stay. */
  reset(): void;
  /** Waits until the predicate gives neither false nor undefined. @throws Error after `timeoutMs`. */
  waitFor<T>(predicate: () => T | false | undefined, timeoutMs: number): Promise<T>;
  close(): Promise<void>;
}

const largestBodyBytes = 64 * 1024 * 1024;

/** Starts a local HTTP server that speaks a platform's API. @throws Error on a bad behaviour or fault script. */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const { kind, host = '127.0.0.1' } = options;
  const seed = String(options.seed ?? randomUUID());
  let behaviour: Behaviour = options.behaviour ?? {};
  let rules = readFaultScript(options.faults ?? []);
  const clock = resettableClock();
  const credentials = { apiKeys: options.apiKeys, tokens: options.tokens ?? [], users: options.users };
  const opened = kinds[kind].open(behaviour, credentials, seed, clock);
  const { platform } = opened;
  const waiting = new Waiting();
  const closing = new AbortController();
  setMaxListeners(0, closing.signal);
  const gate: Gate = {
    platform,
    traffic: opened.traffic,
    faults: new Faults(rules, seed),
    log: new RequestLog(() => waiting.wake()),
    clock,
    passed: nothingPassed(),
    random: randomFrom(`${seed}/latency`),
    closing: closing.signal,
  };

  const app = fastify({
    bodyLimit: largestBodyBytes,
    exposeHeadRoutes: false,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 1000 },
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));

  const simulator: Simulator = {
    kind,
    url: '',
    baseUrl: '',
    tokenUrl: '',
    port: 0,
    seed,
    launches: () => gate.log.launches(),
    jobs: () => platform.jobs(),
    jobCounts: () => platform.jobCounts(),
    requests: (filter) => gate.log.requests(filter),
    counts: () => gate.log.counts(),
    mostInAnySecond: (call) => gate.log.mostInAnySecond(call),
    launchedTwice: (by = 'task') => launchedTwice(platform.jobs(), by),
    setFaults: (faults) => {
      rules = readFaultScript(faults);
      gate.faults = new Faults(rules, seed);
    },
    setBehaviour: (change) => {
      const next: Behaviour = { ...behaviour, ...change };
      gate.traffic = opened.behave(next);
      behaviour = next;
    },
    expireTokens: () => platform.expireTokens(),
    setJobStatus: (jobId, status) => {
      if (!platform.setJobStatus(jobId, status)) throw new Error(`no job ${jobId}, or no status ${status}`);
      waiting.wake();
    },
    removeJob: (jobId) => {
      if (!platform.removeJob(jobId)) throw new Error(`no job ${jobId}`);
      waiting.wake();
    },
    goOffline: () => stopListening(app),
    comeOnline: () => listenAgain(app, simulator.port, host),
    reset: () => {
      clock.restart();
      platform.reset();
      gate.log = new RequestLog(() => waiting.wake());
      gate.faults = new Faults(rules, seed);
      gate.passed = nothingPassed();
    },
    waitFor: (predicate, timeoutMs) =>
      waiting.until(predicate, timeoutMs, () => `counts: ${JSON.stringify(gate.log.counts())}`),
    close: async () => {
      closing.abort();
      waiting.close();
      await app.close();
    },
  };
  openControl(app, simulator);
  openGate(app, gate);
  await app.listen({ host, port: options.port ?? 0 });
  simulator.port = (app.server.address() as AddressInfo).port;
  simulator.url = `http://${reachable(host)}:${simulator.port}`;
  simulator.baseUrl = `${simulator.url}${platform.root ?? ''}`;
  simulator.tokenUrl = `${simulator.url}${platform.tokenPath}`;
  return simulator;
}

/** How this machine reaches a server that listens on `host`. */
function reachable(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}

const nothingPassed = () => ({ inSecond: new SlidingSecond(), inMinute: new SlidingSecond(60_000) });

function resettableClock(): Clock & { restart(): void } {
  let clock = startClock();
  return {
    elapsedMs: () => clock.elapsedMs(),
    wallMs: () => clock.wallMs(),
    restart: () => {
      clock = startClock();
    },
  };
}

async function stopListening(app: FastifyInstance): Promise<void> {
  const stopped = new Promise<void>((resolve) => app.server.close(() => resolve()));
  app.server.closeAllConnections();
  await stopped;
}

async function listenAgain(app: FastifyInstance, port: number, host: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    app.server.once('error', reject);
    app.server.listen(port, host, () => {
      app.server.off('error', reject);
      resolve();
    });
  });
}
