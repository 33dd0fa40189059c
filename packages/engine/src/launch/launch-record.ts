import { type Phase, taskIdOf, type Verdict } from '@nightpass/core';
import { holdProvider, slowDownIfUntimed } from '../health.ts';
import { finishLaunch, recordLaunched, recordLost, requeue, type TaskPlace } from '../ledger/launching.ts';
import type { ProviderRun } from '../provider-run.ts';

/** Writes the verdict into the ledger. @returns the phase it stands in now. */
export async function recordVerdict(
  run: ProviderRun,
  at: TaskPlace,
  { attempt, intentAtMs }: { attempt: number; intentAtMs: number },
  verdict: Verdict,
): Promise<Phase> {
  switch (verdict.next) {
    case 'running': {
      const recorded = await recordLaunched(run.ledger, at, {
        attempt,
        job: verdict.job,
        lookInMs: verdict.lookInMs,
        rule: verdict.rule,
      });
      if (recorded.kind === 'running' || recorded.kind === 'known') return 'running';
      const facts = { task: taskIdOf(at.ref), remoteJob: verdict.job.id, ...recorded };
      run.log.error(facts, 'launched job is not followed');
      if (recorded.kind === 'orphan') return recorded.phase;
      const reason = `the platform answered with remote job ${verdict.job.id}, which belongs to task ${recorded.by}`;
      await finishLaunch(run.ledger, at, {
        attempt,
        intentAtMs,
        phase: 'parked',
        rule: 'job-claimed',
        reason,
      });
      return 'parked';
    }
    case 'requeue': {
      await holdProvider(run, verdict.hold);
      await slowDownIfUntimed(run, verdict.hold);
      const [kind, phase] = await requeue(run.ledger, at, {
        attempt,
        intentAtMs,
        sent: verdict.sent,
        ...(verdict.step !== undefined && { step: verdict.step }),
        rule: verdict.rule,
        reason: verdict.reason,
      });
      return kind === 'moved' ? phase : 'queued';
    }
    case 'reconcile': {
      const [kind, phase] = await recordLost(run.ledger, at, {
        attempt,
        intentAtMs,
        inMs: verdict.inMs,
        rule: verdict.rule,
        reason: verdict.reason,
      });
      return kind === 'moved' ? phase : 'unconfirmed';
    }
    case 'end': {
      await finishLaunch(run.ledger, at, {
        attempt,
        intentAtMs,
        phase: verdict.phase,
        rule: verdict.rule,
        reason: verdict.reason ?? '',
        results: verdict.seen?.results,
        cost: verdict.seen?.cost,
      });
      return verdict.phase;
    }
    case 'lookAgain':
    case 'cancel':
    case 'park':
      throw new Error(`a launch's answer cannot lead to ${verdict.next}`);
    default:
      return verdict satisfies never;
  }
}
