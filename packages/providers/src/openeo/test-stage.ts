import type { LaunchCall, LaunchRequest, Provider, RemoteJob } from '@nightpass/core';
import { type BehaviourOf, type Simulator, type SimulatorOptions, startSimulator } from '@nightpass/simulator';
import { afterEach } from 'vitest';
import { createProvider } from '../provider-kinds.ts';
import { freely } from '../test-call.ts';
import { sampleLaunch } from './sample.ts';

/** For tests: a simulated back-end, and a provider on it. Both are closed after each test. */

export interface Stage {
  simulator: Simulator;
  provider: Provider;
  /** Launches the n-th task, from where its record says. */
  launch(n?: number): ReturnType<Provider['launch']>;
  launched(n?: number): Promise<RemoteJob>;
  find(n?: number, intentAtMs?: number): ReturnType<Provider['findLaunch']>;
  /** The record of how far each launch got. */
  steps: Map<number, string>;
  request(n: number): LaunchRequest;
  anotherProvider(config: object): Provider;
}

export interface StageOptions {
  behaviour?: BehaviourOf<'openeo'>;
  simulator?: Partial<SimulatorOptions>;
  config?: Record<string, unknown>;
  request?(n: number): LaunchRequest;
  secret?(env: string): string;
}

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

export const basicAuth = { kind: 'basic', usernameEnv: 'USERNAME', passwordEnv: 'PASSWORD' };

export async function openStage({ behaviour, simulator: more, config, request, secret }: StageOptions = {}) {
  const simulator = await startSimulator({
    kind: 'openeo',
    seed: 'tests',
    tokens: ['static'],
    behaviour: { jobSeconds: 3600, ...behaviour },
    ...more,
  });
  open.push(simulator);
  const bearer = { kind: 'bearer', tokenEnv: 'TOKEN' };
  const anotherProvider = (change: object) => {
    const whole = { kind: 'openeo', baseUrl: simulator.url, auth: bearer, statusLagSeconds: 0, ...config, ...change };
    const read = ({ env }: { env?: string }) =>
      secret?.(env ?? '') ?? (env === 'TOKEN' ? 'basic//static' : `my-${env}`);
    const made = createProvider('openeo', whole, read, { headersMs: 10_000, totalMs: 20_000 });
    open.unshift(made);
    return made;
  };
  const provider = anotherProvider({});
  const steps = new Map<number, string>();
  const requestOf = (n: number): LaunchRequest => ({ ...(request ?? sampleLaunch)(n), step: steps.get(n) });
  const callOf = (n: number): LaunchCall => ({
    ...freely,
    launchSlot: async (step) => {
      if (step !== undefined) steps.set(n, step);
      return true;
    },
  });
  const launch = (n = 0) => provider.launch(requestOf(n), callOf(n));
  const stage: Stage = {
    simulator,
    provider,
    launch,
    async launched(n = 0) {
      const answer = await launch(n);
      if (answer.kind !== 'launched') throw new Error(`not launched: ${JSON.stringify(answer)}`);
      return answer.job;
    },
    find: (n = 0, intentAtMs = Date.now() - 1000) =>
      provider.findLaunch({ ...requestOf(n), intentAtMs, claimed: async () => new Set<string>() }, callOf(n)),
    steps,
    request: requestOf,
    anotherProvider,
  };
  return stage;
}
