import type { Provider, RemoteJob } from '@nightpass/core';
import { expect, test } from 'vitest';
import { freely } from '../test-call.ts';
import { addressHere, jobHere, priceIn } from './address.ts';
import { priceOf, readJob } from './replies.ts';
import { stages } from './test-stage.ts';

const open = stages();
const wallet = { balance: 20, costPerJob: 2 };
const credits = { amount: 2, unit: 'credits' };

async function bothLooks(provider: Provider, job: RemoteJob) {
  const alone = await provider.look(job, freely);
  const many = await provider.lookMany?.([job], freely);
  if (alone.kind !== 'seen' || many?.kind !== 'listed') throw new Error(JSON.stringify([alone, many]));
  return [alone.state.cost, many.seen.get(job.id)?.cost];
}

test.each([1, 2, 3, 4] as const)(
  'of generation %i, the price that answered a launch is told with the end of its job, by either look',
  async (generation) => {
    const { simulator, provider, launched } = await open({ generation, wallet });
    const job = await launched();
    expect(job.address).toMatch(/\/jobs\/\d+#price=2$/);
    expect(await bothLooks(provider, job)).toEqual([undefined, undefined]);
    simulator.setJobStatus(job.id, 'COMPLETED');
    expect(await bothLooks(provider, job)).toEqual([credits, credits]);
    simulator.setJobStatus(job.id, 'ERROR');
    expect(await bothLooks(provider, job)).toEqual([credits, credits]);
  },
);

test('the price goes with the address of a job, and is never sent', async () => {
  const { simulator, provider, launched } = await open({ wallet });
  const job = await launched();
  await bothLooks(provider, job);
  await provider.results?.(job, freely);
  expect(await provider.cancel(job, freely)).toEqual({ kind: 'cancelling' });
  expect(simulator.requests().filter(({ path }) => path.includes('price'))).toEqual([]);
});

test('a price by the hour is no cost: nobody tells how many hours were charged', async () => {
  const { simulator, provider, launched } = await open();
  const job = await launched();
  expect(job.address).toMatch(/\/jobs\/\d+$/);
  simulator.setJobStatus(job.id, 'COMPLETED');
  expect(await bothLooks(provider, job)).toEqual([undefined, undefined]);
});

test('a job that is cancelled told no cost: before its start it is given back', async () => {
  const { simulator, provider, launched } = await open({ wallet });
  const job = await launched();
  simulator.setJobStatus(job.id, 'CANCELLED');
  expect(await bothLooks(provider, job)).toEqual([undefined, undefined]);
});

test('what could not be paid for has no price, and cost nothing that is told', async () => {
  const poor = { wallet: { balance: 1, costPerJob: 2 } };
  const { provider, launched } = await open(poor, { estimateCost: 'never' });
  const job = await launched();
  expect(await provider.look(job, freely)).toMatchObject({ state: { status: 'failed' } });
  expect(await bothLooks(provider, job)).toEqual([undefined, undefined]);
});

test('a launch that was found again has a job without its price: lists and projections have none', async () => {
  const { provider, simulator, lost, find } = await open({ wallet });
  await lost();
  const found = await find();
  if (found.kind !== 'found') throw new Error(JSON.stringify(found));
  simulator.setJobStatus(found.job.id, 'COMPLETED');
  expect(await bothLooks(provider, found.job)).toEqual([undefined, undefined]);
});

test.each([
  [{ cost: 2, recurrence: 'ONE_OFF' }, 2],
  [{ cost: 0, recurrence: 'ONE_OFF' }, 0],
  [{ cost: 1, recurrence: 'HOURLY' }, undefined],
  [{ cost: -2, recurrence: 'ONE_OFF' }, undefined],
  [{ cost: '2', recurrence: 'ONE_OFF' }, undefined],
  [{ cost: 2 }, undefined],
  [null, undefined],
  ['free', undefined],
])('a quotation of %j is a price of %j', (costQuotation, price) => {
  expect(priceOf(readJob({ id: 7, costQuotation }))).toBe(price);
});

test.each([0, 2, 12.5, 1e-7])('a price of %d is in an address, and is read from it again', (price) => {
  const api = { origin: 'https://insula.example.org', path: '/secure/api/v2.0' };
  const { address } = jobHere(api, '7', price);
  expect(priceIn(address)).toBe(price);
  expect(addressHere(api, address)).toBe('/secure/api/v2.0/jobs/7');
  expect(addressHere(api, '/secure/api/v2.0/jobs/7/../8#price=1')).toBeUndefined();
});
