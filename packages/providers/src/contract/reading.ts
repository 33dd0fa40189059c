import type { FaultRule } from '@nightpass/simulator';
import { describe, expect, test } from 'vitest';
import { freely } from '../test-call.ts';
import { fault, launched, stages } from './stage.ts';
import type { ContractSubject } from './subject.ts';

/** Looking, cancelling, and answers that are out to harm. */
export function readingContract(subject: ContractSubject): void {
  const open = stages(subject);
  const { paths } = subject;
  const wordOf = (status: string) => Object.entries(subject.words).find(([, its]) => its === status)?.[0];

  describe(`${subject.kind}: launching and looking`, () => {
    test('a launch makes one job, under the id and address that later looks use', async () => {
      const { simulator, provider, launch } = await open();
      const job = await launched(launch());
      expect(simulator.jobs().map((one) => one.id)).toEqual([job.id]);
      expect(job.address).toMatch(/^\/[^/]/);
      expect(simulator.launches()[0]?.correlationId).toBe(`${subject.request(0).task.id}.1`);
      expect(await provider.look(job, freely)).toMatchObject({ kind: 'seen' });
    });

    test('every word the platform documents has its status, and any other is unknown', async () => {
      const { simulator, provider, launch } = await open();
      const job = await launched(launch());
      for (const [word, status] of Object.entries(subject.words)) {
        simulator.setJobStatus(job.id, word);
        expect(await provider.look(job, freely)).toMatchObject({ kind: 'seen', state: { status, word } });
      }
      for (const word of ['HIBERNATING', 'toString', '', null, 7, { a: 1 }]) {
        simulator.setFaults(fault({ on: 'look', do: 'alter', set: { [paths.word]: word } }));
        expect(await provider.look(job, freely)).toMatchObject({ kind: 'seen', state: { status: 'unknown' } });
      }
    });

    test.skipIf(!paths.progress)('progress is a share of a hundred, or not known', async () => {
      const { simulator, provider, launch } = await open();
      const job = await launched(launch());
      for (const [said, percent] of [
        [40, 40],
        [140, 100],
        [-1, 0],
        ['x', undefined],
      ] as const) {
        const set = { [paths.word]: wordOf('running') ?? '', [paths.progress ?? '']: said };
        simulator.setFaults(fault({ on: 'look', do: 'alter', set, remove: ['nbTasks', 'nbTasksPerStatus'] }));
        const seen = await provider.look(job, freely);
        expect(seen.kind === 'seen' && seen.state.progressPercent).toBe(percent);
      }
    });

    test('a job that the platform does not have is missing; trouble is not that', async () => {
      const { simulator, provider, launch } = await open();
      const job = await launched(launch());
      const troubles: FaultRule[] = [
        { on: 'look', do: 'drop' },
        { on: 'look', do: 'html', status: 502 },
        { on: 'look', do: 'truncate' },
        { on: 'look', do: 'cut' },
        { on: 'look', do: 'empty' },
        { on: 'look', do: 'hang', ms: 5_000 },
        { on: 'look', do: 'reply', status: 302, headers: { location: '/' } },
        { on: 'look', do: 'huge', bytes: 300_000 },
        { on: 'look', do: 'reply', status: 200, body: '['.repeat(100_000) },
      ];
      if (paths.id !== undefined) troubles.push({ on: 'look', do: 'alter', set: { [paths.id]: 'another-job' } });
      for (const trouble of troubles) {
        simulator.setFaults([trouble]);
        expect(await provider.look(job, freely), JSON.stringify(trouble).slice(0, 99)).toMatchObject({
          kind: 'ambiguous',
        });
      }
      simulator.setFaults(fault({ on: 'look', do: 'reply', status: 429, retryAfterSeconds: 4 }));
      expect(await provider.look(job, freely)).toMatchObject({ kind: 'throttled', retryAfterMs: 4_000 });
      simulator.setFaults([]);
      simulator.removeJob(job.id);
      expect(await provider.look(job, freely)).toMatchObject({ kind: 'missing' });
      await simulator.goOffline();
      // The first may go out on a kept connection, just before its end is noticed.
      expect((await provider.look(job, freely)).kind).toMatch(/^(notSent|ambiguous)$/);
      expect(await provider.look(job, freely)).toMatchObject({ kind: 'notSent' });
    });
  });

  describe.skipIf(subject.cancels.length === 0)(`${subject.kind}: cancelling`, () => {
    test.each(Object.keys(subject.words))('a job that is %s', async (word) => {
      const { simulator, provider, launch } = await open();
      const job = await launched(launch());
      simulator.setJobStatus(job.id, word);
      expect((await provider.cancel(job, freely)).kind).toMatch(/^(cancelling|gone)$/);
    });

    test.each(subject.cancels)(
      'what follows, where the platform cancels so: %j',
      async ({ behaviour, after: allowed }) => {
        const { simulator, provider, launch } = await open();
        simulator.setBehaviour(behaviour);
        const job = await launched(launch());
        const answer = await provider.cancel(job, freely);
        const after = await provider.look(job, freely);
        const seen = after.kind === 'seen' ? after.state.status : after.kind;
        if (answer.kind === 'gone') expect(seen).toBe('missing');
        else expect(allowed ?? ['missing', 'cancelled']).toContain(seen);
      },
    );

    test('a job that is gone is nothing to cancel; trouble is not that', async () => {
      const { simulator, provider, launch } = await open();
      const job = await launched(launch());
      for (const rule of [{ do: 'drop' }, { do: 'html', status: 502 }, { do: 'hang', ms: 5_000 }] as const) {
        simulator.setFaults(fault({ on: 'delete', ...rule }));
        expect(await provider.cancel(job, freely)).toMatchObject({ kind: 'ambiguous' });
      }
      simulator.setFaults([]);
      simulator.removeJob(job.id);
      expect(await provider.cancel(job, freely)).toMatchObject({ kind: 'gone' });
    });
  });

  describe(`${subject.kind}: hostile answers`, () => {
    test.skipIf(!subject.hostile).each<[string, { id?: string; link?: string }]>([
      ['a link to another host', { link: 'http://127.0.0.1:9/steal' }],
      ['a link without scheme to another host', { link: '//127.0.0.1:9/api/v1/processes/p/jobs/j' }],
      ['a link that climbs', { link: '/api/v1/processes/p-1/jobs/../../../admin' }],
      ['a link that runs', { link: 'javascript:alert(1)' }],
      ['an id that climbs', { id: '../../admin' }],
      ['an id that is a URL', { id: 'http://127.0.0.1:9/steal' }],
      ['an id and a link that both climb', { id: '..', link: '/..' }],
    ])('%s', async (_, evil) => {
      const { simulator, provider, launch } = await open();
      if (subject.hidesJob) simulator.setBehaviour(subject.hidesJob);
      const rule = subject.hostile?.(evil);
      simulator.setFaults(rule ? [rule] : []);
      const answer = await launch();
      expect(answer.kind).toMatch(/^(launched|ambiguous)$/);
      if (answer.kind === 'launched') {
        expect(answer.job.address).toMatch(/^\/[^/]/);
        expect(answer.job.address).not.toMatch(/\.\.|\\|admin(?!$)|steal\/?$/);
        await provider.look(answer.job, freely);
        await provider.cancel(answer.job, freely);
      }
      expect(simulator.counts().other.arrived).toBe(0);
    });

    test('an address from elsewhere is not called', async () => {
      const { simulator, provider } = await open();
      for (const address of ['http://127.0.0.1:9/x', '//127.0.0.1:9/x', '/admin', '/../x', 'x', '']) {
        expect(await provider.look({ id: 'x', address }, freely)).toMatchObject({ kind: 'rejected' });
        expect(await provider.cancel({ id: 'x', address }, freely)).toMatchObject({ kind: 'rejected' });
      }
      expect(simulator.counts().any.arrived).toBe(0);
    });
  });
}
