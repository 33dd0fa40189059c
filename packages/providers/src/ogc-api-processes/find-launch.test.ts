import { describe, expect, test } from 'vitest';
import { createProvider } from '../provider-kinds.ts';
import { freely } from '../test-call.ts';
import { sampleLaunch } from './sample.ts';
import { type Behaviour, openServer, openTold, type Told } from './test-server.ts';

const soleClient = { soleClient: true };

describe('by elimination, where nothing shows what a job was launched with', () => {
  test('the one job that is nobody’s is it, for a sole client', async () => {
    const { launch, lose, find, sim } = await openServer({}, soleClient);
    await launch(1);
    const [others] = sim.jobs();
    const lost = await lose();
    expect(await find(0, [others?.id ?? ''])).toMatchObject({
      kind: 'found',
      job: { id: lost, address: `/jobs/${lost}` },
      rule: 'found-by-elimination',
    });
  });

  test('it may be another client’s, where there are others', async () => {
    const { lose, find } = await openServer();
    await lose();
    expect(await find()).toMatchObject({ kind: 'cannotTell', rule: 'not-the-sole-client' });
  });

  test('of two that are nobody’s none is it', async () => {
    const { launch, lose, find } = await openServer({}, soleClient);
    await launch(1);
    await lose();
    expect(await find()).toMatchObject({ kind: 'cannotTell', rule: 'more-than-one' });
  });

  test('with none that is nobody’s it was never launched', async () => {
    const { launch, find, sim } = await openServer({}, soleClient);
    await launch(1);
    expect(await find(0, [sim.jobs()[0]?.id ?? ''])).toMatchObject({ kind: 'notFound', rule: 'searched-whole' });
  });

  test('a job of long before is not it, nor one of another process; one without a date may be', async () => {
    const { lose, find, sim } = await openServer({}, soleClient);
    await lose();
    expect(await find(0, [], Date.now() + 3_600_000)).toMatchObject({ kind: 'notFound' });
    sim.setBehaviour({ withDates: false });
    expect(await find(0, [], Date.now() + 3_600_000)).toMatchObject({ kind: 'found' });
  });

  test('a clock that is a little behind hides nothing', async () => {
    const { lose, find, sim } = await openServer({ clockSkewSeconds: -100 }, soleClient);
    await lose();
    expect(await find()).toMatchObject({ kind: 'found' });
    sim.setBehaviour({ clockSkewSeconds: -300 });
    expect(await find()).toMatchObject({ kind: 'notFound' });
  });

  test('nor does one that is an hour behind and says so', async () => {
    const behind = new Date(Date.now() - 3_600_000);
    const row = { jobID: 'j', created: behind.toISOString() };
    const headers = { date: behind.toUTCString() };
    const told = (request: string) => ({ headers, body: request.includes('/jobs/j') ? row : { jobs: [row] } });
    const { provider } = await openTold(told, soleClient);
    const find = { ...sampleLaunch(), intentAtMs: Date.now(), claimed: async () => new Set<string>() };
    expect(await provider.findLaunch(find, freely)).toMatchObject({ kind: 'found', job: { id: 'j' } });
  });

  test('launches of one process go one at a time', () => {
    const alone = (config: object) => {
      const all = { kind: 'ogc-api-processes', baseUrl: 'http://127.0.0.1:9', auth: { kind: 'none' }, ...config };
      return createProvider('server', all, () => '').aloneWith?.(sampleLaunch().task);
    };
    expect(alone(soleClient)).toBe('vessels');
    expect(alone({})).toBeUndefined();
  });
});

describe('by its inputs, where they are shown', () => {
  test.each<[string, Behaviour]>([
    ['in the list', { inputsShown: 'everywhere' }],
    ['as parameters', { inputsShown: 'everywhere', inputsMember: 'parameters' }],
    ['on a look only', { inputsShown: 'on-look' }],
    ['by the draft of 2.0, which names processes by URI', { preset: 'ogc-2.0' }],
  ])('%s', async (_, behaviour) => {
    const { launch, lose, find } = await openServer(behaviour);
    await launch(1);
    const lost = await lose();
    await launch(2);
    expect(await find()).toMatchObject({ kind: 'found', job: { id: lost }, rule: 'found-by-inputs' });
    expect(await find(3)).toMatchObject({ kind: 'notFound' });
  });

  test('jobs are not looked at once a look shows no inputs either', async () => {
    const { launch, find, sim } = await openServer();
    for (const n of [1, 2, 3]) await launch(n);
    expect(await find()).toMatchObject({ kind: 'cannotTell', rule: 'more-than-one' });
    expect(sim.counts().look.arrived).toBe(1);
  });

  test('one that has them leaves it open while another shows none', async () => {
    const { area, ...rest } = { area: sampleLaunch().task.zone.geom, image: 'image-0', threshold: 0.5 };
    const jobs = [{ jobID: 'a', request: { inputs: { area, ...rest } } }, { jobID: 'b' }];
    const { provider } = await openTold((request) => ({ body: request.includes('/jobs/b') ? jobs[1] : { jobs } }));
    const find = { ...sampleLaunch(), intentAtMs: Date.now(), claimed: async () => new Set<string>() };
    expect(await provider.findLaunch(find, freely)).toMatchObject({ kind: 'cannotTell', rule: 'inputs-not-shown' });
    const other = { ...find, claimed: async () => new Set(['b']) };
    expect(await provider.findLaunch(other, freely)).toMatchObject({ kind: 'found', job: { id: 'a' } });
  });

  test('a candidate that is gone, or will not be looked at, leaves it open', async () => {
    const { lose, find, sim } = await openServer({ inputsShown: 'on-look' });
    await lose();
    sim.setFaults([{ on: 'look', do: 'reply', status: 404 }]);
    expect(await find()).toMatchObject({ kind: 'cannotTell', rule: 'candidate-gone' });
    sim.setFaults([{ on: 'look', do: 'html', status: 502 }]);
    expect(await find()).toMatchObject({ kind: 'ambiguous' });
  });
});

describe('where the list', () => {
  test.each<[string, Behaviour]>([
    ['is not there, as on GeoServer', { preset: 'geoserver' }],
    ['is not allowed', { list: 'not-allowed' }],
  ])('%s: nobody can tell', async (_, behaviour) => {
    const { lose, find } = await openServer(behaviour, soleClient);
    await lose();
    expect(await find()).toMatchObject({ kind: 'cannotTell', rule: 'list-refused' });
  });

  test('is not to be read: nobody can tell, and nothing is asked', async () => {
    const { lose, find, provider, sim } = await openServer({}, { list: 'off', ...soleClient });
    await lose();
    expect(await find()).toMatchObject({ kind: 'cannotTell', rule: 'list-off' });
    expect(provider.lookMany).toBeUndefined();
    expect(sim.counts().list.arrived).toBe(0);
  });

  test('fails with nothing once it is too long, as on ZOO: the search is made again later', async () => {
    const { launch, lose, find } = await openServer({ preset: 'zoo' }, soleClient);
    await launch(1);
    await launch(2);
    await lose();
    expect(await find()).toMatchObject({ kind: 'ambiguous', rule: 'http-5xx' });
  });

  test('fails in passing: it is read again at once', async () => {
    const { lose, find, sim } = await openServer({}, soleClient);
    await lose();
    sim.setFaults([{ on: 'list', do: 'html', status: 502, when: { times: 2 } }]);
    expect(await find()).toMatchObject({ kind: 'found' });
  });

  test.each<[string, Behaviour]>([
    ['ignores filters', { filters: 'ignored' }],
    ['refuses filters', { filters: 'refused' }],
    ['keeps filters', { filters: 'kept' }],
  ])('%s: they are applied here again', async (_, filters) => {
    const { provider, lose, find } = await openServer({ ...filters }, soleClient);
    const request = sampleLaunch(1);
    request.task.process.id = 'ships';
    await provider.launch(request, freely);
    const lost = await lose();
    expect(await find()).toMatchObject({ kind: 'found', job: { id: lost } });
  });

  test.each<[string, Behaviour]>([
    ['begins with the oldest, newest first within each page, as on pygeoapi', { preset: 'pygeoapi' }],
    ['has a full last page with an empty one after it', { fullPage: 'has-next' }],
    ['names a next page that has lost its query', { nextKeepsQuery: false, html: 'unless-json-is-asked-for' }],
    ['gives fewer than it is asked for', { listMost: 2 }],
    ['has no order', { listOrder: 'random' }],
    ['names itself by another host', { linkHost: 'https://inside.example' }],
  ])('%s: it is read to its end', async (_, behaviour) => {
    const { launch, lose, find, sim } = await openServer({ ...behaviour, listMost: 3 }, soleClient);
    for (let n = 1; n < 6; n++) await launch(n);
    const others = sim.jobs().map(({ id }) => id);
    const lost = await lose();
    expect(await find(0, others)).toMatchObject({ kind: 'found', job: { id: lost } });
    expect(await find(0, [...others, lost])).toMatchObject({ kind: 'notFound' });
  });

  test('cannot be had: it is asked for as JSON on every page, by the header alone', async () => {
    const { asked, provider } = await openTold(() => ({ body: { jobs: [] } }));
    await provider.findLaunch({ ...sampleLaunch(), intentAtMs: Date.now(), claimed: async () => new Set() }, freely);
    expect(asked[0]).toMatch(/^GET \/jobs\?processID=vessels&datetime=[^ ]+&limit=100 HTTP/);
    expect(asked[0]).toMatch(/\r\naccept: application\/json\r\n/i);
  });

  const row = (jobID: string) => ({ jobID, status: 'running', processID: 'vessels' });
  const next = (href: string) => [{ rel: 'next', href }];
  test.each<[string, (nth: number) => Told, object]>([
    [
      'leads to another host',
      () => ({ body: { jobs: [row('a')], links: next('http://127.0.0.1:9/other/jobs') } }),
      { kind: 'cannotTell' },
    ],
    [
      'leads round in a circle',
      () => ({ body: { jobs: [row('a')], links: next('/jobs?again') } }),
      { kind: 'cannotTell' },
    ],
    [
      'holds a job without an id',
      () => ({ body: { jobs: [{ status: 'running' }] } }),
      { kind: 'cannotTell', rule: 'list-unsure' },
    ],
    ['holds an id that climbs', () => ({ body: { jobs: [row('../x')] } }), { kind: 'cannotTell' }],
    ['is no list', () => ({ body: { message: 'hello' } }), { kind: 'ambiguous', rule: 'unreadable-2xx' }],
    ['is a page', () => ({ body: '<html>', headers: { 'content-type': 'text/html' } }), { kind: 'ambiguous' }],
    ['is refused by 501', () => ({ status: 501 }), { kind: 'cannotTell', rule: 'list-refused' }],
    [
      'loses a job at every reading',
      (nth) => ({ body: { jobs: [row(`a${nth}`)], links: nth % 2 ? next(`/jobs?p=${nth}`) : [] } }),
      { kind: 'cannotTell', rule: 'list-unsure' },
    ],
  ])('%s: it is never "not found"', async (_, told, expected) => {
    const { provider } = await openTold((_request, nth) => told(nth), soleClient);
    const find = { ...sampleLaunch(), intentAtMs: Date.now(), claimed: async (ids: readonly string[]) => new Set(ids) };
    const climbing = { ...find, claimed: async () => new Set<string>() };
    const answer = await provider.findLaunch(JSON.stringify(told(1)).includes('../x') ? climbing : find, freely);
    expect(answer).toMatchObject(expected);
  });
});

describe('a process that runs at once', () => {
  test('by its description leaves no job to be found: nobody can tell', async () => {
    const processes = [{ id: 'vessels', jobControlOptions: ['sync-execute' as const] }];
    const { lose, find } = await openServer({ processes }, soleClient);
    await lose();
    expect(await find()).toMatchObject({ kind: 'cannotTell', rule: 'may-have-run-at-once' });
  });

  test('as was seen before leaves no job to be found: nobody can tell', async () => {
    const { launch, lose, find } = await openServer({ prefers: 'never' }, soleClient);
    expect(await launch(1)).toMatchObject({ kind: 'done' });
    await lose();
    expect(await find()).toMatchObject({ kind: 'cannotTell', rule: 'may-have-run-at-once' });
  });
});
