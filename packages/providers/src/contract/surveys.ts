import type { CallFailure, Process, SurveyAnswer, SurveyedJob, Task } from '@nightpass/core';
import type { FaultRule, Simulator } from '@nightpass/simulator';
import { describe, expect, test } from 'vitest';
import { freely } from '../test-call.ts';
import { fault, launched, message, never, stages } from './stage.ts';
import type { ContractSubject } from './subject.ts';

/** All that a platform has, asked when our own record is lost. A platform without a survey has none of this to keep. */
export function surveyContract(subject: ContractSubject): void {
  if (!subject.surveysBy) return;
  const open = stages(subject);
  const { task } = subject.request(0);
  const byInput = subject.surveysBy === 'input';

  async function survey(
    { provider }: Awaited<ReturnType<typeof open>>,
    also: { known?: readonly string[]; sinceMs?: number; patience?: number; process?: Process } = {},
  ): Promise<{ answer: SurveyAnswer; jobs: SurveyedJob[]; calls: number }> {
    if (!provider.survey) throw new Error(`${subject.kind} has no survey`);
    const jobs: SurveyedJob[] = [];
    let calls = 0;
    const answer = await provider.survey.jobsOf(
      {
        process: also.process ?? task.process,
        sinceMs: also.sinceMs,
        known: async (ids) => new Set(ids.filter((id) => also.known?.includes(id))),
        read: async <T>(call: () => Promise<T>, failureOf: (answer: T) => CallFailure | undefined) => {
          for (let tries = 1; ; tries++) {
            calls++;
            const told = await call();
            if (!failureOf(told) || tries >= (also.patience ?? 1)) return told;
          }
        },
        onJob: (job) => jobs.push(job),
      },
      never,
    );
    return { answer, jobs, calls };
  }

  const idsOf = (jobs: readonly SurveyedJob[]) => jobs.map(({ job }) => job.id).sort();
  const truth = (simulator: Simulator) =>
    simulator
      .jobs()
      .filter((job) => job.started)
      .map(({ id }) => id)
      .sort();

  describe(`${subject.kind}: what runs there already?`, () => {
    test('every job, with where it is, when it was made, and whose it is', async () => {
      const stage = await open();
      const jobs = await Promise.all([0, 1, 2].map((n) => launched(stage.launch(n))));
      const found = await survey(stage);
      expect(found.answer).toEqual({ kind: 'surveyed' });
      expect(idsOf(found.jobs)).toEqual(truth(stage.simulator));
      const places = stage.provider.survey;
      for (const [n, job] of jobs.entries()) {
        const seen = found.jobs.find((one) => one.job.id === job.id);
        if (!seen) throw new Error(`${job.id} was not surveyed`);
        expect(Math.abs((seen.createdAtMs ?? 0) - Date.now())).toBeLessThan(10_000);
        expect(await stage.provider.look(seen.job, freely)).toEqual(await stage.provider.look(job, freely));
        if (!byInput) {
          expect(seen.launchKeys).toEqual([subject.request(n).launchKey]);
          continue;
        }
        expect(seen.job).toEqual(job);
        for (const other of [0, 1, 2]) {
          const { task: one } = subject.request(other);
          expect(seen.fits(one)).toBe(other === n ? 'same' : 'other');
          if (other === n) expect(seen.places).toContain(places?.placeOf(one));
        }
      }
    });

    test.runIf(byInput)('tasks that look alike fit alike', async () => {
      const stage = await open();
      await launched(stage.launch(0));
      const { jobs } = await survey(stage);
      const { task: twin } = subject.request(1, 0);
      expect(jobs[0]?.fits(twin)).toBe('same');
      expect(jobs[0]?.places).toContain(stage.provider.survey?.placeOf(twin));
    });

    test.runIf(byInput)('a job that carries its key says so, whether launches carry one now or not', async () => {
      const stage = await open('nameToken');
      const request = subject.request(0);
      await launched(stage.provider.launch(request, freely));
      const plain = { ...stage, provider: subject.provider(stage.simulator, 'plain') };
      for (const here of [stage, plain]) {
        const { jobs } = await survey(here);
        expect(jobs[0]?.launchKeys).toContain(request.launchKey);
        // Its key names another launch than any of those it is compared with: nothing else counts.
        expect(jobs[0]?.fits(task)).toBe('other');
      }
      await plain.provider.close();
    });

    test.runIf(byInput)('where launches carry a key, a job without one is nobody can say whose', async () => {
      const stage = await open('nameToken');
      const plain = subject.provider(stage.simulator, 'plain');
      await launched(plain.launch(subject.request(0), freely));
      await plain.close();
      const { jobs } = await survey(stage);
      expect(jobs[0]).toMatchObject({ launchKeys: [] });
      expect(jobs[0]?.fits(task)).toBe('unclear');
    });

    test('a job that does not show what it was launched with is unclear, and may be any task’s', async () => {
      const stage = await open();
      stage.simulator.setBehaviour(subject.hidesInput ?? {});
      await launched(stage.launch(0));
      const { answer, jobs } = await survey(stage);
      expect(answer).toEqual({ kind: 'surveyed' });
      expect(jobs).toMatchObject([{ places: undefined, launchKeys: [] }]);
      expect(jobs[0]?.fits(subject.request(5).task)).toBe('unclear');
    });

    test.runIf(byInput)('a job that was in the list and is gone is unclear too', async () => {
      const stage = await open();
      await launched(stage.launch(0));
      stage.simulator.setFaults(fault({ on: 'look', do: 'reply', status: 404, body: { message } }));
      expect((await survey(stage)).jobs).toMatchObject([{ places: undefined }]);
    });

    test('what is known, or older, is not read', async () => {
      const stage = await open();
      const job = await launched(stage.launch(0));
      await launched(stage.launch(1));
      expect(idsOf((await survey(stage, { known: [job.id] })).jobs)).not.toContain(job.id);
      expect((await survey(stage, { sinceMs: Date.now() + 3_600_000 })).jobs).toEqual([]);
      expect((await survey(stage, { sinceMs: Date.now() - 1_000 })).jobs).toHaveLength(2);
    });

    const listFaults: [string, FaultRule][] = [
      ['drops a list', { on: 'list', do: 'drop' }],
      ['fails on a list', { on: 'list', do: 'html', status: 503 }],
      ['cuts a list', { on: 'list', do: 'truncate' }],
      ['answers a list with nothing', { on: 'list', do: 'empty' }],
      ['says that there is no such list', { on: 'list', do: 'reply', status: 404, body: { message } }],
      ['throttles lists', { on: 'list', do: 'reply', status: 429 }],
      ['refuses to list', { on: 'list', do: 'reply', status: 401 }],
    ];
    const lookFaults: [string, FaultRule][] = [
      ['drops a look', { on: 'look', do: 'drop' }],
      ['fails on a look', { on: 'look', do: 'html', status: 500 }],
      ['throttles looks', { on: 'look', do: 'reply', status: 429 }],
      ['cuts a look', { on: 'look', do: 'truncate' }],
    ];
    test.each([...listFaults, ...(byInput ? lookFaults : [])])(
      'a platform that %s has not been surveyed',
      async (_, rule) => {
        const stage = await open();
        await launched(stage.launch(0));
        stage.simulator.setFaults([rule]);
        expect((await survey(stage)).answer.kind).not.toBe('surveyed');
      },
    );

    test('calls that fail in passing are made again, a clear no is not', async () => {
      const stage = await open();
      await launched(stage.launch(0));
      stage.simulator.setFaults([
        { on: 'list', do: 'html', status: 502, when: { times: 1 } },
        { on: 'look', do: 'drop', when: { times: 1 } },
      ]);
      expect(await survey(stage, { patience: 3 })).toMatchObject({
        answer: { kind: 'surveyed' },
        calls: byInput ? 4 : 2,
      });
      stage.simulator.setFaults(fault({ on: 'list', do: 'reply', status: 400, body: { message } }));
      expect(await survey(stage, { patience: 3 })).toMatchObject({ answer: { kind: 'rejected' }, calls: 1 });
    });

    test('hundreds of jobs, in pages, while others are launched', async () => {
      const stage = await open();
      for (let n = 0; n < 240; n += 40) {
        await Promise.all(Array.from({ length: 40 }, (_, i) => stage.launch(n + i)));
      }
      const before = truth(stage.simulator);
      const more: Promise<unknown>[] = Array.from({ length: 20 }, (_, i) => stage.launch(600 + i));
      const [{ answer, jobs }] = await Promise.all([survey(stage), ...more]);
      expect(answer).toEqual({ kind: 'surveyed' });
      expect(idsOf(jobs)).toEqual(expect.arrayContaining(before));
      if (!byInput) return;
      const places = (one: Task) => stage.provider.survey?.placeOf(one);
      expect(new Set(jobs.slice(0, 100).flatMap((job) => job.places)).size).toBeGreaterThanOrEqual(100);
      expect(places(subject.request(3).task)).not.toBe(places(subject.request(4).task));
    });
  });
}
