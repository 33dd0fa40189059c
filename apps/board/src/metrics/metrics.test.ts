import { readFile } from 'node:fs/promises';
import { liftHold, placeHold } from '@nightpass/engine';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { contentOf, drive, openSample, startTestBoard, type TestBoard } from '../test-ledger.ts';

let board: TestBoard;
let metrics: string;
beforeAll(async () => {
  board = await startTestBoard();
  const { place } = await openSample(board.ledger, { content: contentOf({ processes: 2, zones: 3 }) });
  await drive(board.ledger, place(0), 'succeeded', '', { amount: 12.98, unit: 'EUR' });
  await drive(board.ledger, place(1), 'failed', 'no', { amount: 0.1, unit: 'EUR' });
  await drive(board.ledger, place(3), 'parked', 'who knows');
  await placeHold(board.ledger, 'airbus', { kind: 'quota', forMs: undefined, reason: 'full' });
  await new Promise((resolve) => setTimeout(resolve, 20));
  await liftHold(board.ledger, 'airbus', ['quota']);
  metrics = await board.page('/metrics');
});
afterAll(() => board.stop());

test('launches and ends are counted by provider, process and outcome', () => {
  expect(metrics).toContain('nightpass_process_launches_total{provider="airbus",process="p-0"} 2');
  expect(metrics).toContain('nightpass_ends_total{provider="airbus",process="p-0",outcome="succeeded"} 1');
  expect(metrics).toContain('nightpass_ends_total{provider="airbus",process="p-0",outcome="failed"} 1');
  expect(metrics).toContain('nightpass_ends_total{provider="airbus",process="p-1",outcome="parked"} 1');
});

test('what jobs cost is counted by provider, in its own unit', () => {
  expect(metrics).toContain('nightpass_cost_total{provider="airbus",unit="EUR"} 13.08');
});

test('answers and runs are histograms whose last bucket holds all', () => {
  expect(metrics).toContain('# TYPE nightpass_launch_seconds histogram');
  expect(metrics).toContain('nightpass_launch_seconds_bucket{le="+Inf",provider="airbus",process="p-0"} 1');
  expect(metrics).toContain('nightpass_run_seconds_count{provider="airbus",process="p-0"} 1');
});

test('a hold that is over stays counted', () => {
  const [, seconds] = /nightpass_held_seconds_total\{provider="airbus",kind="quota"\} ([\d.]+)/.exec(metrics) ?? [];
  expect(Number(seconds)).toBeGreaterThan(0.01);
});

test('more processes than anybody could tell apart make no more series', async () => {
  const its = board.ledger.keys.provider('insula').tally;
  for (let i = 0; i < 200; i++) await board.ledger.redis.hset(its, `launched process-${i}`, i + 1);
  const text = await board.page('/metrics');
  expect(text.match(/nightpass_process_launches_total\{provider="insula"/g)).toHaveLength(51);
  expect(text).toContain('nightpass_process_launches_total{provider="insula",process="other"} 11325');
});

test('each query of the dashboard names metrics that there are', async () => {
  const file = await readFile(new URL('../../../../deploy/grafana/nightpass.json', import.meta.url), 'utf8');
  const { panels } = z
    .object({ panels: z.array(z.object({ targets: z.array(z.object({ expr: z.string() })).min(1) })) })
    .parse(JSON.parse(file));
  const known = new Set([...metrics.matchAll(/^(nightpass_\w+)[{ ]/gm)].map(([, name]) => name));
  const named = panels.flatMap(({ targets }) => targets.flatMap(({ expr }) => expr.match(/nightpass_\w+/g) ?? []));
  expect(named.length).toBeGreaterThan(12);
  expect(named.filter((name) => !known.has(name))).toEqual([]);
});
