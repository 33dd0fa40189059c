import type { SurveyedJob } from '@nightpass/core';
import { expect, test } from 'vitest';
import { openStage, type Stage } from './test-stage.ts';

async function survey({ provider, request }: Stage) {
  const jobs: SurveyedJob[] = [];
  const answer = await provider.survey?.jobsOf(
    {
      process: request(0).task.process,
      sinceMs: undefined,
      known: async () => new Set<string>(),
      read: (call) => call(),
      onJob: (job) => jobs.push(job),
    },
    new AbortController().signal,
  );
  return { answer, jobs };
}

test('jobs that were created and never started are nobody’s loss: the survey leaves them out', async () => {
  const stage = await openStage();
  stage.simulator.setFaults([{ on: 'launch', do: 'reply', status: 429, when: { times: 1 } }]);
  await stage.launch(0);
  const job = await stage.launched(1);
  const { answer, jobs } = await survey(stage);
  expect(answer).toEqual({ kind: 'surveyed' });
  expect(jobs).toMatchObject([{ job: { id: job.id }, launchKeys: ['k1x1'], places: [] }]);
  expect(stage.simulator.counts().look.arrived).toBe(0);
});

test('a federation that lists only some of its members has not been surveyed', async () => {
  const stage = await openStage({ behaviour: { federationMissing: ['a-member'] } });
  expect((await survey(stage)).answer).toMatchObject({ kind: 'cannotTell', rule: 'federation-missing' });
});
