import { expect, test } from 'vitest';
import type { Batch, Hold, Providers } from '../api/answers.ts';
import { forecastWords } from './forecast.tsx';
import { headline, headlineTitle } from './headline.ts';
import { receiptOf } from './uploading.ts';

const counts = {
  queued: 0,
  launching: 0,
  unconfirmed: 0,
  running: 0,
  succeeded: 0,
  failed: 0,
  cancelled: 0,
  expired: 0,
  parked: 0,
};
const batch = (also: Partial<Batch>): Batch => ({
  id: 'b1',
  file: 'evening.json',
  providers: ['airbus'],
  processCount: 1,
  zoneCount: 10,
  taskCount: 10,
  priority: 0,
  acceptedAtMs: 0,
  settled: 5,
  counts,
  ...also,
});
const hold: Hold = { kind: 'outage', reason: 'r', sinceMs: 0, stopsLooks: true };
const providers = (...holds: Hold[]): Providers => ({
  nowMs: 0,
  items: [{ name: 'airbus', holds } as Providers['items'][0]],
});

test('the night in one sentence: what is open, what runs, what needs somebody', () => {
  expect(headline({ items: [] }, providers())).toBe('Nothing has been dropped yet');
  const open = batch({ counts: { ...counts, running: 5 } });
  expect(headline({ items: [open] }, providers())).toBe('1 batch is open, 5 tasks run, nothing needs you');
  const parked = batch({ endedAtMs: 1, counts: { ...counts, parked: 1 } });
  expect(headline({ items: [parked] }, providers(hold))).toBe(
    'All batches have ended, 1 waits for a person, airbus is held',
  );
});

test('the title of a tab tells how far it is, and what is wrong', () => {
  expect(headlineTitle({ items: [batch({})] }, providers(hold))).toBe('50 % · held');
  expect(headlineTitle({ items: [batch({ endedAtMs: 1 })] }, providers())).toBe('Overview');
});

test('a forecast is a range, and says so where only its beginning is known', () => {
  const at = new Date(2026, 10, 22, 3, 0).getTime();
  const nowMs = at - 3_600_000;
  expect(forecastWords({ soonestMs: at, latestMs: at + 1_800_000, because: [] }, nowMs)).toBe(
    'ends 03:00–03:30 (1 h to 1 h 30 min left)',
  );
  expect(forecastWords({ soonestMs: at, because: [] }, nowMs)).toBe('ends 03:00 at the soonest');
});

test('a receipt with many faults shows the first, and how many more there are', () => {
  const faults = Array.from({ length: 100 }, (_, i) => ({ message: `line ${i}` }));
  const told = receiptOf({ outcome: 'rejected', note: 'mend it', faults, faultCount: 250 });
  expect(told).toMatchObject({ state: 'rejected', says: 'mend it' });
  expect(told.faults?.at(-1)).toBe('and 245 more');
});
