import type { FaultRule } from '@nightpass/simulator';
import { describe, expect, test } from 'vitest';
import { callUntil, freely } from '../test-call.ts';
import { type ContractSubject, fault, launched, message, stages } from './stage.ts';

/** Launches that may have taken effect, and what the platform can tell of them. */
export function lostLaunchContract(subject: ContractSubject): void {
  const open = stages(subject);

  describe(`${subject.kind}: launches whose answer is lost`, () => {
    const taken: FaultRule[] = [
      { on: 'launch', do: 'reply-after-accept', status: 502, html: '<title>Bad gateway</title>' },
      { on: 'launch', do: 'reply-after-accept', status: 500, body: { message } },
      { on: 'launch', do: 'reply-after-accept', status: 503 },
      { on: 'launch', do: 'reply-after-accept', status: 504 },
      { on: 'launch', do: 'reply-after-accept', status: 302, headers: { location: '/' } },
      { on: 'launch', do: 'reply-after-accept', status: 201, body: {} },
      { on: 'launch', do: 'reply-after-accept', status: 201, body: [] },
      { on: 'launch', do: 'reply-after-accept', status: 200, html: '<title>Log in</title>' },
      { on: 'launch', do: 'reply-after-accept', status: 200, body: '['.repeat(100_000) },
      { on: 'launch', do: 'drop-after-accept' },
      { on: 'launch', do: 'truncate' },
      { on: 'launch', do: 'cut' },
      { on: 'launch', do: 'empty' },
      { on: 'launch', do: 'stall', ms: 2_500 },
      { on: 'launch', do: 'huge', bytes: 300_000 },
    ];
    test.each(taken.map((rule) => [JSON.stringify(rule).slice(15, 99), rule] as const))(
      'after it took effect: %s',
      async (_, rule) => {
        const { simulator, launch, find, arrived } = await open();
        simulator.setBehaviour(subject.withoutLocation);
        simulator.setFaults([rule]);
        expect(await launch()).toMatchObject({ kind: 'ambiguous' });
        simulator.setFaults([]);
        const [job] = simulator.jobs();
        expect(await find()).toMatchObject({ kind: 'found', job: { id: job?.id } });
        expect(arrived()).toBe(1);
      },
    );

    test.each<[string, FaultRule]>([
      ['dropped', { on: 'launch', do: 'drop' }],
      ['not answered', { on: 'launch', do: 'hang', ms: 5_000 }],
      ['a page', { on: 'launch', do: 'html', status: 502 }],
    ])('before it took effect: %s', async (_, rule) => {
      const { simulator, launch, find } = await open();
      await launched(launch(1));
      simulator.setFaults([rule]);
      expect(await launch()).toMatchObject({ kind: 'ambiguous' });
      simulator.setFaults([]);
      expect(await find()).toMatchObject({ kind: 'notFound' });
      expect(simulator.jobs()).toHaveLength(1);
    });

    test('that never left are known not to have', async () => {
      const { simulator, provider, launch, arrived } = await open();
      expect(await provider.launch(subject.request(0), callUntil(AbortSignal.abort()))).toMatchObject({
        kind: 'notSent',
      });
      await simulator.goOffline();
      expect(await launch()).toMatchObject({ kind: 'notSent' });
      await simulator.comeOnline();
      expect(arrived()).toBe(0);
      await launched(launch());
      await simulator.goOffline();
      expect(await launch(1)).toMatchObject({ kind: 'notSent' });
      expect(simulator.jobs()).toHaveLength(1);
    });

    test('called off on the way, a launch is looked for like any other', async () => {
      const { simulator, provider, find } = await open();
      await provider.probe(freely);
      simulator.setFaults(fault({ on: 'launch', do: 'stall', ms: 2_500 }));
      const calledOff = new AbortController();
      const answer = provider.launch(subject.request(0), callUntil(calledOff.signal));
      await simulator.waitFor(() => simulator.jobs().length === 1, 5_000);
      calledOff.abort();
      expect(await answer).toMatchObject({ kind: 'ambiguous' });
      expect(await find()).toMatchObject({ kind: 'found' });
    });
  });

  describe(`${subject.kind}: which job is this launch?`, () => {
    async function twins(style: 'plain' | 'nameToken' = 'plain') {
      const stage = await open(style);
      const first = await launched(stage.provider.launch(subject.request(0), freely));
      const second = await launched(stage.provider.launch(subject.request(1, 0), freely));
      return { ...stage, first, second };
    }

    test('two that look alike: nobody can tell', async () => {
      const { find } = await twins();
      expect(await find(0)).toMatchObject({ kind: 'cannotTell', rule: 'more-than-one' });
    });

    test('two that look alike, one of them claimed: the other', async () => {
      const { find, first, second } = await twins();
      expect(await find(0, [second.id])).toMatchObject({ kind: 'found', job: first });
      expect(await find(0, [first.id, second.id])).toMatchObject({ kind: 'notFound' });
    });

    test('two that look alike but for the token in their name: the right one', async () => {
      const { find, first } = await twins('nameToken');
      expect(await find(0)).toMatchObject({ kind: 'found', job: first });
      expect(await find(5)).toMatchObject({ kind: 'notFound' });
    });

    test('the platform does not show what a job was launched with: nobody can tell', async () => {
      const { simulator, launch, find } = await open();
      simulator.setBehaviour(subject.withoutInput);
      await launched(launch());
      expect(await find()).toMatchObject({ kind: 'cannotTell' });
    });

    test('jobs of long before the launch are not it', async () => {
      const { launch, find } = await open();
      await launched(launch());
      expect(await find(0, [], Date.now() + 3_600_000)).toMatchObject({ kind: 'notFound' });
    });

    test.each<[string, FaultRule]>([
      ['drops a list', { on: 'list', do: 'drop' }],
      ['fails on a list', { on: 'list', do: 'html', status: 502 }],
      ['cuts a list', { on: 'list', do: 'truncate' }],
      ['answers a list with nothing', { on: 'list', do: 'empty' }],
      ['says that there is no such list', { on: 'list', do: 'reply', status: 404, body: { message } }],
      ['throttles lists', { on: 'list', do: 'reply', status: 429 }],
      ['refuses to list', { on: 'list', do: 'reply', status: 401 }],
      ['drops a look', { on: 'look', do: 'drop' }],
      ['fails on a look', { on: 'look', do: 'html', status: 500 }],
      ['has lost what it listed', { on: 'look', do: 'reply', status: 404, body: { message } }],
      ['cuts a look', { on: 'look', do: 'truncate' }],
    ])('a platform that %s never has "not found"', async (_, rule) => {
      const { simulator, launch, find } = await open();
      await launched(launch(1));
      simulator.setFaults([rule]);
      const answer = await find();
      expect(answer.kind).not.toBe('notFound');
      expect(answer.kind).not.toBe('found');
    });

    test('in hundreds of jobs, while others are launched', async () => {
      const { simulator, launch, find } = await open();
      for (let n = 0; n < 240; n += 40) {
        await Promise.all(Array.from({ length: 40 }, (_, i) => launch(n + i)));
      }
      const others = simulator.jobs().map((job) => job.id);
      simulator.setFaults(fault({ on: 'launch', do: 'drop-after-accept' }));
      expect(await launch(500)).toMatchObject({ kind: 'ambiguous' });
      simulator.setFaults([]);
      const known = new Set(others);
      const ours = simulator.jobs().find((job) => !known.has(job.id));
      const [answer] = await Promise.all([find(500, others), ...Array.from({ length: 20 }, (_, i) => launch(600 + i))]);
      expect(answer).toMatchObject({ kind: 'found', job: { id: ours?.id } });
    });
  });
}
