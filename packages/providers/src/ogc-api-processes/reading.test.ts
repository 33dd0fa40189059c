import type { OpenAnswer } from '@nightpass/core';
import { describe, expect, test } from 'vitest';
import { freely } from '../test-call.ts';
import { sampleLaunch, sampleTask } from './sample.ts';
import { type Behaviour, jobOf, openServer, openTold, type Told } from './test-server.ts';

const job = { id: 'j', address: '/jobs/j' };
const resultsOn = async (told: Told) => {
  const { provider } = await openTold(() => told);
  return provider.results?.(job, freely);
};
const itself = (type: string, name = 'results') => expect.objectContaining({ name, href: '/jobs/j/results', type });
const link = (name: string, href: string, type?: string) => expect.objectContaining({ name, href, type });

describe('results', () => {
  test.each<[string, unknown, unknown[]]>([
    ['by reference', { a: { href: '/f/a.tif', type: 'image/tiff' } }, [link('a', '/f/a.tif', 'image/tiff')]],
    [
      'by reference on another host',
      { a: { href: 'https://s3.example/a?k=1' } },
      [link('a', 'https://s3.example/a?k=1')],
    ],
    [
      'by reference, several under a name',
      { a: [{ href: '/1' }, { href: '/2' }] },
      [link('a-1', '/1'), link('a-2', '/2')],
    ],
    ['by reference, relative to themselves', { a: { href: 'a.tif' } }, [link('a', '/jobs/j/a.tif')]],
    ['by value', { count: 42 }, [itself('application/json')]],
    ['by qualified value', { count: { value: 42, mediaType: 'text/plain' } }, [itself('application/json')]],
    ['of both sorts', { a: { href: '/a' }, n: 1 }, [link('a', '/a'), itself('application/json')]],
    [
      'called results themselves',
      { results: { href: '/a' }, n: 1 },
      [link('results', '/a'), itself('application/json', 'results-2')],
    ],
    ['as pygeoapi wraps them', { outputs: [{ id: 'echo', value: 'x' }] }, [itself('application/json')]],
    ['as pygeoapi wraps references', { outputs: [{ id: 'a', value: { href: '/a' } }] }, [link('a', '/a')]],
    ['as one output alone', { id: 'echo', value: 'x' }, [itself('application/json')]],
    ['as a bare number', 42, [itself('application/json')]],
    ['of which there are none, as ZOO has them for a job that failed', {}, []],
  ])('%s', async (_, body, links) => {
    expect(await resultsOn({ body })).toEqual({ kind: 'results', links });
  });

  test('that are bytes are offered as they are', async () => {
    const headers = { 'content-type': 'image/tiff; x=y' };
    expect(await resultsOn({ body: 'II*', headers })).toEqual({ kind: 'results', links: [itself('image/tiff')] });
  });

  test('that are longer than can be read are offered as they are', async () => {
    const body = JSON.stringify({ filler: 'x'.repeat(5_000_000) });
    expect(await resultsOn({ body })).toEqual({ kind: 'results', links: [itself('application/json')] });
  });

  test.each<[string, Told, string]>([
    ['a page', { body: '<html>log in', headers: { 'content-type': 'text/html' } }, 'ambiguous'],
    ['half a document', { body: '{"a":' }, 'ambiguous'],
    ['a failed job’s error', { status: 400, body: { description: 'job failed' } }, 'rejected'],
    ['not ready', { status: 404 }, 'rejected'],
  ])('are none where the answer is %s', async (_, told, kind) => {
    expect(await resultsOn(told)).toMatchObject({ kind });
  });

  test('are asked for as JSON: pygeoapi shows a page otherwise', async () => {
    const { launch, provider, sim } = await openServer({ preset: 'pygeoapi' });
    const made = jobOf(await launch());
    sim.setJobStatus(made.id, 'successful');
    expect(await provider.results?.(made, freely)).toMatchObject({ kind: 'results', links: [{ name: 'results' }] });
  });

  test('do not tell whether a job has failed: its status does', async () => {
    const { launch, provider, look, sim } = await openServer({ preset: 'zoo' });
    const made = jobOf(await launch());
    sim.setJobStatus(made.id, 'failed');
    expect(await provider.results?.(made, freely)).toEqual({ kind: 'results', links: [] });
    expect(await look(made)).toMatchObject({ state: { status: 'failed' } });
  });
});

describe('opening results', () => {
  async function textOf(answer: OpenAnswer | undefined): Promise<string> {
    if (answer?.kind !== 'open') throw new Error(`not open: ${JSON.stringify(answer)}`);
    const chunks = [];
    for await (const chunk of answer.body) chunks.push(chunk);
    return Buffer.concat(chunks).toString('latin1');
  }

  test('those by reference are read whole or from a byte on, those by value in their document', async () => {
    const { launch, provider, sim } = await openServer({ html: 'unless-json-is-asked-for' });
    const made = jobOf(await launch());
    sim.setJobStatus(made.id, 'successful');
    const answer = await provider.results?.(made, freely);
    const [image, document] = answer?.kind === 'results' ? answer.links : [];
    if (!image || !document) throw new Error('two results');
    const whole = await textOf(await provider.open?.(image, 0, freely));
    expect(whole).toHaveLength(4_000);
    expect(await textOf(await provider.open?.(image, 3_990, freely))).toBe(whole.slice(3_990));
    expect(JSON.parse(await textOf(await provider.open?.(document, 0, freely)))).toMatchObject({ count: 42 });
  });

  test('those on another host get no credentials', async () => {
    const elsewhere = await openTold(() => ({ body: 'bytes' }));
    const auth = { kind: 'bearer', tokenEnv: 'T' };
    const { launch, provider, sim } = await openServer({ fileHost: elsewhere.origin }, { auth });
    const made = jobOf(await launch());
    sim.setJobStatus(made.id, 'successful');
    const answer = await provider.results?.(made, freely);
    const [image] = answer?.kind === 'results' ? answer.links : [];
    expect(image?.href).toContain(elsewhere.origin);
    expect(await textOf(image && (await provider.open?.(image, 0, freely)))).toBe('bytes');
    expect(elsewhere.asked.join()).not.toMatch(/authorization|planted/i);
  });
});

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
    expect(await provider.lookMany?.(jobs.slice(-3), freely)).toMatchObject({ kind: 'listed', requests: 1 });
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

describe('the catalogue', () => {
  const input = (schema: Record<string, string | number | boolean>, more = {}) => ({ schema, ...more });
  const processes = [
    {
      id: 'vessels',
      title: 'Vessels',
      inputs: {
        image: input({ type: 'string' }, { description: 'Where to look' }),
        area: input({ type: 'object' }),
        threshold: input({ type: 'number', minimum: 0, exclusiveMinimum: true }, { minOccurs: 0 }),
        bands: input({ type: 'string' }, { minOccurs: 0, maxOccurs: 'unbounded' as const }),
        level: input({ type: 'integer', default: 3 }),
      },
    },
    { id: 'ships' },
    { id: 'clouds' },
  ];

  test('lists processes page by page, by the links alone', async () => {
    const list = (n: number) => Array.from({ length: 100 }, (_, i) => ({ id: `p-${n}-${i}` }));
    const { provider } = await openTold((request) =>
      request.endsWith('?limit=100')
        ? { body: { processes: list(0), links: [{ rel: 'next', href: 'http://inside.example/processes?page=2' }] } }
        : { body: { processes: list(1) } },
    );
    const first = await provider.catalogue?.list(undefined, freely);
    if (first?.kind !== 'page') throw new Error('no page');
    expect(first).toMatchObject({ next: '/processes?page=2' });
    expect(await provider.catalogue?.list(first.next, freely)).toMatchObject({ kind: 'page', next: undefined });
    expect(await provider.catalogue?.list('//127.0.0.1:9/x', freely)).toMatchObject({ kind: 'rejected' });
  });

  test('describes what a process takes', async () => {
    const { provider } = await openServer({ processes });
    expect(await provider.catalogue?.describe('vessels', freely)).toMatchObject({
      process: {
        title: 'Vessels',
        inputs: [
          { name: 'image', required: true, type: 'string', description: 'Where to look' },
          { name: 'area', required: true, type: 'object' },
          { name: 'threshold', required: false, type: 'number' },
          { name: 'bands', required: false },
          { name: 'level', required: false, type: 'integer' },
        ],
      },
    });
  });

  const good = { image: 'i', area: '{{zone.geom}}' };
  test.each<[string, Parameters<typeof sampleTask>[1], string[]]>([
    ['with all that it must have', good, []],
    ['with values by reference', { ...good, image: { href: 'https://x.example/i.tif' } }, []],
    ['with a qualified value', { ...good, threshold: { value: 1 } }, []],
    ['with several of what may be repeated', { ...good, bands: ['red', 'blue'] }, []],
    ['with one of them wrong', { ...good, bands: ['red', 7] }, ['inputs.bands']],
    ['without an input that it must have', { image: 'i' }, ['inputs.area']],
    ['with one that it does not have', { ...good, colour: 'red' }, ['inputs.colour']],
    ['with one of another type', { ...good, image: 5 }, ['inputs.image']],
    ['with a bound met that is excluded, as in OpenAPI 3.0', { ...good, threshold: 0 }, ['inputs.threshold']],
  ])('checks a task %s, before ZOO would run it for ever', async (_, inputs, paths) => {
    const { provider, sim } = await openServer({ preset: 'zoo', processes });
    const answer = await provider.catalogue?.check(sampleTask(0, inputs), freely);
    expect(answer?.kind === 'unfit' ? answer.problems.map(({ path }) => path) : []).toEqual(paths);
    expect(sim.jobs()).toEqual([]);
  });

  test.each([
    ['a pattern that would take for ever', { type: 'string', pattern: '^(a+)+$' }],
    ['a reference to elsewhere', { $ref: 'https://geojson.org/schema/Polygon.json' }],
    ['null where that is allowed', { type: 'string', nullable: true }],
  ])('leaves a schema alone that holds %s', async (_, schema) => {
    const body = { id: 'vessels', inputs: { image: { schema } } };
    const { provider } = await openTold(() => ({ body }));
    const value = 'nullable' in schema ? null : `${'a'.repeat(40)}b`;
    expect(await provider.catalogue?.check(sampleTask(0, { image: value }), freely)).toEqual({ kind: 'fits' });
  });

  test('a process that is not there is unfit, one that tells no inputs fits', async () => {
    const { provider, sim } = await openServer({ processes: [{ id: 'ships' }] });
    expect(await provider.catalogue?.check(sampleLaunch().task, freely)).toMatchObject({
      kind: 'unfit',
      problems: [{ path: 'id' }],
    });
    sim.setFaults([{ on: 'describe', do: 'reply', status: 200, body: { id: 'vessels' } }]);
    expect(await provider.catalogue?.check(sampleLaunch().task, freely)).toEqual({ kind: 'fits' });
  });
});
