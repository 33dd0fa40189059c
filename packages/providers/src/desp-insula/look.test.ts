import { describe, expect, test } from 'vitest';
import { freely } from '../test-call.ts';
import { stages } from './test-stage.ts';

const open = stages();
const parallel = [{ id: 20, name: 'FloodMask', parallelInput: 'tiles' }];
const tiles = { tiles: ['a', 'b', 'c'] };

describe('a look', () => {
  test('a job whose endTime is set still runs: its outputs are taken in', async () => {
    const { provider, launched, byHand } = await open({ jobSeconds: 4 });
    const job = await launched();
    const ended = async () => {
      const { body } = await byHand('GET', '/jobs/4101');
      return body as { endTime: string | null; status: string };
    };
    await expect.poll(async () => (await ended()).endTime, { interval: 20, timeout: 20_000 }).not.toBeNull();
    expect((await ended()).status).toBe('RUNNING');
    expect(await provider.look(job, freely)).toMatchObject({ state: { status: 'running', progressPercent: 75 } });
  });

  test.each([1, 2, 3, 4] as const)(
    'of generation %i says how far it is by phase or by step, and is not done',
    async (generation) => {
      const { provider, launched } = await open({ generation });
      const job = await launched();
      expect(await provider.look(job, freely)).toMatchObject({
        state: { status: 'running', progressPercent: 25, message: 'Step 1 of 3: Data-Fetch' },
      });
    },
  );

  test.each(['CREATED', 'PENDING', 'WAITING', 'CONDITION_WAIT'] as const)('%s is not started yet', async (word) => {
    const { provider, launched } = await open({ queueSeconds: 3600, queueWords: [word] });
    const message = word === 'PENDING' ? 'at place 4 of the queue' : undefined;
    expect(await provider.look(await launched(), freely)).toMatchObject({
      state: { status: 'accepted', word, message },
    });
  });

  test('words are read whatever their case, with blanks around them', async () => {
    const { simulator, provider, launched } = await open();
    const job = await launched();
    simulator.setFaults([{ on: 'look', do: 'alter', set: { status: ' Completed ' } }]);
    expect(await provider.look(job, freely)).toMatchObject({ state: { status: 'succeeded' } });
  });

  test('why a job failed is read in its logs, the only place that says it', async () => {
    const { simulator, provider, launched } = await open({ failMessage: 'could not download input 1 of 2' });
    const job = await launched();
    simulator.setJobStatus(job.id, 'ERROR');
    const failed = { status: 'failed', message: 'could not download input 1 of 2' };
    expect(await provider.look(job, freely)).toMatchObject({ state: failed });
    simulator.setFaults([{ on: 'logs', do: 'html', status: 502 }]);
    expect(await provider.look(job, freely)).toMatchObject({ state: { status: 'failed', message: undefined } });
    expect(await provider.look(job, { ...freely, readSlot: async () => false })).toMatchObject({ rule: 'no-slot' });
  });

  test('a failed job that is launched again by a person runs again under its id', async () => {
    const { simulator, provider, launched } = await open();
    const job = await launched();
    simulator.setJobStatus(job.id, 'ERROR');
    await provider.look(job, freely);
    simulator.setJobStatus(job.id, 'PENDING');
    expect(await provider.look(job, freely)).toMatchObject({ state: { status: 'accepted' } });
  });
});

describe('a parent', () => {
  async function family() {
    const stage = await open({ services: parallel, queueSeconds: 3600 });
    const job = await stage.launched(0, tiles);
    const children = ['4102', '4103', '4104'];
    const set = (...words: string[]) =>
      words.forEach((word, n) => void stage.simulator.setJobStatus(children[n] ?? '', word));
    const state = async () => {
      const seen = await stage.provider.look(job, freely);
      if (seen.kind !== 'seen') throw new Error(JSON.stringify(seen));
      return seen.state;
    };
    return { ...stage, job, set, state };
  }

  test('in ERROR is not over while its sub-jobs run', async () => {
    const { set, state } = await family();
    set('ERROR', 'RUNNING', 'PENDING');
    expect(await state()).toMatchObject({ status: 'running', word: 'ERROR', progressPercent: 33 });
    set('ERROR', 'COMPLETED', 'COMPLETED');
    const message = '3 of 3 sub-jobs over: 2 completed, 1 in error, 0 cancelled';
    expect(await state()).toMatchObject({ status: 'failed', message });
  });

  test('whose sub-jobs are over, some of them cancelled, is over, though it says CREATED for ever', async () => {
    const { set, state } = await family();
    set('COMPLETED', 'CANCELLED', 'COMPLETED');
    expect(await state()).toMatchObject({ status: 'cancelled', word: 'CREATED' });
  });

  test('is CREATED until all have completed, and completed then', async () => {
    const { set, state } = await family();
    expect(await state()).toMatchObject({ status: 'accepted', word: 'CREATED', progressPercent: 0 });
    set('COMPLETED', 'RUNNING', 'RUNNING');
    expect(await state()).toMatchObject({ status: 'running', word: 'CREATED' });
    set('COMPLETED', 'COMPLETED', 'COMPLETED');
    expect(await state()).toMatchObject({ status: 'succeeded', word: 'COMPLETED', progressPercent: 100 });
  });

  test('is looked at with one more request, when there is a slot for it', async () => {
    const { provider, job, simulator } = await family();
    expect(await provider.look(job, { ...freely, readSlot: async () => false })).toMatchObject({ rule: 'no-slot' });
    simulator.setFaults([{ on: 'look', do: 'html', status: 502, when: { after: 1 } }]);
    expect(await provider.look(job, freely)).toMatchObject({ kind: 'ambiguous' });
  });

  test('is seen among many as it is seen alone', async () => {
    const { provider, job, set, state } = await family();
    set('ERROR', 'RUNNING', 'PENDING');
    const many = await provider.lookMany?.([job], freely);
    expect(many?.kind === 'listed' && many.seen.get(job.id)).toEqual(await state());
    expect(many?.kind === 'listed' && many.requests).toBe(2);
  });

  test('is cancelled by cancelling what waits and terminating what runs, one by one', async () => {
    const { provider, job, set, state, simulator } = await family();
    set('RUNNING', 'PENDING', 'COMPLETED');
    expect(await provider.cancel(job, freely)).toEqual({ kind: 'cancelling' });
    const sent = simulator
      .requests({ call: 'delete' })
      .map(({ method, path }) => `${method} ${path.split('/jobs/')[1]}`);
    expect(sent).toEqual(['GET 4101/cancel', 'POST 4102/terminate']);
    expect(await state()).toMatchObject({ status: 'cancelled', message: expect.stringContaining('2 cancelled') });
  });
});

describe('a cancel', () => {
  const sentBy = (simulator: Awaited<ReturnType<typeof open>>['simulator']) =>
    simulator.requests({ call: 'delete' }).map(({ method, path }) => `${method} ${path.split('/').at(-1)}`);

  test.each([
    ['PENDING', ['GET cancel'], 'cancelled'],
    ['CONDITION_WAIT', ['GET cancel'], 'cancelled'],
    ['RUNNING', ['POST terminate'], 'cancelled'],
    ['COMPLETED', [], 'succeeded'],
  ] as const)('of a job that is %s sends %j', async (word, sent, after) => {
    const { simulator, provider, launched } = await open({ queueSeconds: 3600 });
    const job = await launched();
    simulator.setJobStatus(job.id, word);
    expect(await provider.cancel(job, freely)).toEqual({ kind: 'cancelling' });
    expect(sentBy(simulator)).toEqual(sent);
    expect(await provider.look(job, freely)).toMatchObject({ state: { status: after } });
  });

  test('where there is no cancel, what waits is terminated', async () => {
    const { simulator, provider, launched } = await open({ generation: 2, queueSeconds: 3600 });
    const job = await launched();
    expect(await provider.cancel(job, freely)).toEqual({ kind: 'cancelling' });
    expect(sentBy(simulator)).toEqual(['GET cancel', 'POST terminate']);
    expect(await provider.look(job, freely)).toMatchObject({ state: { status: 'cancelled' } });
  });

  test('a 204 to a terminate proves nothing: only a later look tells', async () => {
    const { provider, launched } = await open({ terminated: 'nothing' });
    const job = await launched();
    expect(await provider.cancel(job, freely)).toEqual({ kind: 'cancelling' });
    expect(await provider.look(job, freely)).toMatchObject({ state: { status: 'running' } });
  });

  test('the page of a sign-in is no cancel', async () => {
    const { simulator, provider, launched } = await open();
    const job = await launched();
    simulator.setFaults([{ on: 'delete', do: 'reply', status: 200, html: '<title>Sign in</title>' }]);
    expect(await provider.cancel(job, freely)).toMatchObject({ kind: 'unauthorized' });
  });
});
