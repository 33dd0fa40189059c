import type { FaultRule } from '@nightpass/simulator';
import { describe, expect, test } from 'vitest';
import { freely } from '../test-call.ts';
import { launched, message, stages } from './stage.ts';
import type { ContractSubject } from './subject.ts';

/** One look at many jobs, by the platform's own list. */
export function lookManyContract(subject: ContractSubject): void {
  if (!subject.looksAtMany) return;
  const open = stages(subject);

  describe(`${subject.kind}: looking at many jobs`, () => {
    test('each is seen as a look at it alone sees it, and the requests are counted', async () => {
      const { simulator, provider, launch } = await open();
      const words = Object.keys(subject.words);
      const jobs = await Promise.all(words.map((_, n) => launched(launch(n))));
      for (const [n, word] of words.entries()) simulator.setJobStatus(jobs[n]?.id ?? '', word);
      const before = simulator.counts().any.arrived;
      const answer = await provider.lookMany?.(jobs, freely);
      if (answer?.kind !== 'listed') throw new Error(`not listed: ${JSON.stringify(answer)}`);
      expect(simulator.counts().any.arrived - before).toBe(answer.requests);
      for (const job of jobs) {
        expect(await provider.look(job, freely)).toEqual({ kind: 'seen', state: answer.seen.get(job.id) });
      }
    });

    test('a job that is not listed is not answered for, nor is one that nobody asked about', async () => {
      const { simulator, provider, launch } = await open();
      const [asked, gone] = [await launched(launch(0)), await launched(launch(1))];
      await launched(launch(2));
      simulator.removeJob(gone.id);
      const answer = await provider.lookMany?.([asked, gone], freely);
      expect(answer?.kind === 'listed' && [...answer.seen.keys()]).toEqual([asked.id]);
    });

    test('hundreds of jobs, in as many pages as it takes', async () => {
      const { provider, launch } = await open();
      const jobs = [];
      for (let n = 0; n < 240; n += 8) {
        jobs.push(...(await Promise.all(Array.from({ length: 8 }, (_, i) => launched(launch(n + i))))));
      }
      const answer = await provider.lookMany?.(jobs, freely);
      expect(answer?.kind === 'listed' && answer.seen.size).toBe(240);
    });

    test.each<[string, FaultRule, RegExp]>([
      ['drops a list', { on: 'list', do: 'drop' }, /^ambiguous$/],
      ['fails on a list', { on: 'list', do: 'html', status: 502 }, /^ambiguous$/],
      ['cuts a list', { on: 'list', do: 'truncate' }, /^ambiguous$/],
      ['answers a list with nothing', { on: 'list', do: 'empty' }, /^ambiguous$/],
      ['says that there is no such list', { on: 'list', do: 'reply', status: 404, body: { message } }, /^rejected$/],
      ['throttles lists', { on: 'list', do: 'reply', status: 429 }, /^throttled$/],
      ['refuses to list', { on: 'list', do: 'reply', status: 401 }, /^unauthorized$/],
    ])('a platform that %s has shown nothing', async (_, rule, kind) => {
      const { simulator, provider, launch } = await open();
      const job = await launched(launch());
      simulator.setFaults([rule]);
      expect((await provider.lookMany?.([job], freely))?.kind).toMatch(kind);
    });
  });
}
