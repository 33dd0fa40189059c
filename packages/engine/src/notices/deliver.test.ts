import type { Limits } from '@nightpass/core';
import { startTestRedis, type TestRedis } from '@nightpass/runtime/test-redis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { LedgerContext } from '../ledger/context.ts';
import { liftHold, placeHold } from '../pacing/holds.ts';
import { cancelBatch } from '../test-act.ts';
import { provider, testLedger } from '../test-ledger.ts';
import { deliverOnce, givenUp, giveUpMs, type NoticeChannel } from './deliver.ts';
import type { NoticeKind } from './notice.ts';
import { noticeKeys } from './notice-keys.ts';
import { readChannel, readNotices } from './notice-log.ts';
import type { Message } from './notice-text.ts';
import { tellDeadlinesOutOfReach } from './watch-deadlines.ts';

let redis: TestRedis;
beforeAll(async () => {
  redis = await startTestRedis();
});
afterAll(() => redis.stop());

const ledgerOf = async () => (await testLedger(redis, { processes: 1, zones: 1 })).ledger;
const now = { gatherMs: 0 };

async function pauseAndResume(ledger: LedgerContext, times = 1) {
  for (let n = 0; n < times; n++) {
    await placeHold(ledger, provider, { kind: 'person', forMs: undefined, reason: 'lunch' });
    await liftHold(ledger, provider, ['person']);
  }
}

/** A channel that keeps what it is sent; `down` makes it fail. */
function channelOf(name: string, only?: NoticeKind[]) {
  const sent: Message[] = [];
  const channel: NoticeChannel & { down: boolean } = {
    name,
    only,
    down: false,
    async send(message) {
      if (channel.down) return { kind: 'failed', reason: 'answered 503' };
      sent.push(message);
      return { kind: 'sent' };
    },
  };
  return { channel, sent };
}

test('each channel is told each notice once, in order, at its own speed', async () => {
  const ledger = await ledgerOf();
  const [a, b] = [channelOf('a'), channelOf('b')];
  await readChannel(ledger, 'b');
  b.channel.down = true;
  for (let n = 0; n < 3; n++) {
    await pauseAndResume(ledger);
    expect(await deliverOnce(ledger, a.channel, now)).toEqual({ kind: 'sent', notices: 2 });
    expect(await deliverOnce(ledger, b.channel, now)).toMatchObject({
      kind: 'failed',
      reason: 'answered 503',
      dropped: 0,
    });
  }
  b.channel.down = false;
  expect(await deliverOnce(ledger, b.channel, now)).toEqual({ kind: 'sent', notices: 6 });
  const told = (messages: Message[]) => messages.flatMap(({ notices }) => notices.map(({ id }) => id));
  expect(told(b.sent)).toEqual(told(a.sent));
  expect(new Set(told(a.sent)).size).toBe(6);
  for (const { channel } of [a, b]) expect(await deliverOnce(ledger, channel, now)).toEqual({ kind: 'idle' });
});

test('a channel hears only of what it asked for', async () => {
  const ledger = await ledgerOf();
  const { channel, sent } = channelOf('a', ['provider-released']);
  await pauseAndResume(ledger);
  await placeHold(ledger, provider, { kind: 'outage', forMs: undefined, reason: 'down' });
  expect(await deliverOnce(ledger, channel, now)).toEqual({ kind: 'sent', notices: 1 });
  expect(sent.map(({ notices }) => notices.map(({ kind }) => kind))).toEqual([['provider-released']]);
  await placeHold(ledger, provider, { kind: 'quota', forMs: undefined, reason: 'full' });
  expect(await deliverOnce(ledger, channel, now)).toEqual({ kind: 'idle' });
});

test('many notices at once are one message, with a list that ends', async () => {
  const ledger = await ledgerOf();
  const { channel, sent } = channelOf('a');
  await pauseAndResume(ledger, 50);
  await deliverOnce(ledger, channel, { ...now, boardUrl: 'https://board.example/' });
  expect(sent).toHaveLength(1);
  expect(sent[0]?.subject).toBe('100 notices: 50 providers held, 50 released');
  const lines = sent[0]?.text.split('\n') ?? [];
  expect(lines).toHaveLength(1 + 25 + 1 + 1);
  expect(lines.at(-2)).toBe('- and 75 more: nightpass batches');
});

test('a notice waits a little for others', async () => {
  const ledger = await ledgerOf();
  const { channel } = channelOf('a');
  await pauseAndResume(ledger);
  expect(await deliverOnce(ledger, channel, { gatherMs: 60_000 })).toEqual({ kind: 'idle' });
});

test('a herald that dies between sending and noting it repeats that message, and nothing else', async () => {
  const ledger = await ledgerOf();
  const { channel, sent } = channelOf('a');
  await pauseAndResume(ledger);
  await deliverOnce(ledger, channel, now);
  await pauseAndResume(ledger);
  const dying: NoticeChannel = {
    ...channel,
    send: async (message) => {
      await channel.send(message);
      throw new Error('killed');
    },
  };
  await expect(deliverOnce(ledger, dying, now)).rejects.toThrow('killed');
  await deliverOnce(ledger, channel, now);
  expect(sent.map(({ notices }) => notices.length)).toEqual([2, 2, 2]);
  expect(sent[2]?.notices).toEqual(sent[1]?.notices);
  expect(await deliverOnce(ledger, channel, now)).toEqual({ kind: 'idle' });
});

test('a herald that wakes up late does not set the cursor back', async () => {
  const ledger = await ledgerOf();
  const { channel, sent } = channelOf('a');
  await pauseAndResume(ledger);
  const late: NoticeChannel = {
    ...channel,
    send: async () => {
      await deliverOnce(ledger, channel, now);
      await pauseAndResume(ledger);
      await deliverOnce(ledger, channel, now);
      return { kind: 'failed', reason: 'late' };
    },
  };
  await deliverOnce(ledger, late, now);
  expect(sent).toHaveLength(2);
  expect(await deliverOnce(ledger, channel, now)).toEqual({ kind: 'idle' });
  expect(await readChannel(ledger, 'a')).toMatchObject({ failingSinceMs: undefined });
});

test('what could not be delivered for an hour is dropped, and the next message says how much', async () => {
  const ledger = await ledgerOf();
  const { channel, sent } = channelOf('a');
  await pauseAndResume(ledger);
  channel.down = true;
  expect(await deliverOnce(ledger, channel, now)).toMatchObject({ dropped: 0 });
  const { notices, channel: key } = noticeKeys(ledger);
  // An hour later.
  const old = await readNotices(ledger, '0', 10);
  await ledger.redis.del(notices);
  for (const { notice } of old) {
    const aged = { ...notice, atMs: Date.now() - giveUpMs - 1000 };
    await ledger.redis.xadd(notices, '*', 'notice', JSON.stringify(aged));
  }
  await ledger.redis.hset(key('a'), 'failingSince', Date.now() - giveUpMs - 1);
  await pauseAndResume(ledger);
  expect(await deliverOnce(ledger, channel, now)).toMatchObject({ kind: 'failed', dropped: 2 });
  channel.down = false;
  expect(await deliverOnce(ledger, channel, now)).toEqual({ kind: 'sent', notices: 2 });
  expect(sent[0]?.text).toContain('2 earlier notices could not be delivered.');
  await pauseAndResume(ledger);
  await deliverOnce(ledger, channel, now);
  expect(sent[1]?.text).not.toContain('could not be delivered');
});

test('a notice is given up an hour after it was first tried, however old it was then', () => {
  const at = (...atMs: number[]) => atMs.map((it) => ({ atMs: it }));
  expect(givenUp(at(0, 10), 5 * giveUpMs, 5.5 * giveUpMs)).toBe(0);
  expect(givenUp(at(0, 10), 5 * giveUpMs, 6 * giveUpMs)).toBe(2);
  expect(givenUp(at(0, 5.5 * giveUpMs), 5 * giveUpMs, 6 * giveUpMs)).toBe(1);
});

test('what this version cannot read is passed over', async () => {
  const ledger = await ledgerOf();
  const { channel, sent } = channelOf('a');
  for (const json of ['{"kind":"of-tomorrow"}', 'no json']) {
    await ledger.redis.xadd(noticeKeys(ledger).notices, '*', 'notice', json);
  }
  expect(await deliverOnce(ledger, channel, now)).toEqual({ kind: 'idle' });
  await pauseAndResume(ledger);
  await deliverOnce(ledger, channel, now);
  expect(sent.map(({ notices }) => notices.length)).toEqual([2]);
});

test('a channel that is new does not hear of last week', async () => {
  const ledger = await ledgerOf();
  await ledger.redis.xadd(noticeKeys(ledger).notices, '1000-0', 'notice', '{}');
  await pauseAndResume(ledger);
  const { channel, sent } = channelOf('a');
  await deliverOnce(ledger, channel, now);
  expect(sent[0]?.notices).toHaveLength(2);
});

test('a deadline out of reach is told once, by two heralds at once too', async () => {
  const limits = { launchesPerSecond: 1, readsPerSecond: 1, maxInFlight: 10_000, window: undefined } as Limits;
  const providers = new Map([[provider, limits]]);
  const inReach = await testLedger(redis, { processes: 1, zones: 10 }, { deadlineMs: Date.now() + 60_000 });
  expect(await tellDeadlinesOutOfReach(inReach.ledger, providers)).toEqual([]);

  const it = await testLedger(redis, { processes: 2, zones: 100 }, { deadlineMs: Date.now() + 60_000 });
  const told = await Promise.all([1, 2, 3].map(() => tellDeadlinesOutOfReach(it.ledger, providers)));
  expect(told.flat()).toEqual([it.id]);
  expect(await tellDeadlinesOutOfReach(it.ledger, providers)).toEqual([]);
  const { channel, sent } = channelOf('a');
  await deliverOnce(it.ledger, channel, now);
  expect(sent[0]?.text).toMatch(
    /^Batch "test.json" \(b\w+\) cannot be launched whole before .*: of 200 waiting tasks about 14\d will be too late\nAt the present pace the last of them would be launched at /,
  );
});

test('where reports are written beside the results, the end of a batch tells the name of its own', async () => {
  const it = await testLedger(redis, { processes: 1, zones: 1 });
  const { channel, sent } = channelOf('a');
  await readChannel(it.ledger, 'a');
  await cancelBatch(it.ledger, it.id, { reason: 'test' });
  await deliverOnce(it.ledger, channel, { ...now, reportsBeside: true });
  expect(sent[0]?.text).toContain(`Report: test.json.report.html beside the file, or nightpass report ${it.id}`);

  const { channel: other, sent: told } = channelOf('b');
  await deliverOnce(it.ledger, other, now);
  expect(told[0]?.text).toContain(`Report: nightpass report ${it.id}`);
});
