import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  afterCancel,
  afterFind,
  afterLaunch,
  afterLook,
  cancelIsDue,
  type Policy,
  type RunningTask,
  type UnconfirmedTask,
  type Verdict,
} from './lifecycle.ts';
import { cancelEveryMs, cancelTriesAtMost } from './look-pace.ts';
import type { CallFailure, FindAnswer, RemoteState, RemoteStatus } from './provider.ts';

const policy: Policy = {
  onUnconfirmed: 'park',
  maxLaunchAttempts: 3,
  remoteJobTimeoutMs: 3_600_000,
  reconcileReads: 2,
  reconcileEveryMs: 60_000,
  minLookMs: 5_000,
  maxLookMs: 300_000,
};
const job = { id: 'r-1', address: '/jobs/r-1' };
const running: RunningTask = {
  job,
  launchedAtMs: 0,
  failedLooks: 0,
  missingLooks: 0,
  cancel: undefined,
  usualDurationMs: undefined,
  timeoutMs: 3_600_000,
  batchDeadlineMs: undefined,
};
const unconfirmed: UnconfirmedTask = { attempt: 1, intentAtMs: 0, emptyReads: 0, cancel: undefined };
const cancel = { endAs: 'cancelled' as const, reason: 'a person asked', tries: 1, lastSentAtMs: 0 };
const seen = (status: RemoteStatus, also: Partial<RemoteState> = {}) => ({
  kind: 'seen' as const,
  state: { status, word: status.toUpperCase(), progressPercent: undefined, message: undefined, ...also },
});

const failures: CallFailure[] = [
  { kind: 'notSent', rule: 'refused', reason: 'connection refused' },
  { kind: 'throttled', rule: '429', reason: 'too many', retryAfterMs: 3_000 },
  { kind: 'unauthorized', rule: '401', reason: 'token expired' },
  { kind: 'quota', rule: 'quota', reason: 'ten jobs run', retryAfterMs: undefined },
  { kind: 'rejected', rule: '400', status: 400, reason: 'no such image' },
  { kind: 'ambiguous', rule: '502', reason: 'bad gateway' },
];
const failure = (kind: CallFailure['kind']) => failures.find((it) => it.kind === kind) as CallFailure;

describe('after a launch', () => {
  test('an answer with a job makes the task running, to be looked at after the shortest wait', () => {
    const verdict = afterLaunch({ kind: 'launched', job, rule: '201' }, undefined, policy, 0.5);
    expect(verdict).toEqual({ next: 'running', job, lookInMs: 5_000, rule: '201' });
  });
  test('a job of a process whose usual duration is known is first looked at near its end', () => {
    expect(afterLaunch({ kind: 'launched', job, rule: '201' }, 200_000, policy, 0.5)).toMatchObject({
      lookInMs: 140_000,
    });
  });
  test.each(['notSent', 'throttled', 'unauthorized', 'quota'] as const)(
    '%s goes back to the queue and spends no attempt',
    (kind) => {
      expect(afterLaunch(failure(kind), undefined, policy, 0.5)).toMatchObject({ next: 'requeue', sent: false });
    },
  );
  test('a clear no ends it as failed, with the words of the platform', () => {
    expect(afterLaunch(failure('rejected'), undefined, policy, 0.5)).toMatchObject({
      next: 'end',
      phase: 'failed',
      reason: 'no such image',
    });
  });
  test('what ran at once ends the task as the platform says, with nothing to follow', () => {
    const done = (status: RemoteStatus, message?: string) =>
      afterLaunch({ kind: 'done', rule: 'sync', state: seen(status, { message }).state }, undefined, policy, 0.5);
    expect(done('succeeded')).toMatchObject({ next: 'end', phase: 'succeeded', rule: 'sync', reason: undefined });
    expect(done('failed', 'no such band')).toMatchObject({ next: 'end', phase: 'failed', reason: 'no such band' });
  });
  test('anything else is asked about before anything is sent again', () => {
    expect(afterLaunch(failure('ambiguous'), undefined, policy, 0.5)).toMatchObject({
      next: 'reconcile',
      foundNothing: false,
    });
  });
  test('Retry-After, refused credentials and a full quota hold the provider; a refused connection alone does not', () => {
    const held = failures.map((it) => {
      const verdict = afterLaunch(it, undefined, policy, 0.5);
      return verdict.next === 'requeue' ? verdict.hold?.kind : undefined;
    });
    expect(held).toEqual([undefined, 'retry-after', 'credentials', 'quota', undefined, undefined]);
  });
});

describe('after a search for a lost launch', () => {
  const notFound: FindAnswer = { kind: 'notFound', rule: 'none', reason: 'no job fits' };
  const cannotTell: FindAnswer = { kind: 'cannotTell', rule: 'no-input', reason: 'the list shows no input' };

  test('a found job is adopted', () => {
    expect(afterFind(unconfirmed, { kind: 'found', job, rule: 'name' }, 0, policy, 0.5)).toMatchObject({
      next: 'running',
      job,
    });
  });
  test('a launch that got half way, with nothing running, goes on from there and spends no attempt', () => {
    const begun: FindAnswer = { kind: 'begun', step: 'j-1', rule: 'idle', reason: 'created and never started' };
    expect(afterFind(unconfirmed, begun, 0, policy, 0.5)).toMatchObject({ next: 'requeue', sent: false, step: 'j-1' });
  });
  test('one search that finds nothing is not believed', () => {
    expect(afterFind(unconfirmed, notFound, 0, policy, 0.5)).toMatchObject({
      next: 'reconcile',
      inMs: 60_000,
      foundNothing: true,
    });
  });
  test('enough searches that find nothing send it again, as one more attempt', () => {
    expect(afterFind({ ...unconfirmed, emptyReads: 1 }, notFound, 0, policy, 0.5)).toMatchObject({
      next: 'requeue',
      sent: true,
    });
  });
  test('a task whose attempts are spent is parked instead', () => {
    expect(afterFind({ ...unconfirmed, attempt: 3, emptyReads: 1 }, notFound, 0, policy, 0.5)).toMatchObject({
      next: 'park',
    });
  });
  test('what the platform cannot tell is parked, or sent again where the policy says so', () => {
    expect(afterFind(unconfirmed, cannotTell, 0, policy, 0.5)).toMatchObject({ next: 'park' });
    const relaunch = { ...policy, onUnconfirmed: 'relaunch' as const };
    expect(afterFind(unconfirmed, cannotTell, 0, relaunch, 0.5)).toMatchObject({ next: 'requeue', sent: true });
    expect(afterFind({ ...unconfirmed, attempt: 3 }, cannotTell, 0, relaunch, 0.5)).toMatchObject({ next: 'park' });
  });
  test('a search that fails is neither found nor not found, until the deadline', () => {
    for (const it of failures) {
      expect(afterFind(unconfirmed, it, 0, policy, 0.5)).toMatchObject({ next: 'reconcile', foundNothing: false });
      expect(afterFind(unconfirmed, it, 3_600_001, policy, 0.5)).toMatchObject({ next: 'park' });
    }
  });
  test('a cancelled task that was never launched ends, and is not sent again', () => {
    expect(afterFind({ ...unconfirmed, emptyReads: 1, cancel }, notFound, 0, policy, 0.5)).toMatchObject({
      next: 'end',
      phase: 'cancelled',
    });
  });
});

describe('after a look', () => {
  test('a task whose remote job is still running is looked at again later, and no attempt is spent', () => {
    const verdict = afterLook(running, seen('running', { progressPercent: 40 }), 300_000, policy, 0.5);
    expect(verdict).toMatchObject({ next: 'lookAgain', inMs: 30_000, seen: { progressPercent: 40 } });
  });
  test.each(['accepted', 'paused', 'unknown'] as const)('%s is no end', (status) => {
    expect(afterLook(running, seen(status), 10_000, policy, 0.5)).toMatchObject({ next: 'lookAgain' });
  });
  test.each(['succeeded', 'failed', 'cancelled'] as const)('%s ends the task so', (status) => {
    expect(afterLook(running, seen(status), 10_000, policy, 0.5)).toMatchObject({ next: 'end', phase: status });
  });
  test('a remote job that outlives its deadline is cancelled as expired, and the reason names it', () => {
    const verdict = afterLook(running, seen('running'), 3_600_001, policy, 0.5);
    expect(verdict).toMatchObject({
      next: 'cancel',
      cancel: { endAs: 'expired', reason: expect.stringContaining('r-1') },
    });
  });
  test('a job that still runs at the deadline of its batch is cancelled, and is looked at just then', () => {
    const task = { ...running, batchDeadlineMs: 12_000 };
    expect(afterLook(task, seen('running'), 10_000, policy, 0.5)).toMatchObject({ next: 'lookAgain', inMs: 2_001 });
    expect(afterLook(task, seen('running'), 12_001, policy, 0.5)).toMatchObject({
      next: 'cancel',
      cancel: { endAs: 'expired', reason: expect.stringContaining('deadline of its batch') },
    });
  });
  test('the deadline holds for a job that stays queued, and for a platform that cannot be asked', () => {
    expect(afterLook(running, seen('accepted'), 3_600_001, policy, 0.5)).toMatchObject({ next: 'cancel' });
    for (const it of failures) expect(afterLook(running, it, 3_600_001, policy, 0.5)).toMatchObject({ next: 'cancel' });
  });
  test('a look that fails is only a look that failed, and the next comes later each time', () => {
    for (const it of failures) expect(afterLook(running, it, 10_000, policy, 0.5)).toMatchObject({ next: 'lookAgain' });
    const waits = [0, 1, 2, 3].map((failedLooks) => {
      const verdict = afterLook({ ...running, failedLooks }, failure('ambiguous'), 10_000, policy, 0.5);
      return verdict.next === 'lookAgain' ? verdict.inMs : 0;
    });
    expect(waits).toEqual([10_000, 20_000, 40_000, 80_000]);
  });
  test('a job that is missing is believed gone at the second look only', () => {
    const missing = { kind: 'missing' as const, reason: 'not found' };
    expect(afterLook(running, missing, 10_000, policy, 0.5)).toMatchObject({ next: 'lookAgain', missing: true });
    expect(afterLook({ ...running, missingLooks: 1 }, missing, 10_000, policy, 0.5)).toMatchObject({
      next: 'end',
      phase: 'failed',
    });
    expect(afterLook({ ...running, missingLooks: 1, cancel }, missing, 10_000, policy, 0.5)).toMatchObject({
      next: 'end',
      phase: 'cancelled',
    });
  });
});

describe('after a cancel', () => {
  test('an accepted cancel is believed when a look confirms it', () => {
    expect(afterCancel({ ...running, cancel }, { kind: 'cancelling' }, policy)).toMatchObject({ next: 'lookAgain' });
    expect(afterLook({ ...running, cancel }, seen('cancelled'), 1_000, policy, 0.5)).toMatchObject({
      next: 'end',
      phase: 'cancelled',
    });
  });
  test('a job that succeeded before its cancel came through has succeeded', () => {
    expect(afterLook({ ...running, cancel }, seen('succeeded'), 1_000, policy, 0.5)).toMatchObject({
      next: 'end',
      phase: 'succeeded',
    });
  });
  test('a cancel is sent again each minute, a bounded number of times', () => {
    expect(cancelIsDue({ ...running, cancel }, cancelEveryMs - 1)).toBe(false);
    expect(cancelIsDue({ ...running, cancel }, cancelEveryMs)).toBe(true);
    expect(cancelIsDue({ ...running, cancel: { ...cancel, tries: cancelTriesAtMost } }, cancelEveryMs * 9)).toBe(false);
  });
  test('a cancel that is never confirmed ends the task, and says so', () => {
    const spent = { ...running, cancel: { ...cancel, tries: cancelTriesAtMost } };
    expect(afterLook(spent, seen('running'), cancelEveryMs, policy, 0.5)).toMatchObject({
      next: 'end',
      phase: 'cancelled',
      reason: expect.stringContaining('cancel not confirmed'),
    });
  });
});

test('no answer makes a launch be sent again but one that is known not to have taken effect', () => {
  const anyFailure = fc.constantFrom(...failures);
  fc.assert(
    fc.property(anyFailure, fc.double({ min: 0, max: 1, noNaN: true }), (answer, jitter) => {
      const verdict = afterLaunch(answer, undefined, policy, jitter);
      if (verdict.next === 'requeue') expect(['notSent', 'throttled', 'unauthorized', 'quota']).toContain(answer.kind);
      if (answer.kind === 'ambiguous') expect(verdict.next).toBe('reconcile');
    }),
  );
});

test('a look is never sooner than the shortest wait and never later than the longest, give or take the spread', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 3_600_000 }),
      fc.option(fc.integer({ min: 1, max: 100_000_000 }), { nil: undefined }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (ageMs, usualDurationMs, jitter) => {
        const verdict = afterLook(
          { ...running, usualDurationMs, timeoutMs: 10_000_000 },
          seen('running'),
          ageMs,
          policy,
          jitter,
        ) as Verdict & { inMs: number };
        expect(verdict.inMs).toBeGreaterThanOrEqual(policy.minLookMs * 0.84);
        expect(verdict.inMs).toBeLessThanOrEqual(policy.maxLookMs * 1.16);
      },
    ),
  );
});

test('docs/lifecycle.md draws exactly the moves that there are', () => {
  const page = readFileSync(new URL('../../../docs/lifecycle.md', import.meta.url), 'utf8');
  const drawn = [...page.matchAll(/^\s+(\w+|\[\*\]) --> (\w+|\[\*\])/gm)].map(([, from, to]) => `${from} ${to}`).sort();

  const moves = new Set<string>([
    '[*] queued',
    'queued launching',
    'queued cancelled',
    'queued expired',
    'launching unconfirmed',
  ]);
  const ends = (from: string, verdict: Verdict) => {
    if (verdict.next === 'running' && from !== 'running') moves.add(`${from} running`);
    if (verdict.next === 'requeue') moves.add(`${from} queued`);
    if (verdict.next === 'reconcile' && from !== 'unconfirmed') moves.add(`${from} unconfirmed`);
    if (verdict.next === 'park') moves.add(`${from} parked`);
    if (verdict.next === 'end') moves.add(`${from} ${verdict.phase}`);
  };
  const statuses = ['accepted', 'running', 'paused', 'unknown', 'succeeded', 'failed', 'cancelled'] as const;
  const cancels = [undefined, cancel, { ...cancel, endAs: 'expired' as const }].flatMap((it) =>
    it ? [it, { ...it, tries: cancelTriesAtMost }] : [it],
  );
  ends('launching', afterLaunch({ kind: 'launched', job, rule: '' }, undefined, policy, 0.5));
  for (const status of statuses)
    ends('launching', afterLaunch({ kind: 'done', state: seen(status).state, rule: '' }, undefined, policy, 0.5));
  for (const it of failures) ends('launching', afterLaunch(it, undefined, policy, 0.5));
  for (const withCancel of cancels) {
    for (const missingLooks of [0, 1]) {
      for (const it of [
        ...failures,
        ...statuses.map((status) => seen(status)),
        { kind: 'missing' as const, reason: '' },
      ]) {
        ends('running', afterLook({ ...running, missingLooks, cancel: withCancel }, it, 3_600_001, policy, 0.5));
      }
    }
    if (withCancel)
      ends('running', afterCancel({ ...running, cancel: withCancel }, { kind: 'gone', reason: '' }, policy));
    for (const emptyReads of [0, 1]) {
      const answers: FindAnswer[] = [
        { kind: 'found', job, rule: '' },
        { kind: 'notFound', rule: '', reason: '' },
        { kind: 'cannotTell', rule: '', reason: '' },
        { kind: 'begun', step: '', rule: '', reason: '' },
        ...failures,
      ];
      for (const it of answers)
        ends('unconfirmed', afterFind({ ...unconfirmed, emptyReads, cancel: withCancel }, it, 3_600_001, policy, 0.5));
    }
  }
  for (const from of ['failed', 'expired', 'cancelled', 'parked']) moves.add(`${from} queued`);
  // A late answer to a launch that was given up is taken, as long as nothing else was sent.
  moves.add('queued running').add('parked running');
  moves.add('launching parked');
  // A recovery finds out what became of tasks whose record was lost.
  moves.add('queued parked').add('cancelled running');
  expect(drawn).toEqual([...moves].sort());
});
