import type { BatchContent, BatchId, CallFailure, Catalogue, Fault } from '@nightpass/core';
import { faultsOf, type Unfit } from './problem-faults.ts';
import { type Sample, samplesOf } from './samples.ts';

/** Asks the platforms of a batch, before anything is launched, whether each would take what it is to be given. */

export interface PreflightBatch {
  id: BatchId;
  content: BatchContent;
  /** By the process's index. */
  providers: readonly string[];
  /** The file, for the places of the faults. */
  bytes: Uint8Array;
}

export type Told = Exclude<Awaited<ReturnType<Catalogue['check']>>, CallFailure> | { kind: 'noCatalogue' } | Unanswered;

/** `failure`: what its call failed of. `againInMs`: when to ask again, where that is known. */
export interface Unanswered {
  kind: 'unasked';
  /** `asking`: its answer is on the way. `platform`: it cannot be asked now. */
  because: 'asking' | 'platform';
  reason: string;
  failure?: CallFailure;
  againInMs?: number;
}

export type Unasked = Unanswered & { provider: string };

export interface Preflight {
  /** The first hundred, in the order of the file. */
  faults: Fault[];
  faultCount: number;
  /** How many tasks were asked about; the others differ from one of them by values only. */
  checked: number;
  /** One for each provider that could not be asked, or not about all. */
  unasked: Unasked[];
  /** Providers that have no way to tell. */
  withoutCatalogue: string[];
}

const mostFaultsTold = 100;

/** @param ask about one task, at whatever pace it likes */
export async function preflight(batch: PreflightBatch, ask: (sample: Sample) => Promise<Told>): Promise<Preflight> {
  const samples = samplesOf(batch.content, batch.id, batch.providers);
  const providers = [...new Set(samples.map(({ provider }) => provider))];
  const turns = await Promise.all(
    providers.map((provider) =>
      askProvider(
        samples.filter((sample) => sample.provider === provider),
        ask,
      ),
    ),
  );
  const faults = faultsOf(
    turns.flatMap(({ unfit }) => unfit),
    batch.bytes,
  );
  return {
    faults: faults.slice(0, mostFaultsTold),
    faultCount: faults.length,
    checked: turns.reduce((sum, { checked }) => sum + checked, 0),
    unasked: turns.flatMap(({ unasked }) => unasked ?? []),
    withoutCatalogue: turns.flatMap(({ without }) => without ?? []),
  };
}

interface ProviderTurn {
  unfit: Unfit[];
  checked: number;
  unasked?: Unasked;
  without?: string;
}

async function askProvider(samples: readonly Sample[], ask: (sample: Sample) => Promise<Told>): Promise<ProviderTurn> {
  const turn: ProviderTurn = { unfit: [], checked: 0 };
  for (const sample of samples) {
    const { task, provider } = sample;
    const told = await ask(sample);
    if (told.kind === 'noCatalogue') return { ...turn, without: provider };
    if (told.kind === 'unasked') {
      turn.unasked ??= { ...told, provider };
      // A clear no is about this process alone; anything else would meet the next question too.
      if (told.failure?.kind === 'rejected') continue;
      return turn;
    }
    turn.checked += 1;
    if (told.kind === 'unfit') turn.unfit.push(...told.problems.map((problem) => ({ task, provider, ...problem })));
  }
  return turn;
}
