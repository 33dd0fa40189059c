import type { FaultRule } from '@nightpass/simulator';
import { describe, expect, test } from 'vitest';
import { freely } from '../test-call.ts';
import { fault, launched, message, stages } from './stage.ts';
import type { ContractSubject } from './subject.ts';

/** Launches that certainly took no effect, and credentials. */
export function refusedLaunchContract(subject: ContractSubject): void {
  const open = stages(subject);
  const refusal = { status: 401, body: { message }, ...subject.refusal } as { status: number };

  describe.each(subject.launchCalls)(`${subject.kind}: launches that are refused, at its %s`, (on) => {
    const refusing = (status: number, more: object = {}) =>
      fault({ on, do: 'reply', status, body: { message }, ...more });

    test.each<[string, FaultRule[], object]>([
      ...(subject.refusals[on] ?? []).map((status): [string, FaultRule[], object] => [
        `${status}`,
        refusing(status),
        { kind: 'rejected', status, reason: expect.stringContaining(message) },
      ]),
      ['429', refusing(429), { kind: 'throttled', retryAfterMs: undefined }],
      ['429 with seconds', refusing(429, { retryAfterSeconds: 7 }), { kind: 'throttled', retryAfterMs: 7_000 }],
      ['503 with seconds', refusing(503, { retryAfterSeconds: 7 }), { kind: 'throttled', retryAfterMs: 7_000 }],
    ])('%s: once, and nothing took effect', async (_, faults, expected) => {
      const { simulator, launch, started } = await open();
      simulator.setFaults(faults);
      expect(await launch()).toMatchObject(expected);
      expect(simulator.counts()[on]).toMatchObject({ arrived: 1, tookEffect: 0 });
      expect(started()).toEqual([]);
    });

    test('a date in Retry-After is waited for', async () => {
      const { simulator, launch } = await open();
      simulator.setFaults(refusing(429, { retryAfterSeconds: 7, retryAfterAs: 'http-date' }));
      const answer = await launch();
      expect(answer.kind === 'throttled' && answer.retryAfterMs).toBeGreaterThanOrEqual(6_000);
      expect(answer.kind === 'throttled' && answer.retryAfterMs).toBeLessThanOrEqual(8_000);
    });

    test.skipIf(!subject.desk)('refused credentials are renewed once, and the request sent once more', async () => {
      const { simulator, launch } = await open();
      simulator.setFaults(fault({ on, do: 'reply', ...refusal }));
      expect(await launch()).toMatchObject({ kind: 'unauthorized' });
      expect(simulator.counts()[on].arrived).toBe(2);
      expect(simulator.counts().token.arrived).toBe(2);
      simulator.setFaults(fault({ on, do: 'reply', ...refusal, when: { times: 1 } }));
      await launched(launch());
      expect(simulator.jobs()).toHaveLength(1);
    });

    test('a launch that was refused in passing is sent again, and makes one job', async () => {
      const { simulator, launch, started } = await open();
      simulator.setFaults(refusing(429, { when: { times: 1 } }));
      expect(await launch()).toMatchObject({ kind: 'throttled' });
      const job = await launched(launch());
      expect(simulator.jobs()).toMatchObject([{ id: job.id }]);
      expect(started()).toHaveLength(1);
    });
  });

  describe(`${subject.kind}: launches`, () => {
    test.skipIf(!subject.quota)('the limit on jobs at a time is told from a refusal', async () => {
      const { simulator, launch } = await open();
      simulator.setBehaviour(subject.quota ?? {});
      await launched(launch(0));
      expect(await launch(1)).toMatchObject({ kind: 'quota' });
    });

    test.skipIf(subject.launchCalls.length === 1)('with no slot for the next step stop there, on record', async () => {
      const { simulator, provider, launch, started } = await open();
      const steps: (string | undefined)[] = [];
      const launchSlot = async (step?: string) => {
        steps.push(step);
        return false;
      };
      expect(await provider.launch(subject.request(0), { ...freely, launchSlot })).toMatchObject({ kind: 'notSent' });
      expect(steps).toEqual([expect.any(String)]);
      expect(started()).toEqual([]);
      await launched(provider.launch({ ...subject.request(0), step: steps[0] }, freely));
      expect(started()).toHaveLength(1);
      expect(simulator.jobs()).toHaveLength(1);
      await launched(launch(1));
    });
  });

  describe(`${subject.kind}: credentials`, () => {
    test.skipIf(!subject.desk)('that end in the middle are renewed by whichever call meets it first', async () => {
      const { simulator, provider, launch, find } = await open();
      const job = await launched(launch());
      simulator.expireTokens();
      const looks = await Promise.all(Array.from({ length: 20 }, () => provider.look(job, freely)));
      expect(new Set(looks.map((look) => look.kind))).toEqual(new Set(['seen']));
      expect(simulator.counts().token.arrived).toBe(2);
      simulator.expireTokens();
      if (subject.search) {
        const found = await find();
        expect(found.kind === 'found' && found.job.id).toBe(job.id);
      } else await provider.look(job, freely);
      simulator.expireTokens();
      await launched(launch(1));
      simulator.expireTokens();
      if (subject.cancels.length === 0) await provider.look(job, freely);
      else expect((await provider.cancel(job, freely)).kind).toMatch(/^(cancelling|gone)$/);
      expect(simulator.counts().token.arrived).toBe(5);
      expect(simulator.jobs()).toHaveLength(2);
    });

    test.skipIf(!subject.desk).each<[string, FaultRule, string]>([
      ['refuses', { on: 'token', do: 'reply', status: 401 }, 'unauthorized'],
      ['is down', { on: 'token', do: 'html', status: 503 }, 'notSent'],
      ['drops', { on: 'token', do: 'drop' }, 'notSent'],
      ['does not answer', { on: 'token', do: 'hang', ms: 5_000 }, 'notSent'],
      ['is asked too often', { on: 'token', do: 'reply', status: 429, retryAfterSeconds: 2 }, 'throttled'],
    ])('whose desk %s: nothing is launched', async (_, rule, kind) => {
      const { simulator, launch, provider, sent } = await open();
      simulator.setFaults([rule]);
      expect(await launch()).toMatchObject({ kind });
      expect(await provider.probe(freely)).toMatchObject({ kind });
      expect(sent()).toBe(0);
    });

    test('a probe tells whether address and credentials work, and changes nothing', async () => {
      const { simulator, provider } = await open();
      expect(await provider.probe(freely)).toMatchObject({ kind: 'ok' });
      simulator.setFaults(fault({ on: subject.probeCall, do: 'html', status: 502 }));
      expect(await provider.probe(freely)).toMatchObject({ kind: 'ambiguous' });
      simulator.setFaults(fault({ on: subject.probeCall, do: 'reply', ...refusal }));
      expect(await provider.probe(freely)).toMatchObject({ kind: 'unauthorized' });
      await simulator.goOffline();
      await provider.probe(freely);
      expect(await provider.probe(freely)).toMatchObject({ kind: 'notSent' });
      expect(simulator.jobs()).toEqual([]);
    });
  });
}
