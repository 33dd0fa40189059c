import { describe, expect, test } from 'vitest';
import { type FaultRule, readFaultScript } from './fault-script.ts';
import { Faults, type Subject } from './faults.ts';

/** The `status` of the rule that struck each of so many launches; 0 for none. */
function played(count: number, rules: FaultRule[], seed = 's', subject: Subject = {}): number[] {
  const faults = new Faults(readFaultScript(rules), seed);
  return Array.from({ length: count }, () => {
    const rule = faults.decide('launch', subject, 0);
    return rule?.do === 'reply' ? rule.status : 0;
  });
}
const reply = (status: number, when: FaultRule['when'] = {}): FaultRule => ({
  on: 'launch',
  do: 'reply',
  status,
  when,
});

describe('a script', () => {
  test('is played in order: a rule counts what the rules above it let pass', () => {
    expect(played(5, [reply(429, { times: 2 }), reply(500, { times: 1, after: 1 })])).toEqual([429, 429, 0, 500, 0]);
  });

  test('strikes each n-th request after the first ones', () => {
    expect(played(7, [reply(500, { after: 1, everyN: 3 })])).toEqual([0, 0, 0, 500, 0, 0, 500]);
  });

  test('strikes a share, the same requests for the same seed', () => {
    const struck = played(2000, [reply(500, { percent: 5 })], 'a');
    expect(struck).toEqual(played(2000, [reply(500, { percent: 5 })], 'a'));
    expect(struck).not.toEqual(played(2000, [reply(500, { percent: 5 })], 'b'));
    const count = struck.filter((status) => status === 500).length;
    expect(count).toBeGreaterThan(70);
    expect(count).toBeLessThan(130);
  });

  test('concerns its own call only, unless it says "any"', () => {
    const faults = new Faults(
      readFaultScript([
        { on: 'list', do: 'drop' },
        { on: 'any', do: 'cut', when: { times: 1 } },
      ]),
      's',
    );
    expect(faults.decide('launch', {}, 0)?.do).toBe('cut');
    expect(faults.decide('launch', {}, 0)).toBeUndefined();
    expect(faults.decide('list', {}, 0)?.do).toBe('drop');
  });

  test('holds within its time', () => {
    const faults = new Faults(readFaultScript([reply(503, { fromMs: 100, untilMs: 200 })]), 's');
    expect([0, 100, 199, 200].map((ms) => faults.decide('launch', {}, ms)?.do)).toEqual([
      undefined,
      'reply',
      'reply',
      undefined,
    ]);
  });

  test.each<[string, NonNullable<NonNullable<FaultRule['when']>['match']>, number]>([
    ['part of the name', { nameIncludes: 'Sète' }, 500],
    ['another name', { nameIncludes: 'Oslo' }, 0],
    ['the image', { imageId: 'i' }, 500],
    ['another image', { imageId: 'ii' }, 0],
    ['part of the correlation id', { correlationIdIncludes: 'b-3-' }, 500],
    ['all of several', { imageId: 'i', jobId: 'j' }, 0],
  ])('can be tied to %s', (_what, match, status) => {
    const subject = { name: 'Port of Sète - x', imageId: 'i', correlationId: 'b-3-1.1' };
    expect(played(1, [reply(500, { match })], 's', subject)).toEqual([status]);
  });
});

test.each([
  [[{ on: 'launch', do: 'explode' }], /do/],
  [[{ on: 'lunch', do: 'drop' }], /\[0\]\.on/],
  [[{ on: 'launch', do: 'reply' }], /\[0\]\.status/],
  [[{ on: 'launch', do: 'drop', when: { time: 2 } }], /"time"/],
  [
    [
      { on: 'launch', do: 'drop' },
      { on: 'launch', do: 'stall', ms: 'x' },
    ],
    /\[1\]\.ms/,
  ],
])('a bad script is refused with its place: %j', (script, message) => {
  expect(() => readFaultScript(script)).toThrow(message);
});
