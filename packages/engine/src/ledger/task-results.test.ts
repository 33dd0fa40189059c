import type { ResultLink, TaskId } from '@nightpass/core';
import { startTestRedis, type TestRedis } from '@nightpass/runtime/test-redis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createSweep } from '../sweep/sweep.ts';
import { intended, running, runOf } from '../sweep/test-run.ts';
import { redriveBatch } from '../test-act.ts';
import { type TestLedger, testLedger } from '../test-ledger.ts';
import { finishLaunch } from './launching.ts';
import { readTasks } from './reading.ts';
import { keepResults, parseResults, storedResults } from './task-results.ts';

const link = (name: string, more: Partial<ResultLink> = {}): ResultLink => ({
  name,
  href: `/files/${name}`,
  type: undefined,
  sizeBytes: undefined,
  sha256: undefined,
  ...more,
});

describe('what a job offers', () => {
  test('is kept as it was said', () => {
    const links = [link('a', { type: 'image/tiff', sizeBytes: 7, sha256: 'ab' }), link('b')];
    expect(parseResults(storedResults(links))).toEqual({ links, cut: 0 });
    expect(parseResults(storedResults([]))).toEqual({ links: [], cut: 0 });
    expect(parseResults(undefined)).toBeUndefined();
  });

  test('is cut where it is too much, and says so', () => {
    const many = Array.from({ length: 120 }, (_, n) => link(`r${n}`));
    expect(parseResults(storedResults(many))).toMatchObject({ links: many.slice(0, 50), cut: 70 });
    const long = Array.from({ length: 5 }, (_, n) => link(`r${n}`, { href: `/${'x'.repeat(5_000)}` }));
    expect(parseResults(storedResults(long))).toMatchObject({ links: { length: 3 }, cut: 2 });
  });
});

describe('in the ledger', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await startTestRedis();
  });
  afterAll(() => redis.stop());

  const links = [link('a')];
  const taskOf = async (it: TestLedger, zone = 0) =>
    (await readTasks(it.ledger, [`${it.id}-0-${zone}` as TaskId], async () => ({ zoneCount: 3 })))[0];

  test('the look that sees the end keeps what is offered with the task', async () => {
    const it = await testLedger(redis, { processes: 1, zones: 3 });
    await running(it, 0);
    await running(it, 1);
    const state = { status: 'succeeded' as const, word: 'DONE', progressPercent: 100, message: undefined };
    const run = runOf(it, {
      look: async ({ id }) => ({ kind: 'seen', state: { ...state, ...(id === 'r-0' && { results: links }) } }),
    });
    await createSweep(run).once(new AbortController().signal);
    expect(await taskOf(it)).toMatchObject({ phase: 'succeeded', results: links, resultsCut: 0 });
    expect(await taskOf(it, 1)).toMatchObject({ phase: 'succeeded', results: undefined });
  });

  test('a launch that ran at once keeps its own', async () => {
    const it = await testLedger(redis, { processes: 1, zones: 3 });
    await intended(it, it.at(0, 2));
    const why = { attempt: 1, phase: 'succeeded' as const, rule: 'sync', reason: '', results: links };
    await finishLaunch(it.ledger, it.at(0, 2), why);
    expect(await taskOf(it, 2)).toMatchObject({ phase: 'succeeded', results: links });
  });

  test('what was asked later is kept, unless the task has another job by now; a redrive forgets it', async () => {
    const it = await testLedger(redis, { processes: 1, zones: 3 });
    await running(it, 0);
    const { ref } = it.at(0, 0);
    expect(await keepResults(it.ledger, ref, { id: 'other', address: '/' }, links)).toBe(false);
    expect(await taskOf(it)).toMatchObject({ results: undefined });
    expect(await keepResults(it.ledger, ref, { id: 'r-0', address: '/' }, links)).toBe(true);
    expect(await taskOf(it)).toMatchObject({ results: links });

    await intended(it, it.at(0, 1));
    const why = { attempt: 1, phase: 'failed' as const, rule: 'sync', reason: '', results: links };
    await finishLaunch(it.ledger, it.at(0, 1), why);
    expect(await taskOf(it, 1)).toMatchObject({ phase: 'failed', results: links });
    expect(await redriveBatch(it.ledger, it.id, { phases: ['failed'], who: 'a test' })).toBe(1);
    expect(await taskOf(it, 1)).toMatchObject({ phase: 'queued', results: undefined });
  });
});
