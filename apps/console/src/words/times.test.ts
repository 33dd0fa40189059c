import { expect, test } from 'vitest';
import { moment } from './times.ts';

test('a moment says its day unless that is today, and its year where that is another', () => {
  const nowMs = new Date(2026, 10, 22, 20, 0).getTime();
  const told = (...at: [number, number, number]) => moment(new Date(...at, 8, 30).getTime(), nowMs);
  expect(told(2026, 10, 22)).toMatch(/^08:30$/);
  expect(told(2026, 1, 20)).toMatch(/20.*08:30/);
  expect(told(2026, 1, 20)).not.toContain('2026');
  expect(told(2027, 1, 20)).toContain('2027');
});
