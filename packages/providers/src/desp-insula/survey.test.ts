import type { CallFailure, SurveyedJob } from '@nightpass/core';
import type { FaultRule } from '@nightpass/simulator';
import { expect, test } from 'vitest';
import { freely } from '../test-call.ts';
import { type Stage, stages } from './test-stage.ts';

const open = stages();

async function survey(
  { provider, request }: Stage,
  { known = [] as string[], sinceMs = undefined as number | undefined, patience = 1 } = {},
) {
  const jobs: SurveyedJob[] = [];
  let calls = 0;
  const answer = await provider.survey?.jobsOf(
    {
      process: request().task.process,
      sinceMs,
      known: async (ids) => new Set(ids.filter((id) => known.includes(id))),
      read: async <T>(call: () => Promise<T>, failureOf: (answer: T) => CallFailure | undefined) => {
        for (let tries = 1; ; tries++) {
          calls++;
          const told = await call();
          if (!failureOf(told) || tries >= patience) return told;
        }
      },
      onJob: (job) => jobs.push(job),
    },
    freely.signal,
  );
  return { answer, jobs, calls };
}

test.each([1, 2, 3, 4] as const)('every job of the service shows whose it is, in generation %i', async (generation) => {
  const services = [20, 31].map((id) => ({ id, name: `Processor${id}` }));
  const stage = await open({ generation, services, mostPerPage: 2 });
  for (const n of [0, 1, 2]) await stage.launched(n);
  await stage.byHand('POST', '/jobConfigs', { service: 'x/services/31', inputs: {} });
  await stage.byHand('POST', `/jobConfigs/${generation === 4 ? 507 : 504}/launch`);
  const { answer, jobs } = await survey(stage);
  expect(answer).toEqual({ kind: 'surveyed' });
  expect(jobs.map(({ job }) => job.id).sort()).toEqual(['4101', '4102', '4103']);
  for (const n of [0, 1, 2]) {
    const found = jobs.find(({ job }) => job.id === `410${n + 1}`);
    const { task, launchKey } = stage.request(n);
    expect(found?.launchKeys).toEqual([launchKey]);
    expect(found?.places).toContain(stage.provider.survey?.placeOf(task));
    // The newest servers add an input of their own.
    expect(found?.fits(task)).toBe(generation === 4 ? 'unclear' : 'same');
    expect(found?.fits(stage.request(n + 1).task)).toBe('other');
    if (generation > 2) expect(Math.abs((found?.createdAtMs ?? 0) - Date.now())).toBeLessThan(10_000);
  }
});

test('a job whose label another launch took over still shows its inputs', async () => {
  const stage = await open();
  await stage.launched(0, { aoi: 'x' });
  await stage.launched(1, { aoi: 'x' });
  const { jobs } = await survey(stage);
  expect(jobs.map(({ launchKeys }) => launchKeys)).toEqual([['k1x1'], ['k1x1']]);
  expect(jobs.map((job) => job.fits(stage.request(0, { aoi: 'x' }).task))).toEqual(['same', 'same']);
});

test('what is known, or older, is left out', async () => {
  const stage = await open();
  await stage.launched(0);
  await stage.launched(1);
  expect((await survey(stage, { known: ['4101'] })).jobs).toMatchObject([{ job: { id: '4102' } }]);
  expect((await survey(stage, { sinceMs: Date.now() + 3_600_000 })).jobs).toEqual([]);
  expect((await survey(stage, { sinceMs: Date.now() - 1_000 })).jobs).toHaveLength(2);
});

test('a job that does not show its config may be any task’s', async () => {
  const stage = await open({ echoConfig: false });
  await stage.launched(0);
  const { jobs } = await survey(stage);
  expect(jobs).toMatchObject([{ places: undefined, launchKeys: [] }]);
  expect(jobs[0]?.fits(stage.request(5).task)).toBe('unclear');
});

test.each<FaultRule>([
  { on: 'list', do: 'drop' },
  { on: 'list', do: 'html', status: 502 },
  { on: 'list', do: 'empty' },
  { on: 'list', do: 'reply', status: 404 },
  { on: 'list', do: 'reply', status: 401 },
])('a list that fails is no survey: %j', async (rule) => {
  const stage = await open();
  await stage.launched(0);
  stage.simulator.setFaults([rule]);
  expect((await survey(stage)).answer?.kind).not.toBe('surveyed');
});

test('what fails in passing is read again', async () => {
  const stage = await open();
  await stage.launched(0);
  stage.simulator.setFaults([{ on: 'list', do: 'html', status: 502, when: { times: 1 } }]);
  expect(await survey(stage, { patience: 3 })).toMatchObject({ answer: { kind: 'surveyed' }, calls: 2 });
});
