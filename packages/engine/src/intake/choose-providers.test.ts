import { type BatchContent, readBatch } from '@nightpass/core';
import { expect, test } from 'vitest';
import { chooseProviders, type ProviderRules } from './choose-providers.ts';

const rules: ProviderRules = {
  known: ['airbus', 'insula', 'openeo'],
  default: 'airbus',
  takes: { airbus: 'images', insula: 'inputs', openeo: 'inputs-or-graph' },
};
const images = { id: 'p', name: 'n', dataset_id: 'd', project_id: 'j' };
const inputs = { id: 'p', name: 'n', inputs: { area: '{{zone.geom | wkt}}' } };
const graph = { id: 'p', name: 'n', process_graph: { load: {} } };
const zones = [
  {
    image_id: 'i',
    location: 'l',
    geom: { type: 'Polygon', coordinates: [[[1, 2], [3, 2], [3, 4], [1, 2]]] }, // biome-ignore format: one ring
  },
];

function choose(processes: object[], more: object = {}, with_ = rules) {
  const text = JSON.stringify({ ...more, processes, zones }, null, 2);
  const reading = readBatch(text);
  if (!reading.ok) throw new Error(JSON.stringify(reading.faults));
  const content: BatchContent = reading.batch;
  return chooseProviders(content, with_, undefined, Buffer.from(text));
}

test('each process goes to a provider that takes what it brings', () => {
  const processes = [
    images,
    { ...inputs, provider: 'insula' },
    { ...inputs, provider: 'openeo' },
    { ...graph, provider: 'openeo' },
  ];
  expect(choose(processes)).toEqual({ ok: true, providers: ['airbus', 'insula', 'openeo', 'openeo'] });
});

test.each([
  [
    'inputs on a provider of images',
    { ...inputs, provider: 'airbus' },
    6,
    17,
    'inputs',
    'an object',
    'no inputs: it runs on images, by dataset_id and project_id (provider airbus); or as its provider insula or openeo',
  ],
  [
    'a graph on the default, which takes images',
    graph,
    6,
    24,
    'process_graph',
    'an object',
    'no inputs: it runs on images, by dataset_id and project_id (provider airbus); or as its provider openeo',
  ],
  [
    'no inputs where they are needed',
    { ...images, provider: 'insula' },
    3,
    5,
    'inputs',
    'nothing',
    'inputs, an object of them by name (it may be empty) (provider insula); or as its provider airbus',
  ],
  [
    'a graph where inputs are needed',
    { ...graph, provider: 'insula' },
    6,
    24,
    'process_graph',
    'an object',
    'inputs, an object of them by name (it may be empty) (provider insula); or as its provider openeo',
  ],
  [
    'neither where one is needed',
    { ...images, provider: 'openeo' },
    3,
    5,
    'inputs',
    'nothing',
    'inputs or process_graph (provider openeo); or as its provider airbus',
  ],
])('%s: a fault with its place', (_what, process, line, column, key, found, expected) => {
  const { provider, ...rest } = process as { provider?: string };
  const ordered = { ...rest, ...(provider === undefined ? {} : { provider }) };
  expect(choose([ordered])).toEqual({
    ok: false,
    faults: [{ line, column, path: `processes[0].${key}`, found, expected }],
  });
});

test('a provider of which nothing is said takes images', () => {
  const { takes: _, ...unsaid } = rules;
  expect(choose([images], {}, unsaid).ok).toBe(true);
  expect(choose([inputs], {}, unsaid).ok).toBe(false);
});

test('a provider that is not there is told first, and alone', () => {
  expect(choose([inputs], { provider: 'insola' })).toMatchObject({
    ok: false,
    faults: [{ path: 'provider', found: 'the string "insola"' }],
  });
});
