import { type Fault, type Limits, type Log, type Provider, silentLog } from '@nightpass/core';
import type { LedgerContext } from '../../ledger/context.ts';
import { askPlatform } from './ask-platform.ts';
import { createKeptAnswers, type Lifetimes, questionOf } from './kept-answers.ts';
import { type PreflightBatch, preflight, type Told, type Unanswered } from './preflight.ts';
import type { Sample } from './samples.ts';

/**
 * The preflight of an intake. Platforms are asked beside it: a file whose platform is slow waits, those behind it do not.
 */

export interface PreflightOptions extends Lifetimes {
  ledger: LedgerContext;
  providers: Readonly<Record<string, { adapter: Pick<Provider, 'catalogue'>; limits: Limits }>>;
  log?: Log;
  /** A file waits so long for answers before the next has its turn; 2 s unless given. */
  patienceMs?: number;
}

export type PreflightVerdict =
  | { kind: 'fits' }
  | { kind: 'faults'; faults: Fault[]; faultCount: number }
  | { kind: 'wait'; because: Unanswered['because']; reason: string; againInMs: number };

export interface IntakePreflight {
  check(batch: PreflightBatch): Promise<PreflightVerdict>;
  /** Calls off what is being asked. */
  close(): void;
}

const callMs = 60_000;
const askAgainMs = 500;
const notYet: Unanswered = {
  kind: 'unasked',
  because: 'asking',
  reason: 'it is being asked whether it takes what is in the file',
  againInMs: askAgainMs,
};

export function createPreflight(options: PreflightOptions): IntakePreflight {
  const { ledger, providers, log = silentLog, patienceMs = 2_000, retryMs = 60_000 } = options;
  const closing = new AbortController();
  const kept = createKeptAnswers(options);
  const asking = new Map<string, { provider: string; answer: Promise<Told>; sinceMs: number }>();

  async function ask(sample: Sample, untilMs: number): Promise<Told> {
    const { provider } = sample;
    const to = providers[provider];
    const catalogue = to?.adapter.catalogue;
    if (!catalogue) return { kind: 'noCatalogue' };
    const nowMs = performance.now();
    const known = kept.find(sample, nowMs);
    if (known) return known;
    const question = questionOf(sample);
    const isSlow = [...asking.values()].some((one) => one.provider === provider && nowMs - one.sinceMs > patienceMs);
    if (isSlow) return notYet;
    const flight = asking.get(question) ?? {
      provider,
      sinceMs: nowMs,
      answer: askPlatform(
        catalogue,
        sample,
        { ledger, name: provider, limits: to.limits },
        AbortSignal.any([closing.signal, AbortSignal.timeout(callMs)]),
      )
        .then((told) => {
          kept.keep(sample, told, performance.now());
          if (told.kind === 'unasked') log.debug({ provider, reason: told.reason }, 'preflight not answered');
          return told;
        })
        .finally(() => asking.delete(question)),
    };
    asking.set(question, flight);
    // Whoever waits for it hears of it; later nobody may.
    flight.answer.catch(() => undefined);
    return (await within(flight.answer, untilMs)) ?? notYet;
  }

  return {
    async check(batch) {
      const untilMs = performance.now() + patienceMs;
      const { faults, faultCount, unasked } = await preflight(batch, (sample) => ask(sample, untilMs));
      const pending = unasked.find(({ because }) => because === 'asking');
      // All that is wrong is told together, where that takes but a moment.
      if (faultCount > 0 && !pending) return { kind: 'faults', faults, faultCount };
      const first = unasked.find(({ because }) => because === 'platform') ?? pending;
      if (!first) return { kind: 'fits' };
      const { because, provider, reason, againInMs = retryMs } = first;
      return { kind: 'wait', because, reason: `${provider}: ${reason}`, againInMs };
    },
    close: () => closing.abort(),
  };
}

async function within<T>(work: Promise<T>, untilMs: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), Math.max(0, untilMs - performance.now()));
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
