import { describe, expect, test } from 'vitest';
import { freely } from '../test-call.ts';
import { type Behaviour, jobOf, openServer } from './test-server.ts';

describe('dismissing', () => {
  test.each<[string, Behaviour, object]>([
    ['is kept as dismissed', {}, { kind: 'seen', state: { status: 'cancelled' } }],
    ['is removed, under a wrong media type, as on pygeoapi', { preset: 'pygeoapi' }, { kind: 'missing' }],
    ['is removed, as on ZOO', { preset: 'zoo' }, { kind: 'missing' }],
  ])('a job that %s is seen so at the next look', async (_, behaviour, seen) => {
    const { launch, provider, look } = await openServer(behaviour);
    const made = jobOf(await launch());
    expect(await provider.cancel(made, freely)).toEqual({ kind: 'cancelling' });
    expect(await look(made)).toMatchObject(seen);
  });

  test.each([404, 410] as const)('a job that is gone (%i) leaves nothing to dismiss', async (goneStatus) => {
    const { launch, provider, look } = await openServer({ dismissal: 'removed', goneStatus });
    const made = jobOf(await launch());
    await provider.cancel(made, freely);
    expect(await provider.cancel(made, freely)).toMatchObject({ kind: 'gone' });
    expect(await look(made)).toMatchObject({ kind: 'missing', reason: expect.stringContaining(String(goneStatus)) });
  });

  test('a server that dismisses nothing says so', async () => {
    const { launch, provider } = await openServer({ dismissal: 'not-allowed' });
    expect(await provider.cancel(jobOf(await launch()), freely)).toMatchObject({ kind: 'rejected', status: 405 });
  });
});

describe('looking at many jobs', () => {
  test('reads as many pages as are worth it, and no more than it needs', async () => {
    const { launch, provider, sim } = await openServer({ listMost: 5 });
    const jobs = [];
    for (let n = 0; n < 12; n++) jobs.push(jobOf(await launch(n)));
    expect(await provider.lookMany?.(jobs.slice(-5), freely)).toMatchObject({ kind: 'listed', requests: 1 });
    const some = await provider.lookMany?.([...jobs.slice(0, 2), ...jobs.slice(-3)], freely);
    expect(some).toMatchObject({ requests: 2 });
    expect(some?.kind === 'listed' && some.seen.size).toBe(3);
    const all = await provider.lookMany?.(jobs, freely);
    expect(all?.kind === 'listed' && all.seen.size).toBe(12);
    expect(sim.counts().list.arrived).toBe(6);
  });

  test('is given up after some pages of others: a list may begin with the oldest of thousands', async () => {
    const { launch, provider, sim } = await openServer({ listMost: 2, listOrder: 'oldest' });
    const jobs = [];
    for (let n = 0; n < 24; n++) jobs.push(jobOf(await launch(n)));
    const answer = await provider.lookMany?.(jobs.slice(-16), freely);
    expect(answer?.kind === 'listed' && [answer.seen.size, answer.requests]).toEqual([0, 3]);
    expect(sim.counts().list.arrived).toBe(3);
  });

  test('keeps what it has seen when a later page fails, or has no slot', async () => {
    const { launch, provider, sim } = await openServer({ listMost: 5 });
    const jobs = [];
    for (let n = 0; n < 12; n++) jobs.push(jobOf(await launch(n)));
    sim.setFaults([{ on: 'list', do: 'html', status: 502, when: { after: 1 } }]);
    const answer = await provider.lookMany?.(jobs, freely);
    expect(answer?.kind === 'listed' && [answer.seen.size, answer.requests]).toEqual([5, 2]);
    sim.setFaults([]);
    const noMore = { ...freely, readSlot: async () => false };
    const stopped = await provider.lookMany?.(jobs, noMore);
    expect(stopped?.kind === 'listed' && [stopped.seen.size, stopped.requests]).toEqual([5, 1]);
  });
});

describe('discovery', () => {
  test.each<Behaviour>([{ conformance: 'absent' }, { conformance: 'zoo', root: '/ogc-api' }])(
    'what a server does not declare is tried all the same: %j',
    async (behaviour) => {
      const { launch, lose, find, provider, sim } = await openServer(behaviour, { soleClient: true });
      const made = jobOf(await launch());
      expect(await find(1, [made.id])).toMatchObject({ kind: 'notFound' });
      await lose(1);
      expect(await find(1, [made.id])).toMatchObject({ kind: 'found' });
      expect(await provider.cancel(made, freely)).toEqual({ kind: 'cancelling' });
      expect(sim.counts().other.arrived).toBe(0);
    },
  );

  test.each<[Behaviour, string]>([
    [{}, 'the server lists its processes and its jobs'],
    [{ list: 'absent' }, 'lost launches will wait for a person'],
    [{ preset: 'geoserver' }, 'lost launches will wait for a person'],
    [{ listFailsFrom: 1 }, 'the server lists its processes'],
  ])('a probe of a server like %j tells what it shows', async (behaviour, detail) => {
    const { provider } = await openServer(behaviour);
    expect(await provider.probe(freely)).toMatchObject({ kind: 'ok', detail: expect.stringContaining(detail) });
  });

  test('a probe of jobs that only the known may see finds wrong credentials out', async () => {
    const { provider, sim } = await openServer();
    sim.setFaults([{ on: 'list', do: 'reply', status: 401 }]);
    expect(await provider.probe(freely)).toMatchObject({ kind: 'unauthorized' });
  });

  test('basic credentials and bearer tokens are let in', async () => {
    for (const auth of [
      { kind: 'basic', usernameEnv: 'U', passwordEnv: 'P' },
      { kind: 'bearer', tokenEnv: 'T' },
    ]) {
      const { provider, sim } = await openServer({ letsIn: 'known' }, { auth });
      const ok = await provider.probe(freely);
      expect(ok.kind).toBe(auth.kind === 'basic' ? 'ok' : 'unauthorized');
      expect(sim.counts().describe.arrived).toBe(1);
    }
  });
});
