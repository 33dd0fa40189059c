import type { CallFailure, Catalogue, Limits, Task } from '@nightpass/core';
import { batchIdOf, readBatch } from '@nightpass/core';
import { startTestRedis, type TestRedis } from '@nightpass/runtime/test-redis';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { LedgerContext } from '../../ledger/context.ts';
import { createKeys } from '../../ledger/keys.ts';
import { placeHold, readHolds } from '../../pacing/holds.ts';
import { batchFile } from '../test-inbox.ts';
import { createPreflight, type IntakePreflight, type PreflightOptions } from './asking.ts';

/** The ledger is real, the platforms are what the test says. */

type Answer = Awaited<ReturnType<Catalogue['check']>>;

let server: TestRedis;
let ledger: LedgerContext;
let n = 0;
const opened: IntakePreflight[] = [];
beforeAll(async () => {
  server = await startTestRedis();
});
afterAll(() => server.stop());
beforeEach(() => {
  n += 1;
  ledger = { redis: server.client(), keys: createKeys(`t${n}`) };
});
afterEach(() => {
  for (const one of opened.splice(0)) one.close();
});

const limits = { readsPerSecond: 200 } as Limits;
const fits = { kind: 'fits' } as const;
const unfit = { kind: 'unfit', problems: [{ path: 'id', problem: 'is not there' }] } as const;
const failed: CallFailure = { kind: 'notSent', rule: 'not-sent', reason: 'nobody there' };

/** Platforms that answer as told; what they are asked is kept. */
function preflightOf(
  platforms: Record<string, (task: Task, signal: AbortSignal) => Answer | Promise<Answer>>,
  options: Partial<PreflightOptions> = {},
) {
  const asked: string[] = [];
  const providers = Object.fromEntries(
    Object.entries(platforms).map(([name, answer]) => {
      const check: Catalogue['check'] = async (task, { signal }) => {
        asked.push(`${name} ${task.process.id}`);
        return answer(task, signal);
      };
      return [name, { adapter: { catalogue: { check } as Catalogue }, limits }];
    }),
  );
  const preflight = createPreflight({ ledger, providers, ...options });
  opened.push(preflight);
  return { preflight, asked };
}

function batch(name: string, providers: string[], also: Record<string, unknown> = {}) {
  const file = { ...batchFile({ processes: providers.length, zones: 3, name }), ...also };
  const bytes = new TextEncoder().encode(JSON.stringify(file));
  const reading = readBatch(bytes);
  if (!reading.ok) throw new Error(JSON.stringify(reading.faults));
  return { id: batchIdOf(reading.contentHash), content: reading.batch, providers, bytes };
}

test('a thousand files of one process ask once', async () => {
  const { preflight, asked } = preflightOf({ airbus: () => fits });
  for (let i = 0; i < 1000; i++) expect(await preflight.check(batch(`b${i}`, ['airbus']))).toEqual({ kind: 'fits' });
  expect(asked).toEqual(['airbus process-0']);
});

test('a file that does not fit is told so, with places; and the platform is asked again before long', async () => {
  let answer: Answer = unfit;
  const { preflight, asked } = preflightOf({ airbus: () => answer }, { keepNoMs: 50 });
  const first = await preflight.check(batch('a', ['airbus', 'airbus']));
  expect(first).toMatchObject({ kind: 'faults', faultCount: 2 });
  expect(first.kind === 'faults' && first.faults.map(({ path }) => path)).toEqual([
    'processes[0].id',
    'processes[1].id',
  ]);
  expect(await preflight.check(batch('b', ['airbus', 'airbus']))).toMatchObject({ kind: 'faults' });
  expect(asked).toHaveLength(2);
  answer = fits;
  await new Promise((resolve) => setTimeout(resolve, 60));
  expect(await preflight.check(batch('a', ['airbus', 'airbus']))).toEqual({ kind: 'fits' });
});

test('a platform that cannot be asked makes its files wait, is left alone for a while, and is then asked again', async () => {
  let answer: Answer = failed;
  const { preflight, asked } = preflightOf({ airbus: () => answer, insula: () => fits }, { retryMs: 200 });
  const waits = { kind: 'wait', because: 'platform', reason: 'airbus: it cannot be asked: nobody there' };
  expect(await preflight.check(batch('a', ['insula', 'airbus']))).toMatchObject(waits);
  for (let i = 0; i < 50; i++) expect(await preflight.check(batch(`b${i}`, ['airbus', 'airbus']))).toMatchObject(waits);
  expect(await preflight.check(batch('c', ['insula']))).toEqual({ kind: 'fits' });
  expect(asked.filter((what) => what.startsWith('airbus'))).toHaveLength(1);
  answer = fits;
  await new Promise((resolve) => setTimeout(resolve, 220));
  expect(await preflight.check(batch('a', ['insula', 'airbus']))).toEqual({ kind: 'fits' });
});

test.each<[CallFailure, string]>([
  [{ kind: 'unauthorized', rule: 'r', reason: 'expired' }, 'airbus: it refuses our credentials: expired'],
  [{ kind: 'throttled', rule: 'r', reason: 'slowly', retryAfterMs: 7_000 }, 'airbus: it asks for patience: slowly'],
  [{ kind: 'ambiguous', rule: 'r', reason: 'HTTP 502' }, 'airbus: it cannot be asked: HTTP 502'],
  [{ kind: 'rejected', rule: 'r', status: 400, reason: 'no' }, 'airbus: it refuses to tell: no'],
])('why a file waits is told in words: %o', async (failure, reason) => {
  const { preflight } = preflightOf({ airbus: () => failure });
  const verdict = await preflight.check(batch('a', ['airbus']));
  expect(verdict).toMatchObject({ kind: 'wait', because: 'platform', reason });
  const againInMs = failure.kind === 'throttled' ? 7_000 : 60_000;
  expect(verdict.kind === 'wait' && verdict.againInMs).toBe(againInMs);
});

test('a clear no to one question leaves the other questions to be asked', async () => {
  const { preflight } = preflightOf({
    airbus: ({ process }) =>
      process.id === 'process-0' ? { kind: 'rejected', rule: 'r', status: 400, reason: 'no' } : unfit,
  });
  expect(await preflight.check(batch('a', ['airbus', 'airbus']))).toMatchObject({ kind: 'faults', faultCount: 1 });
});

test('a provider that has no list, or is not configured here, stands in nobody’s way', async () => {
  const { preflight } = preflightOf({ airbus: () => fits });
  const providers = { insula: { adapter: {}, limits } };
  const bare = createPreflight({ ledger, providers });
  expect(await bare.check(batch('a', ['insula']))).toEqual({ kind: 'fits' });
  expect(await preflight.check(batch('a', ['elsewhere', 'airbus']))).toEqual({ kind: 'fits' });
});

test('a slow platform keeps its own files waiting, and nobody else’s', async () => {
  let release = () => {};
  const answered = new Promise<Answer>((resolve) => {
    release = () => resolve(fits);
  });
  const { preflight, asked } = preflightOf({ slow: () => answered, quick: () => fits }, { patienceMs: 100 });
  const startedMs = performance.now();
  const waits = { kind: 'wait', because: 'asking', againInMs: 500 };
  for (let i = 0; i < 30; i++) {
    // Each asks of something else: a hundred of them must not wait a hundred times.
    const processes = [{ id: `p-${i}`, name: 'P', dataset_id: 'd', project_id: 'p' }];
    expect(await preflight.check(batch(`b${i}`, ['slow'], { processes }))).toMatchObject(waits);
  }
  expect(await preflight.check(batch('q', ['quick']))).toEqual({ kind: 'fits' });
  expect(performance.now() - startedMs).toBeLessThan(2_000);
  expect(asked.filter((what) => what.startsWith('slow')).length).toBeLessThan(3);
  release();
  await answered;
  const processes = [{ id: 'p-0', name: 'P', dataset_id: 'd', project_id: 'p' }];
  await expect.poll(() => preflight.check(batch('b0', ['slow'], { processes }))).toEqual({ kind: 'fits' });
});

test('a held provider is not asked; what holds is told, and one probe goes through when it is due', async () => {
  const { preflight, asked } = preflightOf({ airbus: () => fits }, { retryMs: 50 });
  await placeHold(ledger, 'airbus', { kind: 'outage', forMs: 1_100, reason: 'five answers failed' });
  expect(await preflight.check(batch('a', ['airbus']))).toMatchObject({
    kind: 'wait',
    because: 'platform',
    reason: 'airbus: it is held (outage): five answers failed',
  });
  expect(asked).toEqual([]);
  await expect.poll(() => preflight.check(batch('a', ['airbus'])), { timeout: 5_000 }).toEqual({ kind: 'fits' });
  expect(asked).toHaveLength(1);
  // It answered: the hold is over for everybody.
  expect(await readHolds(ledger, 'airbus', Date.now())).toEqual([]);
});

test('a person’s pause stops launches, not questions', async () => {
  const { preflight } = preflightOf({ airbus: () => fits });
  await placeHold(ledger, 'airbus', { kind: 'person', forMs: undefined, reason: 'lunch' });
  expect(await preflight.check(batch('a', ['airbus']))).toEqual({ kind: 'fits' });
});

test('questions keep the read pace', async () => {
  const { preflight } = preflightOf({ airbus: () => fits });
  const startedMs = performance.now();
  await preflight.check(
    batch(
      'a',
      Array.from({ length: 100 }, () => 'airbus'),
    ),
  );
  expect(performance.now() - startedMs).toBeGreaterThan(480);
});

test('what is asked when it is closed is called off', async () => {
  const { preflight } = preflightOf({
    airbus: (_, signal) =>
      new Promise((resolve) => signal.addEventListener('abort', () => resolve(failed), { once: true })),
  });
  const asking = preflight.check(batch('a', ['airbus']));
  preflight.close();
  expect(await asking).toMatchObject({ kind: 'wait' });
});
