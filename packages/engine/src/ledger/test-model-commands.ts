import { type BatchId, phaseByte, redrivablePhases, taskIdOf } from '@nightpass/core';
import fc from 'fast-check';
import { expect } from 'vitest';
import { liftHold, placeHold } from '../pacing/holds.ts';
import { cancelBatch, redriveBatch } from '../test-act.ts';
import { provider } from '../test-ledger.ts';
import type { LedgerContext } from './context.ts';
import { finishLaunch, recordLaunched, recordLost, requeue, type TaskPlace, writeIntent } from './launching.ts';
import { readMoved } from './moved.ts';
import { type Claim, claimDue, closeTask, settle } from './sweeping.ts';
import { type Model, mostInFlight, processCount, processOfTask, taskCount, zoneCount } from './test-model.ts';

/** Everything that anybody does to the ledger, in any order, with tokens and attempts new and old. */

export interface Real {
  ledger: LedgerContext;
  id: BatchId;
  claims: Claim[];
}

export const placeIn = (id: BatchId, index: number): TaskPlace => ({
  ref: { batchId: id, processIndex: processOfTask(index), zoneIndex: index % zoneCount },
  index,
  provider,
  processId: `p${processOfTask(index)}`,
});

type Act = (model: Model, real: Real) => Promise<void>;

function command(name: string, act: Act, can: (model: Model) => boolean = () => true): fc.AsyncCommand<Model, Real> {
  return {
    check: can,
    async run(model, real) {
      const before = model.tasks.map(({ phase, attempt }) => ({ phase, attempt }));
      await act(model, real);
      await expectAlike(model, real);
      for (const [index, was] of before.entries()) {
        const is = model.at(index);
        if (was.phase === 'succeeded') expect(is.phase).toBe('succeeded');
        if (!name.includes('never sent')) expect(is.attempt).toBeGreaterThanOrEqual(was.attempt);
      }
    },
    toString: () => name,
  };
}

const allowed = { maxInFlight: mostInFlight, launchesPerSecond: 1000, orphanMs: 0, probe: undefined };
const rule = { rule: 'test', reason: 'because' };
/** Much happens to few: a stale answer is one to a task that was launched since. */
const task = fc.oneof({ weight: 3, arbitrary: fc.nat(1) }, { weight: 1, arbitrary: fc.nat(taskCount - 1) });
const token = fc.constantFrom('mine', 'theirs');
/** How many launches ago the one was that is spoken of. */
const ago = fc.constantFrom(0, 0, 1, 2);
const given = (model: Model, index: number, before: number) => Math.max(1, model.at(index).attempt - before);
const ends = fc.constantFrom('failed', 'cancelled', 'expired', 'parked');

const lock = fc.tuple(task, token).map(([index, by]) =>
  command(`lock ${index} ${by}`, async (model, { ledger, id }) => {
    model.at(index).lock = by;
    await ledger.redis.set(ledger.keys.launchLock(provider, placeIn(id, index).ref), by);
  }),
);

const intend = fc.tuple(task, token, fc.boolean()).map(([index, by, alone]) =>
  command(`intend ${index} ${by}${alone ? ' alone' : ''}`, async (model, { ledger, id }) => {
    const { kind, ...detail } = await writeIntent(ledger, placeIn(id, index), { ...allowed, token: by, alone });
    expect(kind).toBe(model.intent(index, by, { alone }));
    if (kind === 'go') expect(detail).toMatchObject({ attempt: model.at(index).attempt, drive: model.at(index).drive });
  }),
);

/** A worker takes the job, and gets as far as the POST. */
const takeAndIntend = fc.tuple(task, fc.boolean()).map(([index, alone]) =>
  command(`take and intend ${index}${alone ? ' alone' : ''}`, async (model, { ledger, id }) => {
    const at = placeIn(id, index);
    model.at(index).lock = 'mine';
    await ledger.redis.set(ledger.keys.launchLock(provider, at.ref), 'mine');
    const { kind } = await writeIntent(ledger, at, { ...allowed, token: 'mine', alone });
    expect(kind).toBe(model.intent(index, 'mine', { alone }));
  }),
);

const record = fc.tuple(task, ago, fc.nat(4)).map(([index, before, n]) =>
  command(`launched ${index} as r${n}, ${before} ago`, async (model, { ledger, id }) => {
    const attempt = given(model, index, before);
    const job = { id: `r${n}`, address: `/jobs/r${n}` };
    const recorded = await recordLaunched(ledger, placeIn(id, index), { attempt, job, lookInMs: 0, rule: 'test' });
    const owner = model.owners.get(job.id);
    expect(recorded.kind).toBe(model.launched(index, attempt, job.id));
    if (recorded.kind === 'claimed') expect(recorded.by).toBe(taskIdOf(placeIn(id, owner ?? 0).ref));
  }),
);

const lose = fc.tuple(task, ago).map(([index, before]) =>
  command(`lost ${index}, ${before} ago`, async (model, { ledger, id }) => {
    const attempt = given(model, index, before);
    const [kind] = await recordLost(ledger, placeIn(id, index), { ...rule, attempt, inMs: 0 });
    expect(kind).toBe(model.lost(index, attempt));
  }),
);

const putBack = fc.tuple(task, ago, fc.boolean()).map(([index, before, sent]) =>
  command(`requeue ${index}, ${before} ago${sent ? '' : ', never sent'}`, async (model, { ledger, id }) => {
    const attempt = given(model, index, before);
    const [kind] = await requeue(ledger, placeIn(id, index), { ...rule, attempt, sent });
    expect(kind).toBe(model.requeue(index, attempt, sent));
  }),
);

const finish = fc.tuple(task, ago, ends).map(([index, before, phase]) =>
  command(`finish ${index} as ${phase}, ${before} ago`, async (model, { ledger, id }) => {
    const attempt = given(model, index, before);
    const [kind] = await finishLaunch(ledger, placeIn(id, index), { ...rule, attempt, phase });
    expect(kind).toBe(model.finish(index, attempt, phase));
  }),
);

/** A task is launched anew, and only then comes what became of its launch before. */
const staleAnswer = fc.tuple(task, fc.constantFrom('lost', 'refused', 'not sent')).map(([index, what]) =>
  command(`launched twice, then the first was ${what}: ${index}`, async (model, { ledger, id }) => {
    const at = placeIn(id, index);
    model.at(index).lock = 'mine';
    await ledger.redis.set(ledger.keys.launchLock(provider, at.ref), 'mine');
    for (const sent of [true, false]) {
      const { kind } = await writeIntent(ledger, at, { ...allowed, token: 'mine', alone: false });
      expect(kind).toBe(model.intent(index, 'mine', { alone: false }));
      const { attempt } = model.at(index);
      if (kind !== 'go' || !sent) break;
      expect((await requeue(ledger, at, { ...rule, attempt, sent }))[0]).toBe(model.requeue(index, attempt, sent));
    }
    const attempt = given(model, index, 1);
    const answers = {
      lost: async () => [await recordLost(ledger, at, { ...rule, attempt, inMs: 0 }), model.lost(index, attempt)],
      refused: async () => [
        await finishLaunch(ledger, at, { ...rule, attempt, phase: 'failed' }),
        model.finish(index, attempt, 'failed'),
      ],
      'not sent': async () => [
        await requeue(ledger, at, { ...rule, attempt, sent: true }),
        model.requeue(index, attempt, true),
      ],
    };
    const [real, expected] = await answers[what]();
    expect(real?.[0]).toBe(expected);
  }),
);

const claim = fc.constant(
  command('claim', async (model, real) => {
    // No two claims end in the same millisecond.
    const claimed = await claimDue(real.ledger, provider, taskCount, 1_000_000 * (real.claims.length + 1));
    real.claims.push(claimed);
    const taken = model.claim().map((index) => taskIdOf(placeIn(real.id, index).ref));
    expect([...claimed.ids].sort()).toEqual(taken.sort());
  }),
);

const settleClaim = fc.tuple(fc.nat(1), fc.oneof(ends, fc.constantFrom('succeeded', 'again'))).map(([before, as]) =>
  command(
    `settle as ${as}, ${before} claims ago`,
    async (model, { ledger, id, claims }) => {
      const n = Math.max(0, claims.length - 1 - before);
      const outcome = as === 'again' ? { kind: as, inMs: 0 } : { kind: 'end' as const, phase: as, ...rule };
      const items = (model.claims[n] ?? []).map((index) => ({ at: placeIn(id, index), outcome, fields: {} }));
      const ended = await settle(ledger, provider, claims[n]?.score ?? 0, items);
      expect(ended).toEqual(model.settle(n, as).map((index) => taskIdOf(placeIn(id, index).ref)));
    },
    (model) => model.claims.length > 0,
  ),
);

const timePasses = fc.constant(
  command('time passes', async (model, { ledger }) => {
    model.timePasses();
    const { due } = ledger.keys.provider(provider);
    const ids = await ledger.redis.zrange(due, '0', '-1');
    if (ids.length > 0) await ledger.redis.zadd(due, ...ids.flatMap((it) => ['0', it]));
  }),
);

const redrive = fc.subarray([...redrivablePhases], { minLength: 1 }).map((phases) =>
  command(`redrive ${phases.join(', ')}`, async (model, { ledger, id }) => {
    expect(await redriveBatch(ledger, id, { phases, who: 'a test' })).toBe(model.redrive(phases));
  }),
);

const cancel = fc.constant(
  command('cancel', async (model, { ledger, id }) => {
    expect(await cancelBatch(ledger, id, { reason: 'enough' })).toEqual(model.cancel());
  }),
);

const hold = fc.boolean().map((on) =>
  command(on ? 'hold' : 'lift', async (model, { ledger }) => {
    if (on) await placeHold(ledger, provider, { kind: 'person', forMs: undefined, reason: 'lunch' });
    else await liftHold(ledger, provider, ['person']);
    model.held = on;
  }),
);

const close = task.map((index) =>
  command(`close ${index}`, async (model, { ledger, id }) => {
    await closeTask(ledger, placeIn(id, index));
    model.close(index);
  }),
);

/** Those of a night that goes on are drawn more often than those that stand in its way. */
export const commands = [takeAndIntend, lock, intend, takeAndIntend, record, record, lose, putBack, finish, staleAnswer]
  .concat([claim, settleClaim, claim, settleClaim])
  .concat([timePasses, redrive, cancel, hold, close]);

/** The whole ledger is what the model says, in one round trip. */
async function expectAlike(model: Model, { ledger: { redis, keys }, id }: Real): Promise<void> {
  const its = keys.provider(provider);
  const pipeline = redis.pipeline();
  pipeline.get(keys.grid(id)).hgetall(keys.counts(id)).smembers(its.inflight).zrange(its.due, '0', '-1');
  pipeline.hgetall(its.claims).smembers(keys.ended).hexists(keys.batch(id), 'endedAt');
  const seconds = readMoved({ redis, keys }, id, 0, taskCount - 1);
  for (let p = 0; p < processCount; p++) pipeline.smembers(`${its.launching}p${p}`).smembers(`${its.doubt}p${p}`);
  for (let t = 0; t < taskCount; t++) pipeline.hmget(keys.task(placeIn(id, t).ref), 'attempt', 'drive', 'remoteId');
  const replies = ((await pipeline.exec()) ?? []).map(([error, reply]) => {
    if (error) throw error;
    return reply;
  });
  const [grid, counts, inflight, due, claims, ended, endedAt, ...rest] = replies as [
    string,
    Record<string, string>,
    string[],
    string[],
    Record<string, string>,
    string[],
    number,
    ...unknown[],
  ];
  const idsOf = (indexes: readonly number[]) => indexes.map((index) => taskIdOf(placeIn(id, index).ref)).sort();

  expect(grid).toBe(model.tasks.map(({ phase }) => phaseByte[phase]).join(''));
  const counted: Record<string, number> = {};
  for (const byte of grid) counted[byte] = (counted[byte] ?? 0) + 1;
  expect(
    Object.fromEntries(Object.entries(counts).flatMap(([byte, n]) => (n === '0' ? [] : [[byte, Number(n)]]))),
  ).toEqual(counted);
  for (const [index, second] of (await seconds).entries()) {
    const { phase, attempt, drive } = model.at(index);
    if (phase !== 'queued' || attempt > 0 || drive > 1) expect(second).toBeGreaterThan(0);
  }
  expect(inflight.sort()).toEqual(idsOf(model.inFlight()));
  expect(due.sort()).toEqual(idsOf(model.indexes((it) => it.due !== undefined)));
  const owners = [...model.owners].map(([remote, index]) => [remote, taskIdOf(placeIn(id, index).ref)]);
  expect(claims).toEqual(Object.fromEntries(owners));
  expect(ended).toEqual(model.isOver() ? [id] : []);
  expect(endedAt).toBe(model.isOver() ? 1 : 0);
  for (let p = 0; p < processCount; p++) {
    expect((rest[p * 2] as string[]).sort()).toEqual(idsOf(model.ofProcess('launching', p)));
    expect((rest[p * 2 + 1] as string[]).sort()).toEqual(idsOf(model.ofProcess('unconfirmed', p)));
  }
  const records = rest.slice(processCount * 2) as (string | null)[][];
  const remotes: string[] = [];
  for (const [index, [attempt, drive, remoteId]] of records.entries()) {
    const it = model.at(index);
    expect([Number(attempt ?? 0), Number(drive ?? 1), remoteId ?? undefined]).toEqual([
      it.attempt,
      it.drive,
      it.remoteId,
    ]);
    if (remoteId) remotes.push(remoteId);
  }
  expect(new Set(remotes).size).toBe(remotes.length);
}
