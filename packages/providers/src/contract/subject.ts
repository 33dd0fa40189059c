import type { LaunchRequest, Provider, RemoteStatus } from '@nightpass/core';
import type { Call, FaultRule, Simulator, SimulatorKind, SimulatorOptions } from '@nightpass/simulator';

type Behaviour = Parameters<Simulator['setBehaviour']>[0];

/** `nameToken`: each launch carries its key. `plain`: it does not, and is found by elimination. */
export type Style = 'plain' | 'nameToken';

/**
 * What the contract must know of a platform to provoke it.
 *
 * How a subject is written: beside the adapter, in `contract.test.ts`, one call of `providerContract({ … })`. Say how
 * the simulator is opened and how a provider is made on it (with limits of 1 s to the headers, 2 s in all, 200,000
 * bytes), give tasks, and say what the platform is like. Whatever it does not have is left out, and that part of the
 * contract does not apply:
 * - a launch in two steps: `launchCalls: ['create', 'launch']`. The stage keeps the steps as the ledger would.
 * - no list to search for lost launches: no `search`; each search must then answer "cannotTell".
 * - no key in launches, or nothing but keys: `styles` names the one there is.
 * - no login of its own: no `desk`. No cancelling: `cancels: []`. No confirmation of it: `after` says what is seen then.
 * - no survey, no status in its list, no results, no catalogue: leave the key out.
 * The quirks of one platform are no part of the contract: they have tests of their own.
 */
export interface ContractSubject {
  kind: SimulatorKind;
  /** What must never be shown: what the provider holds, and how the simulator's tokens begin. */
  secrets: readonly string[];
  /** How each simulator is opened: jobs that outlast the test, and who is let in. */
  simulator: Omit<SimulatorOptions, 'kind'>;
  provider(simulator: Pick<Simulator, 'url' | 'tokenUrl'>, style: Style): Provider;
  /** The n-th of the test's own tasks; `twin` has the payload of another, under its own id. */
  request(n: number, twin?: number): LaunchRequest;
  /** Those that the adapter can have; the first is used where it does not matter. */
  styles: readonly [Style, ...Style[]];

  /** The requests of one launch, in order. The last makes it run. */
  launchCalls: readonly ['launch'] | readonly ['create', 'launch'];
  /** Those of them whose answer holds nothing that is needed: one that is spoilt may still tell that it went well. */
  bareCalls?: readonly Call[];
  /** Statuses that are a clear no, by request. */
  refusals: Partial<Record<'create' | 'launch', readonly number[]>>;
  /** With it, one job at a time is let in. */
  quota?: Behaviour;
  /** Spoils a launch's answer so that it names the job by this id and this link. */
  hostile?(evil: { id?: string; link?: string }): FaultRule;
  /** With it, the body of a launch's answer is all that names the job. */
  hidesJob?: Behaviour;

  /** How lost launches are searched for: by these reads. */
  search?: { reads: readonly ('list' | 'look')[] };
  /** With it, the platform does not show what is needed to tell whose a job is. */
  hidesInput?: Behaviour;

  /** Every word that the platform documents; `Simulator.setJobStatus` takes each. */
  words: Readonly<Record<string, RemoteStatus>>;
  /** Where things stand in the answer to a look, for faults that alter it. */
  paths: { id?: string; word: string; progress?: string };
  /** How it cancels, and what the next look may see then: gone or cancelled unless given. */
  cancels: readonly { behaviour: Behaviour; after?: readonly (RemoteStatus | 'missing')[] }[];

  /** How the platform refuses a token; 401 unless given. */
  refusal?: { status: number; body?: unknown };
  /** Tokens are asked for at the simulator (call `token`), one request each. */
  desk?: true;
  /** What a probe reads. */
  probeCall: Call;

  /** What of a surveyed job tells whose it is: the input that it shows, or the key that it carries and nothing else. */
  surveysBy?: 'input' | 'key';
  looksAtMany?: true;
  /** The word of a job that has results, and, where an answer lists them, how to make it list one with this href. */
  results?: { word: string; hostile?(href: string): FaultRule };
  /** A process that is there, one that is not, and a request that the platform would not take. */
  catalogue?: { known: string; unknown: string; unfit?: LaunchRequest };
}
