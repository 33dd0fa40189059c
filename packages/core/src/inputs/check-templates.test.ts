import { expect, test } from 'vitest';
import { formatFault } from '../fault.ts';
import type { JsonValue } from '../json-value.ts';
import { readBatch } from '../read-batch.ts';
import { costOf, goodMegabyteMs } from '../test-yardstick.ts';

const ring = [[3, 43], [4, 43], [4, 44.5], [3, 43]]; // biome-ignore format: one ring
const zone = { image_id: 'i', location: 'Sète', geom: { type: 'Polygon', coordinates: [ring] } };
const plain = { id: 'p', name: 'n', dataset_id: 'd', project_id: 'j' };
const process = (inputs: JsonValue) => ({ id: 'p', name: 'n', inputs });

function told(processes: unknown[], zones: unknown[] = [zone]): string[] {
  const reading = readBatch(JSON.stringify({ processes, zones }));
  return reading.ok ? [] : reading.faults.map(({ path, found, expected }) => `${path}: ${found}, not ${expected}`);
}
const shape = 'a placeholder such as {{zone.image_id}} or {{zone.geom | wkt}}; {{{{ stands for {{';

test.each([
  ['{{}}', shape],
  ['{{zone}}', shape],
  ['{{zone.geom', shape],
  ['{{{zone.geom}}', 'a placeholder of zone, process, batch, task, such as {{zone.image_id}}'],
  ['{{zone.geom.coordinates}}', shape],
  ['{{zone.a b}}', shape],
  [`{{zone.${'a'.repeat(200)}}}`, shape],
  [`{{${'a'.repeat(400)}}}`, shape],
  ['{{Zone.geom}}', 'a placeholder of zone, process, batch, task, such as {{zone.image_id}}'],
  ['{{__proto__.geom}}', 'a placeholder of zone, process, batch, task, such as {{zone.image_id}}'],
  ['{{process.provider}}', '{{process.id}}, {{process.name}}, {{process.dataset_id}}, {{process.project_id}}'],
  ['{{process.dataset_id}}', 'a process that has dataset_id as text'],
  ['{{batch.name}}', '{{batch.id}}'],
  ['{{batch.id | date}}', 'a value that the filter takes: a date such as 2027-03-01 or 2027-03-01T10:30:00Z'],
  [
    '{{zone.geom | }}',
    'a filter that there is: wkt, bbox, extent, west, south, east, north, date, year, month, day, json',
  ],
  ['{{zone.geom | toString}}', expect.stringContaining('a filter that there is: wkt')],
  ['{{zone.geom | bbox | wkt}}', 'a value that the filter takes: a Polygon'],
  ['{{zone.geom | json | json | json | json | json}}', 'at most 4 filters'],
  ['{{zone.__proto__}}', 'a key that the zones have, such as image_id, location, geom'],
  ['{{zone.toString}}', 'a key that the zones have, such as image_id, location, geom'],
])('%s is a fault at its place', (text, expected) => {
  const reading = readBatch(JSON.stringify({ zones: [zone], processes: [process({ a: ['ok', { b: `x ${text}` }] })] }));
  if (reading.ok) throw new Error('it was accepted');
  expect(reading.faults).toEqual([
    expect.objectContaining({ path: 'processes[0].inputs.a[1].b', line: 1, column: expect.any(Number), expected }),
  ]);
  expect(reading.faults[0]?.found.length).toBeLessThan(80);
});

test('a key that no zone has is told once; one that some lack is told at each of those, with their other faults', () => {
  const zones = [zone, { ...zone, when: 'today' }, { ...zone, location: '', when: null }];
  expect(told([process({ a: '{{zone.wen}}', b: '{{zone.when}} {{zone.when | date}}' })], zones)).toEqual([
    'processes[0].inputs.a: "{{zone.wen}}", not a key that the zones have, such as image_id, location, geom',
    'zones[0].when: nothing, not a value, since processes[0].inputs.b has {{zone.when}}',
    expect.stringMatching(
      /^zones\[1\]\.when: the string "today", not a date such as .*, for \{\{zone\.when \| date\}\}/,
    ),
    'zones[2].location: the string "", not a non-blank string',
    'zones[2].when: null, not a value, since processes[0].inputs.b has {{zone.when}}',
  ]);
});

test('an image is required of the zones as soon as one process has neither inputs nor a graph', () => {
  const { image_id: _, ...bare } = zone;
  expect(told([process({})], [bare])).toEqual([]);
  expect(told([{ ...process({}), inputs: undefined, process_graph: { n: {} } }], [bare])).toEqual([]);
  expect(told([process({}), plain], [bare])).toEqual(['zones[0].image_id: nothing, not a non-blank string']);
  expect(told([process({ a: '{{zone.image_id}}' })], [bare])).toEqual([
    'zones[0].image_id: nothing, not a value, since processes[0].inputs.a has {{zone.image_id}}',
  ]);
  expect(told([process({})], [{ ...bare, image_id: ' ' }])).toEqual([
    'zones[0].image_id: the string " ", not a non-blank string',
  ]);
});

test('what is null is absent: the process is one without inputs', () => {
  expect(told([{ ...plain, inputs: null, process_graph: null }])).toEqual([]);
  expect(told([{ ...process({}), process_graph: null }])).toEqual([]);
  expect(told([{ id: 'p', name: 'n', inputs: null }])).toHaveLength(2);
});

test.each([
  ['Inputs', 'inputs'],
  ['input', 'inputs'],
  ['in_puts', undefined],
  ['input_schema', undefined],
  ['processGraph', 'process_graph'],
  ['process-graph', 'process_graph'],
  ['process_grap', 'process_graph'],
])('%s at a process is taken for %s', (key, meant) => {
  expect(told([{ ...plain, [key]: {} }])).toEqual(
    meant === undefined
      ? []
      : [`processes[0].${key.includes('-') ? `["${key}"]` : key}: the key "${key}", not "${meant}"`].map((text) =>
          text.replace('.[', '['),
        ),
  );
});

test('of a zone, what the templates name is kept as it is written, and nothing else', () => {
  const extra = { acquired: '2027-03-01', cloud: { percent: 3 }, project: 12, unused: 'x' };
  const inputs = { a: '{{zone.acquired | date}}', b: '{{zone.cloud}}', c: '{{zone.project}}', d: '{{zone.location}}' };
  const reading = readBatch(JSON.stringify({ processes: [process(inputs)], zones: [{ ...zone, ...extra }] }));
  expect(reading.ok && reading.batch.zones[0]?.extras).toEqual({
    acquired: '2027-03-01',
    cloud: { percent: 3 },
    project: 12,
  });
  const without = readBatch(
    JSON.stringify({ processes: [process({ d: '{{zone.location}}' })], zones: [{ ...zone, ...extra }] }),
  );
  expect(without.ok && 'extras' in (without.batch.zones[0] ?? {})).toBe(false);
});

test('inputs that a few keys would blow up are refused, with what they would come to', () => {
  const many = Array.from({ length: 4000 }, () => '{{zone.note}}');
  const zones = [
    { ...zone, note: 'x' },
    { ...zone, note: 'y'.repeat(5000) },
  ];
  expect(told([process({ many })], zones)).toEqual([
    'processes[0].inputs: about 20 MiB once its placeholders are filled, not at most 16 MiB',
  ]);
  expect(told([process({ many: many.slice(0, 1000) })], zones)).toEqual([]);
});

test('more different placeholders of zones than a person writes are refused', () => {
  const keys = Array.from({ length: 120 }, (_, i) => `k${i}`);
  const wide = { ...zone, ...Object.fromEntries(keys.map((key) => [key, 1])) };
  const inputs = Object.fromEntries(keys.map((key) => [key, `{{zone.${key}}}`]));
  const faults = told([process(inputs)], [wide]);
  expect(faults).toHaveLength(20);
  expect(faults[0]).toBe('processes[0].inputs.k100: "{{zone.k100}}", not at most 100 different placeholders of zones');
});

const megabyte = 1024 ** 2;
test.each<[string, JsonValue]>([
  ['a megabyte of open braces', '{'.repeat(megabyte)],
  ['a megabyte of pairs that never close', '{{zone.id '.repeat(megabyte / 10)],
  ['a megabyte of literal braces', '{{{{ '.repeat(megabyte / 5)],
  ['a megabyte of placeholders', '{{zone.id}}'.repeat(megabyte / 11)],
  ['a megabyte of filters', `{{zone.id${'|json'.repeat(megabyte / 5)}}}`],
  ['fifty levels of lists', Array.from({ length: 50 }).reduce<JsonValue>((inner) => [inner, '{{zone.id'], '{{')],
])('%s: read or refused, and not slowly', (_what, template) => {
  const file = JSON.stringify({ processes: [process({ a: template })], zones: [{ ...zone, id: 1 }] });
  const { ms, result: reading } = costOf(() => readBatch(file));
  expect(ms).toBeLessThan(20 * goodMegabyteMs());
  if (!reading.ok) for (const fault of reading.faults) expect(formatFault(fault).length).toBeLessThan(600);
});
