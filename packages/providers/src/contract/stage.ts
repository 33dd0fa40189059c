import type { FindAnswer, LaunchAnswer, LaunchRequest, Provider, RemoteJob, RemoteStatus } from '@nightpass/core';
import { type FaultRule, type Simulator, type SimulatorKind, startSimulator } from '@nightpass/simulator';
import { afterEach, expect } from 'vitest';
import { freely } from '../test-call.ts';

/** What the contract must know of a platform to provoke it. */
export interface ContractSubject {
  kind: SimulatorKind;
  /** A key that the simulator takes and the provider holds; it must never be shown. */
  apiKey: string;
  /** `plain`: without a token in the name. Its limits: 1 s to the headers, 2 s in all, 200,000 bytes. */
  provider(simulator: Pick<Simulator, 'url' | 'tokenUrl'>, style: 'plain' | 'nameToken'): Provider;
  /** The n-th of the test's own tasks; `twin` has the payload of another, under its own id. */
  request(n: number, twin?: number): LaunchRequest;
  /** Every word the platform documents. */
  words: Readonly<Record<string, RemoteStatus>>;
  /** Where things stand in its answers, for faults that alter them. */
  paths: { id: string; link: string; word: string; progress: string };
  /** Behaviours of the simulator. */
  withoutLocation: Parameters<Simulator['setBehaviour']>[0];
  withoutInput: Parameters<Simulator['setBehaviour']>[0];
  deletions: Parameters<Simulator['setBehaviour']>[0][];
}

export const never = new AbortController().signal;
export const message = 'Told by the test';

/** Opens a fresh simulator and a provider on it; closed after each test, which fails if an answer holds a secret. */
export function stages(subject: ContractSubject) {
  const closing: { close(): Promise<void> }[] = [];
  const said: unknown[] = [];
  afterEach(async () => {
    for (const one of closing.splice(0)) await one.close();
    const text = JSON.stringify(said.splice(0));
    expect(text).not.toContain(subject.apiKey);
    // How the simulator's tokens begin.
    expect(text).not.toContain('eyJhbGciOi');
  });

  /** Keeps all that the provider answers. */
  function heard(provider: Provider): Provider {
    const keep = <T>(answer: T): T => {
      said.push(answer);
      return answer;
    };
    return {
      findsBy: provider.findsBy,
      launch: async (...call) => keep(await provider.launch(...call)),
      look: async (...call) => keep(await provider.look(...call)),
      findLaunch: async (...call) => keep(await provider.findLaunch(...call)),
      cancel: async (...call) => keep(await provider.cancel(...call)),
      probe: async (...call) => keep(await provider.probe(...call)),
      ...(provider.survey && { survey: provider.survey }),
      close: () => provider.close(),
    };
  }

  return async function open(style: 'plain' | 'nameToken' = 'plain') {
    const simulator = await startSimulator({
      kind: subject.kind,
      behaviour: { jobSeconds: 3600 },
      apiKeys: [subject.apiKey],
    });
    const provider = heard(subject.provider(simulator, style));
    closing.push(provider, simulator);
    const launch = (n = 0) => provider.launch(subject.request(n), freely);
    const find = (n = 0, claimed: readonly string[] = [], intentAtMs = Date.now() - 1000): Promise<FindAnswer> => {
      const taken = async (ids: readonly string[]) => new Set(ids.filter((id) => claimed.includes(id)));
      return provider.findLaunch({ ...subject.request(n), intentAtMs, claimed: taken }, freely);
    };
    return { simulator, provider, launch, find, arrived: () => simulator.launches().length };
  };
}

export async function launched(answer: Promise<LaunchAnswer>): Promise<RemoteJob> {
  const told = await answer;
  if (told.kind !== 'launched') throw new Error(`not launched: ${JSON.stringify(told)}`);
  return told.job;
}

export const fault = (rule: FaultRule): FaultRule[] => [rule];
export const refusing = (status: number, more: object = {}) =>
  fault({ on: 'launch', do: 'reply', status, body: { message }, ...more });
