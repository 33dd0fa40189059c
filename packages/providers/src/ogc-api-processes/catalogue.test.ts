import { expect, test } from 'vitest';
import { freely } from '../test-call.ts';
import { sampleLaunch, sampleTask } from './sample.ts';
import { openServer, openTold } from './test-server.ts';

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
