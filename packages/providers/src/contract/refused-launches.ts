import type { FaultRule } from '@nightpass/simulator';
import { describe, expect, test } from 'vitest';
import { freely } from '../test-call.ts';
import { type ContractSubject, fault, launched, message, refusing, stages } from './stage.ts';

/** Launches that certainly took no effect, and credentials. */
export function refusedLaunchContract(subject: ContractSubject): void {
  const open = stages(subject);

  describe(`${subject.kind}: launches that are refused`, () => {
    test.each<[string, FaultRule[], object]>([
      ...[400, 404, 405, 422].map((status): [string, FaultRule[], object] => [
        `${status}`,
        refusing(status),
        { kind: 'rejected', status, reason: expect.stringContaining(message) },
      ]),
      ['429', refusing(429), { kind: 'throttled', retryAfterMs: undefined }],
      ['429 with seconds', refusing(429, { retryAfterSeconds: 7 }), { kind: 'throttled', retryAfterMs: 7_000 }],
      ['503 with seconds', refusing(503, { retryAfterSeconds: 7 }), { kind: 'throttled', retryAfterMs: 7_000 }],
    ])('%s: once, and nothing took effect', async (_, faults, expected) => {
      const { simulator, launch, arrived } = await open();
      simulator.setFaults(faults);
      expect(await launch()).toMatchObject(expected);
      expect(arrived()).toBe(1);
      expect(simulator.jobs()).toEqual([]);
    });

    test('a date in Retry-After is waited for', async () => {
      const { simulator, launch } = await open();
      simulator.setFaults(refusing(429, { retryAfterSeconds: 7, retryAfterAs: 'http-date' }));
      const answer = await launch();
      expect(answer.kind === 'throttled' && answer.retryAfterMs).toBeGreaterThanOrEqual(6_000);
      expect(answer.kind === 'throttled' && answer.retryAfterMs).toBeLessThanOrEqual(8_000);
    });

    test('the limit on jobs at a time is told from a refusal', async () => {
      const { simulator, launch } = await open();
      simulator.setBehaviour({ concurrentJobs: { limit: 1 } });
      await launched(launch(0));
      expect(await launch(1)).toMatchObject({ kind: 'quota' });
    });

    test('refused credentials are renewed once, and the launch sent once more', async () => {
      const { simulator, launch, arrived } = await open();
      simulator.setFaults(fault({ on: 'launch', do: 'reply', status: 401, body: { message } }));
      expect(await launch()).toMatchObject({ kind: 'unauthorized' });
      expect(arrived()).toBe(2);
      expect(simulator.counts().token.arrived).toBe(2);
      simulator.setFaults(fault({ on: 'launch', do: 'reply', status: 401, when: { times: 1 } }));
      await launched(launch());
      expect(simulator.jobs()).toHaveLength(1);
    });
  });

  describe(`${subject.kind}: credentials`, () => {
    test('that end in the middle are renewed by whichever call meets it first, once for all', async () => {
      const { simulator, provider, launch, find } = await open();
      const job = await launched(launch());
      simulator.expireTokens();
      const looks = await Promise.all(Array.from({ length: 20 }, () => provider.look(job, freely)));
      expect(new Set(looks.map((look) => look.kind))).toEqual(new Set(['seen']));
      expect(simulator.counts().token.arrived).toBe(2);
      simulator.expireTokens();
      expect(await find()).toMatchObject({ kind: 'found', job: { id: job.id } });
      simulator.expireTokens();
      await launched(launch(1));
      simulator.expireTokens();
      expect(await provider.cancel(job, freely)).toMatchObject({ kind: expect.stringMatching(/cancelling|gone/) });
      expect(simulator.counts().token.arrived).toBe(5);
      expect(simulator.jobs()).toHaveLength(2);
    });

    test.each<[string, FaultRule, string]>([
      ['refuses', { on: 'token', do: 'reply', status: 401 }, 'unauthorized'],
      ['is down', { on: 'token', do: 'html', status: 503 }, 'notSent'],
      ['drops', { on: 'token', do: 'drop' }, 'notSent'],
      ['does not answer', { on: 'token', do: 'hang', ms: 5_000 }, 'notSent'],
      ['is asked too often', { on: 'token', do: 'reply', status: 429, retryAfterSeconds: 2 }, 'throttled'],
    ])('whose desk %s: nothing is launched', async (_, rule, kind) => {
      const { simulator, launch, provider, arrived } = await open();
      simulator.setFaults([rule]);
      expect(await launch()).toMatchObject({ kind });
      expect(await provider.probe(freely)).toMatchObject({ kind });
      expect(arrived()).toBe(0);
    });

    test('a probe tells whether address and credentials work, and changes nothing', async () => {
      const { simulator, provider } = await open();
      expect(await provider.probe(freely)).toMatchObject({ kind: 'ok' });
      simulator.setFaults(fault({ on: 'describe', do: 'html', status: 502 }));
      expect(await provider.probe(freely)).toMatchObject({ kind: 'ambiguous' });
      simulator.setFaults(fault({ on: 'describe', do: 'reply', status: 401 }));
      expect(await provider.probe(freely)).toMatchObject({ kind: 'unauthorized' });
      await simulator.goOffline();
      await provider.probe(freely);
      expect(await provider.probe(freely)).toMatchObject({ kind: 'notSent' });
      expect(simulator.jobs()).toEqual([]);
    });
  });
}
