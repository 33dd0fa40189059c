import type { FindAnswer, LaunchAnswer, LaunchCall, LaunchRequest, Provider, RemoteJob } from '@nightpass/core';
import { type FaultRule, startSimulator } from '@nightpass/simulator';
import { afterEach, expect } from 'vitest';
import type { ContractSubject, Style } from './subject.ts';

export const never = new AbortController().signal;
export const message = 'Told by the test';
export const fault = (rule: FaultRule): FaultRule[] => [rule];

/** What launches are made of, most of all the last of it: that is what makes a job run. */
export const lastOf = ({ launchCalls }: ContractSubject) => launchCalls.at(-1) ?? 'launch';

/** What a search comes to where this was the last request of a launch that took effect; undefined: none did. */
export function searchAfter(
  subject: ContractSubject,
  last: ContractSubject['launchCalls'][number] | undefined,
): FindAnswer['kind'] {
  if (!subject.search) return 'cannotTell';
  if (last === undefined) return 'notFound';
  return last === lastOf(subject) ? 'found' : 'begun';
}

/** Opens a fresh simulator and a provider on it; closed after each test, which fails if an answer holds a secret. */
export function stages(subject: ContractSubject) {
  const closing: { close(): Promise<void> }[] = [];
  const said: unknown[] = [];
  afterEach(async () => {
    for (const one of closing.splice(0)) await one.close();
    const text = JSON.stringify(said.splice(0), (_, value: unknown) => (value instanceof Map ? [...value] : value));
    for (const secret of subject.secrets) expect(text).not.toContain(secret);
  });
  const keep = <T>(answer: T): T => {
    said.push(answer);
    return answer;
  };

  /** Keeps all that the provider answers. */
  function heard(provider: Provider): Provider {
    const { lookMany, results, survey, catalogue } = provider;
    return {
      findsBy: provider.findsBy,
      launch: async (...call) => keep(await provider.launch(...call)),
      look: async (...call) => keep(await provider.look(...call)),
      findLaunch: async (...call) => keep(await provider.findLaunch(...call)),
      cancel: async (...call) => keep(await provider.cancel(...call)),
      probe: async (...call) => keep(await provider.probe(...call)),
      ...(lookMany && { lookMany: async (...call) => keep(await lookMany.apply(provider, call)) }),
      ...(results && { results: async (...call) => keep(await results.apply(provider, call)) }),
      ...(survey && { survey }),
      ...(catalogue && { catalogue }),
      close: () => provider.close(),
    };
  }

  return async function open(style: Style = subject.styles[0]) {
    const simulator = await startSimulator({ kind: subject.kind, ...subject.simulator });
    const provider = heard(subject.provider(simulator, style));
    closing.push(provider, simulator);

    /** What the ledger would have on record: how far the launch of the n-th task got. */
    const steps = new Map<number, string>();
    const requestOf = (n: number): LaunchRequest => ({ ...subject.request(n), step: steps.get(n) });
    const callOf = (n: number, signal: AbortSignal): LaunchCall => ({
      signal,
      readSlot: async () => true,
      launchSlot: async (made) => {
        if (made !== undefined) steps.set(n, made);
        return true;
      },
    });
    const launch = (n = 0, signal = never) => provider.launch(requestOf(n), callOf(n, signal));
    const find = async (n = 0, claimed: readonly string[] = [], intentAtMs = Date.now() - 1000) => {
      const taken = async (ids: readonly string[]) => new Set(ids.filter((id) => claimed.includes(id)));
      const answer = await provider.findLaunch({ ...requestOf(n), intentAtMs, claimed: taken }, callOf(n, never));
      if (answer.kind === 'begun') steps.set(n, answer.step);
      return answer;
    };
    /** What becomes of a lost launch: it is found, or goes on from where it was. */
    const resolve = async (n = 0, claimed: readonly string[] = []): Promise<RemoteJob> => {
      const answer = await find(n, claimed);
      if (answer.kind === 'found') return answer.job;
      if (answer.kind !== 'begun') throw new Error(`not found: ${JSON.stringify(answer)}`);
      return launched(launch(n));
    };
    /** Requests that launch something, or would. */
    const sent = () => subject.launchCalls.reduce((sum, call) => sum + simulator.counts()[call].arrived, 0);
    const started = () => simulator.jobs().filter((job) => job.started);
    return { simulator, provider, launch, find, resolve, sent, started };
  };
}
export type Stage = Awaited<ReturnType<ReturnType<typeof stages>>>;

export async function launched(answer: Promise<LaunchAnswer>): Promise<RemoteJob> {
  const told = await answer;
  if (told.kind !== 'launched') throw new Error(`not launched: ${JSON.stringify(told)}`);
  return told.job;
}
