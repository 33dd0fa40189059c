import type { BatchId, SurveyedJob, Task } from '@nightpass/core';
import { describe, expect, test } from 'vitest';
import { launchKeyOf } from '../launch/launch-key.ts';
import { judge, type LostTask, placesOf, sightingOf } from './matching.ts';

/** Payloads here are one letter, and a task's place. A job's payload may be followed by `?`: it cannot be seen whole. */

function lost(id: string, payload: string, also: Partial<LostTask> = {}): LostTask {
  const task = { id, zone: { imageId: payload } } as unknown as Task;
  return { id: task.id, batch: 'b1' as BatchId, task, sinceMs: 1_000, doubt: undefined, ...also };
}

function job(id: string, payload: string, also: Partial<SurveyedJob> = {}): SurveyedJob {
  const [mine = '', unclear] = payload;
  return {
    job: { id, address: `/${id}` },
    createdAtMs: 2_000,
    launchKeys: [],
    places: mine === '?' ? undefined : [mine],
    fits: ({ zone }) => (zone.imageId !== mine ? 'other' : unclear ? 'unclear' : 'same'),
    ...also,
  };
}

/** What becomes of each task, in a word or two. */
async function fates(tasks: LostTask[], jobs: SurveyedJob[], inTheAir = false): Promise<Record<string, string>> {
  const places = placesOf(tasks, ({ zone }) => zone.imageId);
  const sightings = jobs.map((one) => sightingOf(one, places));
  const judged = await judge(tasks, sightings, inTheAir ? { rule: 'others-in-the-air', reason: '' } : undefined);
  return Object.fromEntries(
    tasks.map((task) => {
      const fate = judged.get(task);
      if (fate?.kind === 'adopt') return [task.id, [fate.job.id, `attempt ${fate.attempt}`, ...fate.others].join(', ')];
      return [task.id, fate?.kind === 'park' ? fate.rule : (fate?.kind ?? 'nothing')];
    }),
  );
}

const key = (id: string, attempt: number) => ({ launchKeys: [launchKeyOf({ id }, attempt)] });

describe('whose jobs are these?', () => {
  test.each<[string, LostTask[], SurveyedJob[], Record<string, string>]>([
    ['none', [lost('t1', 'a')], [], { t1: 'queue' }],
    ['one', [lost('t1', 'a'), lost('t2', 'b')], [job('j', 'a')], { t1: 'j, attempt 1', t2: 'queue' }],
    ['somebody else’s', [lost('t1', 'a')], [job('j', 'z')], { t1: 'queue' }],
    ['two for one task', [lost('t1', 'a')], [job('j', 'a'), job('k', 'a')], { t1: 'payload-not-unique' }],
    [
      'one for two equal tasks',
      [lost('t1', 'a'), lost('t2', 'a'), lost('t3', 'b')],
      [job('j', 'a')],
      { t1: 'payload-not-unique', t2: 'payload-not-unique', t3: 'queue' },
    ],
    [
      'two for two equal tasks of a batch',
      [lost('t1', 'a'), lost('t2', 'a')],
      [job('j', 'a'), job('k', 'a')],
      { t1: 'j, attempt 1', t2: 'k, attempt 1' },
    ],
    [
      'two for two equal tasks of two batches',
      [lost('t1', 'a'), lost('t2', 'a', { batch: 'b2' })],
      [job('j', 'a'), job('k', 'a')],
      { t1: 'payload-not-unique', t2: 'payload-not-unique' },
    ],
    [
      'one that is older than the second of two equal batches',
      [lost('t1', 'a'), lost('t2', 'a', { batch: 'b2', sinceMs: 3_000 })],
      [job('j', 'a')],
      { t1: 'j, attempt 1', t2: 'queue' },
    ],
    [
      'one of nobody knows when',
      [lost('t1', 'a', { sinceMs: 3_000 })],
      [job('j', 'a', { createdAtMs: undefined })],
      { t1: 'j, attempt 1' },
    ],
    [
      'one that may be of one task',
      [lost('t1', 'a'), lost('t2', 'b')],
      [job('j', 'a?')],
      { t1: 'input-unclear', t2: 'queue' },
    ],
    ['one, and one that may be', [lost('t1', 'a')], [job('j', 'a'), job('k', 'a?')], { t1: 'input-unclear' }],
    [
      'one that may be any task’s',
      [lost('t1', 'a'), lost('t2', 'b'), lost('t3', 'c', { sinceMs: 3_000 })],
      [job('j', 'a'), job('k', '?')],
      { t1: 'j, attempt 1', t2: 'input-not-shown', t3: 'queue' },
    ],
    [
      'by key, whatever the payload',
      [lost('t1', 'a'), lost('t2', 'b')],
      [job('j', '?', key('t1', 1)), job('k', 'b', key('t2', 3))],
      { t1: 'j, attempt 1', t2: 'k, attempt 3' },
    ],
    [
      'several attempts of one task: the newest, and the others are its too',
      [lost('t1', 'a')],
      [job('j', 'a', key('t1', 1)), job('l', 'a', key('t1', 12)), job('k', 'a', key('t1', 2))],
      { t1: 'l, attempt 12, j, k' },
    ],
    [
      'one by key, of two equal tasks',
      [lost('t1', 'a'), lost('t2', 'a')],
      [job('j', 'a', key('t1', 1)), job('k', 'a')],
      { t1: 'j, attempt 1', t2: 'k, attempt 1' },
    ],
    [
      'none, where that says nothing',
      [lost('t1', 'a', { doubt: { rule: 'too-old-to-tell', reason: '' } })],
      [],
      { t1: 'too-old-to-tell' },
    ],
  ])('%s', async (_, tasks, jobs, expected) => {
    expect(await fates(tasks, jobs)).toEqual(expected);
  });

  test('one that might be of another batch’s launch, still unanswered', async () => {
    const tasks = [lost('t1', 'a'), lost('t2', 'b'), lost('t3', 'c')];
    const jobs = [job('j', 'a'), job('k', 'b', key('t2', 1))];
    expect(await fates(tasks, jobs, true)).toEqual({ t1: 'others-in-the-air', t2: 'k, attempt 1', t3: 'queue' });
  });

  test('100,000 tasks and as many jobs, each compared with few', async () => {
    let compared = 0;
    const tasks = Array.from({ length: 100_000 }, (_, i) => lost(`t${i}`, `payload ${i}`));
    const jobs = Array.from({ length: 100_000 }, (_, i) => ({
      ...job(`j${i}`, ''),
      places: [`payload ${i}`],
      fits: ({ zone }: Task) => {
        compared++;
        return zone.imageId === `payload ${i}` ? ('same' as const) : ('other' as const);
      },
    }));
    const places = placesOf(tasks, ({ zone }) => zone.imageId);
    const judged = await judge(
      tasks,
      jobs.map((one) => sightingOf(one, places)),
      undefined,
    );
    expect(compared).toBe(100_000);
    expect([...judged.values()].every((fate) => fate.kind === 'adopt')).toBe(true);
  });
});
