import type { FaultRule } from '@nightpass/simulator';
import { describe, expect, test } from 'vitest';
import { callUntil, freely } from '../test-call.ts';
import { fault, lastOf, launched, message, searchAfter, stages } from './stage.ts';
import type { ContractSubject, Style } from './subject.ts';

/** Launches that may have taken effect, and what the platform can tell of them. */
export function lostLaunchContract(subject: ContractSubject): void {
  const open = stages(subject);
  const byKey = subject.styles.includes('nameToken');
  const byElimination = subject.styles.includes('plain');

  describe.each(subject.launchCalls)(`${subject.kind}: launches whose answer is lost, at its %s`, (on) => {
    const before = subject.launchCalls[[...subject.launchCalls].indexOf(on) - 1];
    const taken: FaultRule[] = [
      { on, do: 'reply-after-accept', status: 502, html: '<title>Bad gateway</title>' },
      { on, do: 'reply-after-accept', status: 500, body: { message } },
      { on, do: 'reply-after-accept', status: 503 },
      { on, do: 'reply-after-accept', status: 504 },
      { on, do: 'reply-after-accept', status: 302, headers: { location: '/' } },
      { on, do: 'drop-after-accept' },
      { on, do: 'stall', ms: 2_500 },
    ];
    const spoilt: FaultRule[] = [
      { on, do: 'reply-after-accept', status: 201, body: {} },
      { on, do: 'reply-after-accept', status: 201, body: [] },
      { on, do: 'reply-after-accept', status: 200, html: '<title>Log in</title>' },
      { on, do: 'reply-after-accept', status: 200, body: '['.repeat(100_000) },
      { on, do: 'truncate' },
      { on, do: 'cut' },
      { on, do: 'empty' },
      { on, do: 'huge', bytes: 300_000 },
    ];
    const isBare = subject.bareCalls?.includes(on) === true;
    const cases = [
      ...taken.map((rule) => [rule, ['ambiguous']] as const),
      ...spoilt.map((rule) => [rule, isBare ? ['ambiguous', 'launched'] : ['ambiguous']] as const),
    ];
    test.each(cases.map((one) => [JSON.stringify(one[0]).slice(on.length + 8, 99), ...one] as const))(
      'after it took effect: %s',
      async (_, rule, kinds) => {
        const { simulator, launch, find, resolve, started } = await open();
        if (subject.hidesJob && before === undefined) simulator.setBehaviour(subject.hidesJob);
        simulator.setFaults([rule]);
        const answer = await launch();
        expect(kinds).toContain(answer.kind);
        simulator.setFaults([]);
        if (answer.kind === 'ambiguous') expect(await find()).toMatchObject({ kind: searchAfter(subject, on) });
        if (subject.search) {
          const job = answer.kind === 'launched' ? answer.job : await resolve();
          expect(started()).toMatchObject([{ id: job.id }]);
        }
        expect(simulator.jobs()).toHaveLength(1);
        expect(simulator.counts()[on].tookEffect).toBeLessThanOrEqual(on === lastOf(subject) ? 1 : 2);
      },
    );

    test.each<[string, FaultRule]>([
      ['dropped', { on, do: 'drop' }],
      ['not answered', { on, do: 'hang', ms: 5_000 }],
      ['a page', { on, do: 'html', status: 502 }],
    ])('before it took effect: %s', async (_, rule) => {
      const { simulator, launch, find, started } = await open();
      await launched(launch(1));
      simulator.setFaults([rule]);
      expect(await launch()).toMatchObject({ kind: 'ambiguous' });
      simulator.setFaults([]);
      expect(await find()).toMatchObject({ kind: searchAfter(subject, before) });
      expect(started()).toHaveLength(1);
    });

    test('called off on the way, a launch is looked for like any other', async () => {
      const { simulator, provider, launch, find } = await open();
      await provider.probe(freely);
      simulator.setFaults(fault({ on, do: 'stall', ms: 2_500 }));
      const calledOff = new AbortController();
      const answer = launch(0, calledOff.signal);
      await simulator.waitFor(() => simulator.counts()[on].tookEffect === 1, 5_000);
      calledOff.abort();
      expect(await answer).toMatchObject({ kind: 'ambiguous' });
      expect(await find()).toMatchObject({ kind: searchAfter(subject, on) });
    });
  });

  test(`${subject.kind}: launches that never left are known not to have`, async () => {
    const { simulator, provider, launch, sent } = await open();
    expect(await provider.launch(subject.request(0), callUntil(AbortSignal.abort()))).toMatchObject({
      kind: 'notSent',
    });
    await simulator.goOffline();
    expect(await launch()).toMatchObject({ kind: 'notSent' });
    await simulator.comeOnline();
    expect(sent()).toBe(0);
    await launched(launch());
    await simulator.goOffline();
    expect(await launch(1)).toMatchObject({ kind: 'notSent' });
    expect(simulator.jobs()).toHaveLength(1);
  });

  describe.skipIf(!subject.search || !byElimination)(
    `${subject.kind}: which job is this launch, by elimination?`,
    () => {
      async function twins() {
        const stage = await open('plain');
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

      test('jobs of long before the launch are not it', async () => {
        const { launch, find } = await open('plain');
        await launched(launch());
        expect(await find(0, [], Date.now() + 3_600_000)).toMatchObject({ kind: 'notFound' });
      });
    },
  );

  describe.skipIf(!subject.search)(`${subject.kind}: which job is this launch?`, () => {
    const first = subject.launchCalls[0];

    test.skipIf(!byKey)('two that look alike but for the key that they carry: the right one', async () => {
      const stage = await open('nameToken');
      const job = await launched(stage.provider.launch(subject.request(0), freely));
      await launched(stage.provider.launch(subject.request(1, 0), freely));
      const answer = await stage.find(0);
      expect(answer).toMatchObject({ kind: 'found' });
      expect(answer.kind === 'found' && answer.job.id).toBe(job.id);
      expect(await stage.find(5)).toMatchObject({ kind: 'notFound' });
    });

    test.skipIf(!subject.hidesInput)('the platform does not show whose a job is: nobody can tell', async () => {
      const { simulator, launch, find } = await open();
      simulator.setBehaviour(subject.hidesInput ?? {});
      await launched(launch(1));
      expect(await find(0)).toMatchObject({ kind: 'cannotTell' });
    });

    const listFaults: [string, FaultRule][] = [
      ['drops a list', { on: 'list', do: 'drop' }],
      ['fails on a list', { on: 'list', do: 'html', status: 502 }],
      ['cuts a list', { on: 'list', do: 'truncate' }],
      ['answers a list with nothing', { on: 'list', do: 'empty' }],
      ['says that there is no such list', { on: 'list', do: 'reply', status: 404, body: { message } }],
      ['throttles lists', { on: 'list', do: 'reply', status: 429 }],
      ['refuses to list', { on: 'list', do: 'reply', status: 401 }],
    ];
    const lookFaults: [string, FaultRule][] = [
      ['drops a look', { on: 'look', do: 'drop' }],
      ['fails on a look', { on: 'look', do: 'html', status: 500 }],
      ['has lost what it listed', { on: 'look', do: 'reply', status: 404, body: { message } }],
      ['cuts a look', { on: 'look', do: 'truncate' }],
    ];
    test.each([
      ...(subject.search?.reads.includes('list') ? listFaults : []),
      ...(subject.search?.reads.includes('look') ? lookFaults : []),
    ])('a platform that %s never has "not found"', async (_, rule) => {
      const { simulator, launch, find } = await open();
      await launched(launch(1));
      simulator.setFaults([rule]);
      const answer = await find();
      expect(answer.kind).not.toBe('notFound');
      expect(answer.kind).not.toBe('found');
    });

    test.each(subject.styles)('in hundreds of jobs, while others are launched (%s)', async (style: Style) => {
      const { simulator, launch, resolve } = await open(style);
      for (let n = 0; n < 240; n += 40) {
        await Promise.all(Array.from({ length: 40 }, (_, i) => launch(n + i)));
      }
      const others = simulator.jobs().map((job) => job.id);
      simulator.setFaults(fault({ on: first, do: 'drop-after-accept' }));
      expect(await launch(500)).toMatchObject({ kind: 'ambiguous' });
      simulator.setFaults([]);
      const known = new Set(others);
      const ours = simulator.jobs().find((job) => !known.has(job.id));
      const [job] = await Promise.all([resolve(500, others), ...Array.from({ length: 20 }, (_, i) => launch(600 + i))]);
      expect(job.id).toBe(ours?.id);
    });
  });
}
