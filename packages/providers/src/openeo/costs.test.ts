import { setTimeout as sleep } from 'node:timers/promises';
import type { Provider, RemoteJob, RemoteState } from '@nightpass/core';
import { expect, test } from 'vitest';
import { freely } from '../test-call.ts';
import { readJob, stateOf } from './replies.ts';
import { openStage } from './test-stage.ts';

const credits = (amount: number) => ({ amount, unit: 'credits' });
const started = { atMs: 0, nowMs: 100_000, lagMs: 60_000 };

async function stateIn(provider: Provider, job: RemoteJob): Promise<RemoteState> {
  const seen = await provider.look(job, freely);
  if (seen.kind !== 'seen') throw new Error(JSON.stringify(seen));
  return seen.state;
}

/** The call is counted: which reads it took. */
async function listed(provider: Provider, jobs: RemoteJob[]) {
  const answer = await provider.lookMany?.(jobs, freely);
  if (answer?.kind !== 'listed') throw new Error(JSON.stringify(answer));
  return answer;
}

test('an ended job tells its costs, in the currency that the back-end bills in', async () => {
  const { simulator, launched, provider } = await openStage({ behaviour: { like: 'vito', costPerJob: 12.98 } });
  const job = await launched();
  expect((await stateIn(provider, job)).cost).toBeUndefined();
  simulator.setJobStatus(job.id, 'finished');
  expect((await stateIn(provider, job)).cost).toEqual(credits(12.98));
  simulator.setJobStatus(job.id, 'error');
  expect(await stateIn(provider, job)).toMatchObject({ status: 'failed', cost: credits(12.98) });
});

test('where nothing is billed there are no costs, and no request asks for them', async () => {
  const { simulator, launched, provider } = await openStage();
  const job = await launched();
  simulator.setFaults([{ on: 'look', do: 'alter', set: { costs: 3 } }]);
  simulator.setJobStatus(job.id, 'finished');
  expect((await stateIn(provider, job)).cost).toBeUndefined();
  expect((await listed(provider, [job])).requests).toBe(1);
});

test.each([null, -1, '4', 1e300, { amount: 4 }])('costs of %j are left out, and end the job all the same', (costs) => {
  const job = readJob({ id: 'j', status: 'finished', costs });
  if (!job) throw new Error('not read');
  expect(stateOf(job, started, 'EUR')).toMatchObject({ status: 'succeeded' });
  expect(stateOf(job, started, 'EUR').cost).toBeUndefined();
});

test.each([
  ['EUR', 'EUR'],
  [' CPU hours ', 'CPU hours'],
  [null, undefined],
  [7, undefined],
  ['', undefined],
  ['x'.repeat(33), undefined],
  ['a\nb', undefined],
])('a currency of %j is %j', async (currency, unit) => {
  const { simulator, launched, provider } = await openStage({ behaviour: { currency: 'EUR' } });
  simulator.setFaults([{ on: 'describe', do: 'alter', set: { billing: { currency } } }]);
  const job = await launched();
  simulator.setJobStatus(job.id, 'finished');
  expect((await stateIn(provider, job)).cost).toEqual(unit && { amount: 4, unit });
});

test('a list that tells costs takes no further request', async () => {
  const { simulator, launched, provider } = await openStage({ behaviour: { currency: 'EUR' } });
  const jobs = [await launched(0), await launched(1)];
  for (const { id } of jobs) simulator.setJobStatus(id, 'finished');
  const { requests, seen } = await listed(provider, jobs);
  expect([requests, [...seen.values()].map(({ cost }) => cost)]).toEqual([
    1,
    Array(2).fill({ amount: 4, unit: 'EUR' }),
  ]);
});

test('a list without costs has an ended job read once; those that run are not asked', async () => {
  const { simulator, launched, provider } = await openStage({ behaviour: { like: 'vito' } });
  const jobs = [await launched(0), await launched(1), await launched(2)];
  simulator.setJobStatus(jobs[0]?.id ?? '', 'finished');
  let slots = 0;
  const answer = await provider.lookMany?.(jobs, { ...freely, readSlot: async () => ++slots > 0 });
  if (answer?.kind !== 'listed') throw new Error(JSON.stringify(answer));
  expect([...answer.seen.values()].map(({ cost }) => cost)).toEqual([credits(4), undefined, undefined]);
  // In the read budget, but no part of what makes a list dear.
  expect([slots, simulator.counts().look.arrived, answer.requests]).toEqual([1, 1, 1]);
});

test('costs that cannot be read keep no job from its end', async () => {
  const { simulator, launched, provider } = await openStage({ behaviour: { like: 'vito' } });
  const jobs = [await launched(0), await launched(1)];
  for (const { id } of jobs) simulator.setJobStatus(id, 'finished');
  const refusing = await provider.lookMany?.(jobs, { ...freely, readSlot: async () => false });
  expect(refusing).toMatchObject({ kind: 'listed', seen: { size: 2 } });
  simulator.setFaults([{ on: 'look', do: 'html', status: 502 }]);
  expect((await listed(provider, jobs)).seen.size).toBe(2);
  simulator.setFaults([{ on: 'look', do: 'alter', set: { id: 'another', costs: 99 } }]);
  expect([...(await listed(provider, jobs)).seen.values()].map(({ cost }) => cost)).toEqual([undefined, undefined]);
});

test('a look that is called off before the costs came is made again', async () => {
  const { simulator, launched, provider } = await openStage({ behaviour: { like: 'vito' } });
  const job = await launched();
  simulator.setJobStatus(job.id, 'finished');
  const stop = new AbortController();
  const readSlot = async () => {
    stop.abort();
    return false;
  };
  const answer = await provider.lookMany?.([job], { signal: stop.signal, readSlot });
  expect(answer).toMatchObject({ kind: 'listed', seen: { size: 0 } });
});

test('at a slow pace few are asked what they cost: hundreds of ends do not wait for hundreds of bills', async () => {
  const { simulator, launched, provider } = await openStage({ behaviour: { like: 'vito' } });
  const jobs: RemoteJob[] = [];
  for (let n = 0; n < 12; n++) jobs.push(await launched(n));
  for (const { id } of jobs) simulator.setJobStatus(id, 'finished');
  const slowly = { ...freely, readSlot: () => sleep(2_000, true) };
  const answer = await provider.lookMany?.(jobs, slowly);
  const costs = answer?.kind === 'listed' ? [...answer.seen.values()].map(({ cost }) => cost) : [];
  expect(costs).toHaveLength(12);
  expect(costs.filter((cost) => cost !== undefined).length).toBeLessThanOrEqual(3);
}, 20_000);
