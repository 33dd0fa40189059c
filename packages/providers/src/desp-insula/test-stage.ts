import type { FindAnswer, LaunchAnswer, LaunchRequest, Provider, RemoteJob, Task } from '@nightpass/core';
import { type Behaviour, type FaultRule, type Simulator, startSimulator } from '@nightpass/simulator';
import { afterEach } from 'vitest';
import { createProvider } from '../provider-kinds.ts';
import { freely } from '../test-call.ts';
import { sampleLaunch } from './sample.ts';

/** One simulated server and a provider on it, with the ledger's record of how far launches got. */
export interface Stage {
  simulator: Simulator;
  provider: Provider;
  steps: Map<number, string>;
  /** Of the n-th task; `inputs` instead of its own. */
  request(n?: number, inputs?: Task['process']['inputs']): LaunchRequest;
  launch(n?: number, inputs?: Task['process']['inputs']): Promise<LaunchAnswer>;
  /** @throws where it was not launched */
  launched(n?: number, inputs?: Task['process']['inputs']): Promise<RemoteJob>;
  find(n?: number, claimed?: readonly string[]): Promise<FindAnswer>;
  /** A launch whose answer is lost. */
  lost(n?: number, rule?: FaultRule): Promise<void>;
  /** One request to the server itself, as a person would make it. */
  byHand(method: string, path: string, body?: object): Promise<{ status: number; body: unknown }>;
}

const password = 'portal-key-of-ada';
const limits = { headersMs: 2_000, totalMs: 4_000 };

/** Servers are closed after each test. */
export function stages() {
  const closing: { close(): Promise<void> }[] = [];
  afterEach(async () => {
    for (const one of closing.splice(0)) await one.close();
  });

  return async function open(behaviour: Behaviour = {}, config: object = {}): Promise<Stage> {
    const users = ['ada', 'bob'].map((name) => ({ name, password }));
    const simulator = await startSimulator({
      kind: 'desp-insula',
      behaviour: { jobSeconds: 3600, ...behaviour },
      users,
    });
    const auth = { kind: 'basic', usernameEnv: 'DESP_USERNAME', passwordEnv: 'DESP_TOKEN' };
    const provider = createProvider(
      'desp',
      { kind: 'desp-insula', baseUrl: simulator.url, auth, ...config },
      ({ env }) => (env === 'DESP_USERNAME' ? 'ada' : password),
      limits,
    );
    closing.push(provider, simulator);
    const steps = new Map<number, string>();
    const request = (n = 0, inputs?: Task['process']['inputs']) => ({ ...sampleLaunch(n, inputs), step: steps.get(n) });
    const launch = (n = 0, inputs?: Task['process']['inputs']) =>
      provider.launch(request(n, inputs), {
        ...freely,
        launchSlot: async (made) => {
          if (made !== undefined) steps.set(n, made);
          return true;
        },
      });
    return {
      simulator,
      provider,
      steps,
      request,
      launch,
      async launched(n, inputs) {
        const answer = await launch(n, inputs);
        if (answer.kind !== 'launched') throw new Error(`not launched: ${JSON.stringify(answer)}`);
        return answer.job;
      },
      find: (n = 0, claimed = []) =>
        provider.findLaunch(
          {
            ...request(n),
            intentAtMs: Date.now() - 1000,
            claimed: async (ids) => new Set(ids.filter((id) => claimed.includes(id))),
          },
          freely,
        ),
      async lost(n = 0, rule = { on: 'launch', do: 'drop-after-accept' }) {
        simulator.setFaults([rule]);
        const answer = await launch(n);
        simulator.setFaults([]);
        if (answer.kind !== 'ambiguous') throw new Error(`not lost: ${JSON.stringify(answer)}`);
      },
      async byHand(method, path, body) {
        const answer = await fetch(`${simulator.url}/secure/api/v2.0${path}`, {
          method,
          headers: { authorization: `Basic ${btoa(`bob:${password}`)}`, 'content-type': 'application/json' },
          ...(body && { body: JSON.stringify(body) }),
        });
        const text = await answer.text();
        return { status: answer.status, body: text === '' ? undefined : (JSON.parse(text) as unknown) };
      },
    };
  };
}
