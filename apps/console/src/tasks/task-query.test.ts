import { expect, test } from 'vitest';
import { hasTexts, readTaskQuery, targetOf, tasksPath } from './task-query.ts';

test('an address is read tolerantly: what is no phase and no number is left out', () => {
  const query = readTaskQuery('phase=failed,nonsense&process=1,x&zone=3,-4&error=out%20of%20memory');
  expect(query).toMatchObject({ phases: ['failed'], processes: [1], zones: [3], error: 'out of memory', sort: 'task' });
  expect(hasTexts(query)).toBe(true);
});

test('what is asked of the board names only what is given', () => {
  expect(tasksPath(readTaskQuery('phase=failed,parked&zone=3&sort=-zone', { batch: 'b1' }), 100)).toBe(
    '/tasks?batch=b1&sort=-zone&phase=failed%2Cparked&zone=3&limit=100',
  );
});

test('an action is done to exactly what is listed: the batch, or a filter', () => {
  expect(targetOf(readTaskQuery('', { batch: 'b1' }))).toEqual({ kind: 'batch', batch: 'b1' });
  expect(targetOf(readTaskQuery('phase=failed&error=memory&sort=zone', { batch: 'b1' }))).toEqual({
    kind: 'filter',
    filter: { batch: 'b1', phases: ['failed'], error: 'memory' },
  });
});

test('a time stands in the address, and means the same in a list and in an action', () => {
  const query = readTaskQuery('since=1000&until=61000&sort=-moved', { batch: 'b1' });
  expect(tasksPath(query, 100)).toBe('/tasks?batch=b1&sort=-moved&movedSinceMs=1000&movedUntilMs=61000&limit=100');
  expect(targetOf(query)).toEqual({
    kind: 'filter',
    filter: { batch: 'b1', movedSinceMs: 1000, movedUntilMs: 61000 },
  });
  expect(readTaskQuery('since=yesterday&until=-1').span).toEqual({});
});

test('where the board could not do the same, no action is offered', () => {
  expect(targetOf(readTaskQuery('phase=failed'))).toBeUndefined();
  expect(targetOf(readTaskQuery('remoteId=job-1', { batch: 'b1' }))).toBeUndefined();
  const zones = Array.from({ length: 10_001 }, (_, i) => i);
  expect(targetOf(readTaskQuery('', { batch: 'b1', zones }))).toBeUndefined();
});
