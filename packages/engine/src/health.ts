import type { CallFailure, Hold } from '@nightpass/core';
import { liftHold, placeHold } from './pacing/holds.ts';
import { slowDown } from './pacing/pace.ts';
import { callWith } from './pacing/read-slot.ts';
import { countAnswer, countRefusal, countTrouble, doubtfulRefusals, forgetRefusals } from './pacing/troubles.ts';
import type { ProviderRun } from './provider-run.ts';

/** What the answers of a platform say of the platform as a whole. */

/** @param failure undefined: it answered as it should. `launched`: it took a job. */
export async function noteAnswer(run: ProviderRun, failure: CallFailure | undefined, launched = false): Promise<void> {
  if (launched) {
    await forgetRefusals(run.ledger, run.name);
    if (await liftHold(run.ledger, run.name, ['quota'])) run.log.info({ hold: 'quota' }, 'provider released');
  }
  // It was us who did not go on: the platform was not even asked.
  if (failure?.rule === 'no-slot') return;
  // Where all is refused, one more refusal says nothing of the platform: see `noteRefusal`.
  if (failure?.kind === 'rejected' && (await doubtfulRefusals(run.ledger, run.name)) > 0) return;
  // A clear no is an answer too: the platform is there, and knows us.
  if (!failure || failure.kind === 'rejected') {
    if (await countAnswer(run.ledger, run.name)) run.log.info({}, 'provider released');
  } else if (failure.kind === 'notSent' || failure.kind === 'ambiguous') {
    const { reason } = failure;
    const opened = await countTrouble(run.ledger, run.name, { reason, probeEveryMs: run.limits.probeEveryMs });
    if (opened === 'new') run.log.warn({ hold: 'outage', reason }, 'provider held');
  }
}

/** Holds the provider, if the verdict asks for it. */
export async function holdProvider(run: ProviderRun, hold: Hold | undefined): Promise<void> {
  if (!hold) return;
  const forMs = hold.kind === 'credentials' ? run.limits.probeEveryMs : hold.forMs;
  if ((await placeHold(run.ledger, run.name, { ...hold, forMs })) === 'new') {
    run.log.warn({ hold: hold.kind, reason: hold.reason }, 'provider held');
  }
}

/** A refusal of launches that names no time says that we are too fast. */
export async function slowDownIfUntimed(run: ProviderRun, hold: Hold | undefined): Promise<void> {
  if (hold?.kind !== 'retry-after' || hold.forMs !== undefined) return;
  run.log.warn({ share: await slowDown(run.ledger, run.name) }, 'pace halved');
}

/** Asks a held provider, by a request that changes nothing, whether it is well again. */
export async function probeProvider(run: ProviderRun, signal: AbortSignal): Promise<void> {
  const answer = await run.adapter.probe(callWith(run, signal));
  if (signal.aborted) return;
  run.log.info({ answer: answer.kind }, 'provider probed');
  if (answer.kind === 'ok') return noteAnswer(run, undefined);
  if (answer.kind === 'unauthorized') {
    await holdProvider(run, { kind: 'credentials', forMs: undefined, reason: answer.reason });
  }
  const refusals = answer.kind === 'rejected' ? await doubtfulRefusals(run.ledger, run.name) : 0;
  if (refusals === 0) return noteAnswer(run, answer);
  const reason = `${refusals} launches in a row were refused, and so is a request that should always work (${answer.reason}): is its baseUrl right?`;
  await holdProvider(run, { kind: 'outage', forMs: run.limits.probeEveryMs, reason });
}

/** A launch was refused. Where all are, it may be the address that is wrong: that holds the provider, and fails no more. */
export async function noteRefusal(run: ProviderRun, signal: AbortSignal): Promise<void> {
  if (await countRefusal(run.ledger, run.name)) await probeProvider(run, signal);
}
