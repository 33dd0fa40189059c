import type { FaultRule } from '@nightpass/simulator';
import { describe, expect, test } from 'vitest';
import { createTokenSource } from '../auth/token-source.ts';
import { usualHttpLimits } from '../http/http-client.ts';
import { freely } from '../test-call.ts';
import { createClient, launchPatienceMs } from './client.ts';
import { launch } from './launch.ts';
import { sampleLaunch } from './sample.ts';
import { stages } from './test-stage.ts';

const open = stages();
const services = [{ id: 20, name: 'FloodMask' }];

describe('the config of a launch', () => {
  test('an equal config posted again is the same one with another label, so a lost answer is made up for at once', async () => {
    const { simulator, launched } = await open();
    simulator.setFaults([{ on: 'create', do: 'drop-after-accept', when: { times: 1 } }]);
    await launched();
    expect(simulator.counts().create).toMatchObject({ arrived: 2, tookEffect: 2 });
    expect(simulator.jobs()).toMatchObject([{ name: 'Port of Sète 0 - Flood mask [k0x1]' }]);
  });

  test.each<FaultRule>([
    { on: 'create', do: 'drop' },
    { on: 'create', do: 'html', status: 502 },
    { on: 'create', do: 'reply', status: 409 },
    { on: 'create', do: 'reply', status: 500 },
  ])('a config that cannot be made ends in a launch that is known not to have been sent: %j', async (rule) => {
    const { simulator, launch, find } = await open();
    simulator.setFaults([rule]);
    expect(await launch()).toMatchObject({ kind: 'ambiguous', rule: expect.stringMatching(/^config-/) });
    simulator.setFaults([]);
    expect(await find()).toMatchObject({ kind: 'notFound', rule: 'never-sent' });
    expect(simulator.jobs()).toEqual([]);
  });

  test.each(['409', '500'] as const)('equal configs posted at once are answered %s, and posted again', async (race) => {
    const { simulator, launched } = await open({ race, raceMs: 50, latencyMs: 80 });
    await Promise.all([launched(0, { aoi: 'x' }), launched(1, { aoi: 'x' })]);
    expect(simulator.counts().create.byStatus).toEqual({ 201: 2, [race]: 1 });
    expect(simulator.jobs()).toHaveLength(2);
  });

  test('the newest servers make two of equal configs posted at once, and fail on every one after that', async () => {
    const { launch, launched } = await open({ generation: 4, raceMs: 50, latencyMs: 80 });
    await Promise.all([launched(0, { aoi: 'x' }), launched(1, { aoi: 'x' })]);
    expect(await launch(2, { aoi: 'x' })).toMatchObject({ kind: 'ambiguous', rule: 'config-http-5xx' });
  });

  test('tasks of equal service and inputs are never out together, others may be', async () => {
    const { provider, request } = await open();
    const alone = (n: number, inputs?: Parameters<typeof request>[1]) => provider.aloneWith?.(request(n, inputs).task);
    expect(alone(0, { a: 1, b: [2] })).toBe(alone(1, { b: ['2'], a: '1' }));
    expect(alone(0, { a: 1 })).not.toBe(alone(0, { a: 2 }));
    expect(alone(0)).not.toBe(alone(1));
  });

  test('a config that equals one of a sub-job is answered 500 by one generation, and the launch is given up', async () => {
    const parallel = [{ id: 20, name: 'FloodMask', parallelInput: 'tiles' }];
    const { launch, launched, find } = await open({ generation: 2, services: parallel });
    await launched(0, { tiles: ['a', 'b'] });
    expect(await launch(1, { tiles: ['a'] })).toMatchObject({ kind: 'ambiguous', rule: 'config-http-5xx' });
    expect(await find(1)).toMatchObject({ kind: 'notFound', rule: 'never-sent' });
  });

  test('an empty 201 is read by its Location', async () => {
    const { simulator, launched } = await open();
    const location = 'http://inside.svc:8080/secure/api/v2.0/jobConfigs/501';
    simulator.setFaults([{ on: 'create', do: 'reply-after-accept', status: 201, headers: { location } }]);
    expect(await launched()).toEqual({ id: '4101', address: '/secure/api/v2.0/jobs/4101' });
  });

  test.each(['both', 'without', 'with'] as const)('addresses with a slash at their end: known %s', async (slashes) => {
    const { simulator, launched } = await open({ slashes: slashes === 'with' ? 'both' : slashes });
    if (slashes === 'with') {
      simulator.setFaults([{ on: 'create', do: 'reply', status: 405, when: { times: 1 } }]);
    }
    await launched();
    const paths = simulator.requests({ call: 'create' }).map(({ path }) => path.replace('/secure/api/v2.0', ''));
    expect(paths).toEqual(slashes === 'with' ? ['/jobConfigs', '/jobConfigs/'] : ['/jobConfigs']);
    if (slashes !== 'with') return;
    await launched(1);
    expect(simulator.requests({ call: 'create' }).at(-1)?.path).toMatch(/\/jobConfigs\/$/);
    expect(simulator.launches().at(-1)?.path).toMatch(/\/launch\/$/);
  });

  test('the service is named by its whole address, and an unknown one is a clear no', async () => {
    const { launch } = await open({ services: [{ id: 31, name: 'Other' }] });
    const answer = await launch();
    expect(answer).toMatchObject({ kind: 'rejected', status: 400, reason: expect.stringContaining('service') });
  });
});

describe('what it costs', () => {
  const wallet = { balance: 5, costPerJob: 4 };

  test('a launch beyond the wallet is not sent: the platform would take it, and fail it', async () => {
    const { simulator, launch, launched } = await open({ wallet });
    await launched(0);
    const reason = 'it would cost 4, and the wallet holds 1';
    expect(await launch(1)).toMatchObject({ kind: 'quota', rule: 'beyond-the-wallet', reason });
    expect(simulator.launches()).toHaveLength(1);
  });

  test('unasked, a launch that cannot be paid for becomes a job in ERROR', async () => {
    const { provider, launched } = await open({ wallet: { balance: 0, costPerJob: 4 } }, { estimateCost: 'never' });
    const job = await launched();
    expect(await provider.look(job, freely)).toMatchObject({
      kind: 'seen',
      state: { status: 'failed', word: 'ERROR' },
    });
  });

  test('a server that tells no price launches without it', async () => {
    const { simulator, launched } = await open({ estimateCost: false });
    await launched();
    expect(simulator.jobs()).toHaveLength(1);
  });

  test('parameters that cannot be priced are a clear no', async () => {
    const { simulator, launch } = await open();
    const body = 'Error evaluating Job parameters: aoi';
    const headers = { 'content-type': 'text/plain' };
    simulator.setFaults([{ on: 'describe', do: 'reply', status: 400, body, headers }]);
    expect(await launch()).toMatchObject({ kind: 'rejected', reason: expect.stringContaining(body) });
    expect(simulator.launches()).toEqual([]);
  });
});

describe('the launch itself', () => {
  test.each([
    [1, 202, 'launched-by-content-id'],
    [2, 202, 'launched-by-id'],
    [3, 202, 'launched-by-id'],
    [4, 200, 'launched-by-id'],
  ] as const)('of generation %i is answered %i, and read: %s', async (generation, status, rule) => {
    const { simulator, launch } = await open({ generation });
    expect(await launch()).toMatchObject({ kind: 'launched', job: { id: '4101' }, rule });
    expect(simulator.launches()).toMatchObject([{ status }]);
  });

  test('without a link to itself a job is read by its id, and without an id by its link', async () => {
    const { simulator, launch } = await open({ launchSelfLink: false });
    expect(await launch(0)).toMatchObject({ kind: 'launched', rule: 'launched-by-id' });
    simulator.setBehaviour({ launchSelfLink: true });
    simulator.setFaults([{ on: 'launch', do: 'alter', remove: ['id'] }]);
    expect(await launch(1)).toMatchObject({ kind: 'launched', job: { id: '4102' }, rule: 'launched-by-self-link' });
  });

  test('what it must be found by is on record before it is sent: config, watermark and owner', async () => {
    const { simulator, steps, launched } = await open();
    await launched(0);
    expect(JSON.parse(steps.get(0) ?? '')).toEqual({ configId: '501', watermark: 0, owner: 'ada' });
    await launched(1);
    expect(JSON.parse(steps.get(1) ?? '')).toEqual({ configId: '502', watermark: 4101, owner: 'ada' });
    expect(simulator.requests().map(({ call }) => call)).toEqual([
      ...['create', 'describe', 'list', 'launch'],
      ...['create', 'describe', 'list', 'launch'],
    ]);
  });

  test('without a slot for it nothing is launched, and the next try begins anew', async () => {
    const { simulator, provider, request } = await open();
    const steps: (string | undefined)[] = [];
    const noneLeft = async (step?: string) => {
      steps.push(step);
      return false;
    };
    expect(await provider.launch(request(), { ...freely, launchSlot: noneLeft })).toMatchObject({ kind: 'notSent' });
    expect(await provider.launch(request(), { ...freely, readSlot: noneLeft })).toMatchObject({ rule: 'no-slot' });
    expect(simulator.launches()).toEqual([]);
    expect(await provider.launch({ ...request(), step: steps[0] }, freely)).toMatchObject({ kind: 'launched' });
    expect(simulator.jobs()).toHaveLength(1);
  });

  test('a list that cannot be read for the watermark keeps the launch from being sent', async () => {
    const { simulator, launch, launched } = await open();
    simulator.setFaults([{ on: 'list', do: 'html', status: 502 }]);
    expect(await launch()).toMatchObject({ kind: 'notSent', rule: 'watermark-http-5xx' });
    expect(simulator.launches()).toEqual([]);
    simulator.setFaults([]);
    simulator.setBehaviour({ jobsList: 404 });
    await launched();
  });

  test('a launch is waited for longer than anything else: its server takes up to a minute', async () => {
    expect(launchPatienceMs).toBeGreaterThan(60_000);
    const { simulator } = await open();
    const tokens = createTokenSource(
      { kind: 'basic', usernameEnv: 'U', passwordEnv: 'P' },
      {
        readSecret: ({ env }) => (env === 'U' ? 'ada' : 'portal-key-of-ada'),
        limits: usualHttpLimits,
      },
    );
    const short = { ...usualHttpLimits, headersMs: 300 };
    const client = createClient({ baseUrl: simulator.url, generation: undefined }, tokens, short, usualHttpLimits);
    simulator.setFaults([
      { on: 'launch', do: 'stall', ms: 900 },
      { on: 'look', do: 'stall', ms: 900 },
    ]);
    const answer = await launch(client, { estimateCost: 'ask' }, sampleLaunch(), freely);
    expect(answer).toMatchObject({ kind: 'launched' });
    expect(await client.get('/jobs/4101', freely)).toMatchObject({ kind: 'lost' });
    await client.close();
  });

  test('a full quota is plain text in a 403', async () => {
    const { launch, launched } = await open({ concurrentJobs: { limit: 1 } });
    await launched(0);
    const reason = expect.stringContaining('Processing or storage quota exceeded.');
    expect(await launch(1)).toMatchObject({ kind: 'quota', rule: '403-quota', reason });
  });

  test('an empty 403 is a clear no where the credentials are good, and holds the provider where they are not', async () => {
    const { simulator, launch } = await open({ services: [{ id: 20, name: 'FloodMask', status: 'DISABLED' }] });
    expect(await launch()).toMatchObject({ kind: 'rejected', rule: '403-not-permitted', status: 403 });
    simulator.setFaults([{ on: 'any', do: 'reply', status: 403 }]);
    expect(await launch()).toMatchObject({ kind: 'unauthorized', rule: 'http-403' });
  });

  test('a 404 is a clear no of servers known to be old, and a doubt of all others', async () => {
    const rule: FaultRule = { on: 'launch', do: 'reply-after-accept', status: 404 };
    for (const [generation, kind] of [
      [undefined, 'ambiguous'],
      [4, 'ambiguous'],
      [3, 'rejected'],
    ] as const) {
      const { simulator, launch } = await open({ services }, { generation });
      simulator.setFaults([rule]);
      expect(await launch()).toMatchObject({ kind });
    }
  });
});
