import { expect, test } from 'vitest';
import { entryWords } from './entry-words.ts';

const entry = { id: '1-0', atMs: 0, who: 'otto' };

test('what was done stands in the log as a sentence, with its numbers', () => {
  expect(entryWords({ ...entry, event: 'begun', action: 'redrive', target: 'family f1 of b1', tasks: 1_200 })).toBe(
    'began to redrive family f1 of b1: 1,200 tasks',
  );
  expect(
    entryWords({ ...entry, event: 'ended', action: 'redrive', target: 'family f1 of b1', changed: 1_198, skipped: 2 }),
  ).toBe('ended: redrive family f1 of b1: 1,198 changed, 2 had moved on');
  expect(entryWords({ ...entry, event: 'begun', action: 'pause', target: 'provider airbus', tasks: 0 })).toBe(
    'began to pause provider airbus',
  );
});

test('what failed, and what was done in the queues, is said so', () => {
  const ended = {
    ...entry,
    event: 'ended',
    action: 'priority',
    target: 'batch b1',
    outcome: 'failed: not configured here',
  };
  expect(entryWords(ended)).toBe('failed to change priority of batch b1: 0 changed');
  expect(entryWords({ ...entry, event: 'queue-changed', target: 'airbus.track/b1-0-0/retry' })).toBe(
    'changed a queue: airbus.track/b1-0-0/retry',
  );
});

test('an event of a later version is shown as it is', () => {
  expect(entryWords({ ...entry, event: 'renamed', target: 'x' })).toBe('renamed x');
});
