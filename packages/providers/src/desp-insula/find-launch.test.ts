import type { FaultRule } from '@nightpass/simulator';
import { describe, expect, test } from 'vitest';
import { freely } from '../test-call.ts';
import { stages } from './test-stage.ts';

const open = stages();

describe('a launch whose answer was lost', () => {
  test.each([1, 2, 3, 4] as const)('is found by its label among those of generation %i', async (generation) => {
    const { simulator, launched, lost, find } = await open({ generation });
    await launched(1);
    await lost(0);
    await launched(2);
    expect(await find()).toMatchObject({ kind: 'found', job: { id: '4102' }, rule: 'found-by-label' });
    expect(simulator.jobs()).toHaveLength(3);
  });

  test('a 500 may hide a launched job, which is found', async () => {
    const { simulator, launch, find } = await open({ hiddenLaunchPercent: 100 });
    expect(await launch()).toMatchObject({ kind: 'ambiguous', rule: 'http-5xx' });
    expect(await find()).toMatchObject({ kind: 'found', job: { id: simulator.jobs()[0]?.id } });
  });

  test('a job that shows up late is not found at first, and found then', async () => {
    const { lost, find } = await open({ appearsAfterSeconds: 0.4 });
    await lost();
    expect(await find()).toMatchObject({ kind: 'notFound', rule: 'searched-whole' });
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(await find()).toMatchObject({ kind: 'found' });
  });

  test('by default searches go on for two minutes: a job may show up after one', async () => {
    const { parseProviderConfig } = await import('../provider-kinds.ts');
    const least = { kind: 'desp-insula', baseUrl: 'https://x.example', auth: { kind: 'none' } };
    expect(parseProviderConfig('desp', least)).toMatchObject({ reconcile: { reads: 4, everySeconds: 40 } });
  });

  test('that the newest servers refuse with a 500 has left a job in ERROR, which is adopted as failed', async () => {
    const services = [{ id: 20, name: 'FloodMask', inputs: [{ id: 'date' }] }];
    const { provider, launch, find } = await open({ generation: 4, services });
    expect(await launch()).toMatchObject({ kind: 'ambiguous', rule: 'http-5xx' });
    const found = await find();
    if (found.kind !== 'found') throw new Error(JSON.stringify(found));
    expect(await provider.look(found.job, freely)).toMatchObject({ state: { status: 'failed' } });
  });

  test('whose job has a config of its own is found by the label that was carried over', async () => {
    const { lost, find, steps, byHand } = await open({ generation: 4 });
    await lost();
    expect(JSON.parse(steps.get(0) ?? '')).toMatchObject({ configId: '501' });
    expect((await byHand('GET', '/jobs/4101/config')).body).toMatchObject({ id: 502 });
    expect(await find()).toMatchObject({ kind: 'found', rule: 'found-by-label' });
  });

  test.each(['label', 'id', 'service', 'ignored', 400, 404, 405] as const)(
    'is found whatever the search makes of filters: %s',
    async (search) => {
      const { launched, lost, find } = await open({ search });
      await launched(1);
      await lost();
      expect(await find()).toMatchObject({ kind: 'found', job: { id: '4102' } });
      expect(await find(5)).toMatchObject({ kind: 'notFound' });
    },
  );

  test('is found where nothing is sorted, and where pages are small', async () => {
    for (const behaviour of [{ sorts: false }, { mostPerPage: 2 }, { sorts: false, mostPerPage: 2 }]) {
      const { launched, lost, find } = await open(behaviour);
      for (const n of [1, 2, 3]) await launched(n);
      await lost();
      for (const n of [4, 5]) await launched(n);
      expect(await find()).toMatchObject({ kind: 'found', job: { id: '4104' } });
    }
  });

  test('is searched for down to the watermark, and no further', async () => {
    const { simulator, launched, lost, find } = await open({ mostPerPage: 2 });
    for (const n of [1, 2, 3, 4, 5, 6]) await launched(n);
    await lost();
    const before = simulator.counts().list.arrived;
    expect(await find()).toMatchObject({ kind: 'found' });
    expect(simulator.counts().list.arrived - before).toBe(1);
  });

  test('searches that begin together share what they read', async () => {
    const { simulator, lost, find } = await open();
    for (let n = 0; n < 6; n++) await lost(n);
    const before = simulator.counts().list.arrived;
    const answers = await Promise.all([0, 1, 2, 3, 4, 5].map((n) => find(n)));
    expect(answers.map((answer) => answer.kind === 'found' && answer.job.id)).toEqual(
      [4101, 4102, 4103, 4104, 4105, 4106].map(String),
    );
    expect(simulator.counts().list.arrived - before).toBe(2);
  });
});

describe('whose is this job?', () => {
  const config = (service: number, inputs: object, label?: string) => ({
    service: `x/services/${service}`,
    inputs,
    label,
  });

  test('another person’s is not ours, though its label is', async () => {
    const { lost, find, byHand } = await open();
    await lost(0, { on: 'launch', do: 'drop' });
    await byHand('POST', '/jobConfigs', config(20, { a: ['1'] }, 'copied [k0x1]'));
    await byHand('POST', '/jobConfigs/502/launch');
    expect(await find()).toMatchObject({ kind: 'notFound' });
  });

  test('two with its label, launched by a person once more: nobody can tell', async () => {
    const { lost, find, byHand } = await open();
    await lost();
    await byHand('POST', '/jobConfigs/501/launch');
    expect(await find()).toMatchObject({ kind: 'cannotTell', rule: 'more-than-one' });
    expect(await find(0, ['4102'])).toMatchObject({ kind: 'found', job: { id: '4101' } });
  });

  test('one of its config that was there before it was sent is another’s', async () => {
    const { launched, lost, find } = await open();
    await launched(0);
    await lost(0, { on: 'launch', do: 'drop' });
    expect(await find()).toMatchObject({ kind: 'notFound', rule: 'searched-whole' });
  });

  test('one of its config that a person renamed is its own', async () => {
    const { simulator, lost, find } = await open();
    await lost();
    simulator.setFaults([relabelled('renamed by hand')]);
    expect(await find()).toMatchObject({ kind: 'found', rule: 'found-by-config' });
  });

  test('one of its config with the key of another launch: nobody can tell', async () => {
    const { simulator, lost, find } = await open();
    await lost();
    simulator.setFaults([relabelled('Port of Sète 0 - Flood mask [zz9]')]);
    expect(await find()).toMatchObject({ kind: 'cannotTell', rule: 'label-not-shown' });
  });

  const relabelled = (label: string): FaultRule => ({
    on: 'list',
    do: 'alter',
    set: { '_embedded.jobs.0.config.label': label },
  });

  test('a list that shows neither label nor config has them read one by one', async () => {
    const { simulator, launched, lost, find } = await open();
    await launched(1);
    await lost();
    simulator.setFaults([{ on: 'list', do: 'alter', remove: ['_embedded.jobs.0.config'] }]);
    expect(await find()).toMatchObject({ kind: 'found', job: { id: '4102' } });
    simulator.setFaults([]);
    simulator.setBehaviour({ echoConfig: false, shortJobLabel: false });
    expect(await find()).toMatchObject({ kind: 'cannotTell', rule: 'label-not-shown' });
  });

  test('sub-jobs with the label of their parent are told from it, wherever they are listed', async () => {
    const services = [{ id: 20, name: 'FloodMask', parallelInput: 'item' }];
    for (const search of ['service', 404] as const) {
      const { lost, find } = await open({ services, search });
      await lost();
      expect(await find()).toMatchObject({ kind: 'found', job: { id: '4101' } });
    }
  });

  test.each<[string, FaultRule]>([
    ['drops lists', { on: 'list', do: 'drop' }],
    ['fails on lists', { on: 'list', do: 'html', status: 502 }],
    ['cuts lists', { on: 'list', do: 'truncate' }],
    ['answers lists with nothing', { on: 'list', do: 'empty' }],
    ['answers lists with something else', { on: 'list', do: 'reply', status: 200, body: {} }],
    ['says how many there are and shows none', { on: 'list', do: 'alter', remove: ['_embedded'] }],
    ['throttles lists', { on: 'list', do: 'reply', status: 429 }],
    ['refuses lists', { on: 'list', do: 'reply', status: 401 }],
    ['signs us in instead', { on: 'list', do: 'reply', status: 200, html: '<title>Sign in</title>' }],
    ['has no lists', { on: 'list', do: 'reply', status: 404 }],
  ])('a server that %s has neither "found" nor "not found"', async (_, rule) => {
    const { simulator, lost, find } = await open();
    await lost();
    simulator.setFaults([rule]);
    expect((await find()).kind).toMatch(/^(cannotTell|ambiguous|throttled|unauthorized)$/);
  });

  test('one bad answer among many is asked for again', async () => {
    const { simulator, lost, find } = await open();
    await lost();
    simulator.setFaults([{ on: 'list', do: 'html', status: 502, when: { times: 2 } }]);
    expect(await find()).toMatchObject({ kind: 'found' });
  });
});
