import { describe, expect, test } from 'vitest';
import { latestMs, readJob, readJobs, stateOf } from './replies.ts';

const state = (json: unknown) => {
  const job = readJob(json);
  return job && stateOf(job);
};

describe('the state of a job', () => {
  test.each([
    ['ACCEPTED', 'accepted'],
    ['RUNNING', 'running'],
    ['PAUSED', 'paused'],
    ['UNKNOWN', 'unknown'],
    ['SUCCEEDED', 'succeeded'],
    ['FAILED', 'failed'],
    ['CANCELLED', 'cancelled'],
    ['CANCELED', 'unknown'],
    ['succeeded', 'unknown'],
    ['constructor', 'unknown'],
    ['__proto__', 'unknown'],
    ['', 'unknown'],
  ])('%s is %s', (word, status) => {
    expect(state({ status: { status: word, progress: 40 } })).toMatchObject({ status, word, progressPercent: 40 });
  });

  test.each<[string, unknown, number | undefined]>([
    ['above a hundred', { status: { progress: 140 } }, 100],
    ['below none', { status: { progress: -3 } }, 0],
    ['as text', { status: { progress: '12.5' } }, 12.5],
    ['no number', { status: { progress: 'half' } }, undefined],
    [
      'from the counts of its tasks',
      { status: {}, nbTasks: 8, nbTasksPerStatus: [{ status: 'SUCCEEDED', count: 2 }] },
      25,
    ],
    ['from counts of nothing', { nbTasks: 0, nbTasksPerStatus: [{ status: 'SUCCEEDED', count: 0 }] }, undefined],
    ['not there', {}, undefined],
  ])('progress %s', (_, json, percent) => {
    expect(state(json)?.progressPercent).toBe(percent);
  });

  test('a message is one safe line', () => {
    expect(state({ message: 'no\nimage\u001b[0m' })?.message).toBe('no image [0m');
    expect(state({ message: ' ' })?.message).toBeUndefined();
    expect(state({ message: { a: 1 } })?.message).toBeUndefined();
  });

  test.each([null, 'text', 7, [], true])('%j is no job', (json) => {
    expect(readJob(json)).toBeUndefined();
  });
});

describe('a page of a list', () => {
  test('rows and total, whatever their types', () => {
    expect(readJobs({ jobs: [{ id: 1 }, { id: 'b' }], total: '2' })).toMatchObject({
      rows: [{ id: '1' }, { id: 'b' }],
      total: 2,
    });
    expect(readJobs({ jobs: [] })).toEqual({ rows: [], total: undefined });
  });
  test.each([{}, { jobs: {} }, { jobs: [null] }, { jobs: ['a'] }, [], null])('%j is none', (json) => {
    expect(readJobs(json)).toBeUndefined();
  });
});

const utc = (text: string) => Date.parse(text);
describe('the latest time a date can mean', () => {
  test.each<[string, string | number | undefined, number | undefined]>([
    ['ISO', '2026-03-02T08:15:30Z', utc('2026-03-02T08:15:30.999Z')],
    ['ISO with an offset', '2026-03-02T10:15:30+02:00', utc('2026-03-02T08:15:30.999Z')],
    ['ISO without a zone, 12 hours behind', '2026-03-02T08:15:30', utc('2026-03-02T20:15:30.999Z')],
    ['a day', '2026-03-02', utc('2026-03-03T11:59:59.999Z')],
    ['epoch seconds', 1772439330, 1772439330_999],
    ['epoch seconds as text', '1772439330', 1772439330_999],
    ['epoch milliseconds', 1772439330123, 1772439330123],
    ['words', 'yesterday', undefined],
    ['words that Date.parse takes for a date', 'job 5', undefined],
    ['a day that is none', '2026-13-45T00:00:00Z', undefined],
    ['zero', 0, undefined],
    ['not there', undefined, undefined],
  ])('%s', (_, date, ms) => {
    expect(latestMs(date)).toBe(ms);
  });
});
