import { type BatchId, readBatch, taskIdOf } from '@nightpass/core';
import { expect, test } from 'vitest';
import { faultsOf } from './problem-faults.ts';

const file = `{
  "processes": [
    {
      "id": "p",
      "name": "P",
      "inputs": {
        "date": "{{zone.day | date}}",
        "my key": { "list": [1, "two"] }
      }
    }
  ],
  "zones": [
    { "location": "Here", "day": "2027-03-01", "geom": { "type": "Polygon", "coordinates": [[[1, 1], [2, 1], [2, 2], [1, 1]]] } }
  ]
}
`;
const bytes = new TextEncoder().encode(file);

function unfit(path: string, problem = 'is wrong') {
  const reading = readBatch(file);
  const [process, zone] = reading.ok ? [reading.batch.processes[0], reading.batch.zones[0]] : [];
  if (!process || !zone) throw new Error('the file has faults');
  const ref = { batchId: 'b0' as BatchId, processIndex: 0, zoneIndex: 0 };
  return { task: { ...ref, id: taskIdOf(ref), process, zone }, provider: 'ogc', path, problem };
}

test.each([
  ['id', 4, 13, 'processes[0].id', 'the string "p"', 'what ogc takes: is wrong'],
  ['inputs', 6, 17, 'processes[0].inputs', 'an object', 'what ogc takes: is wrong'],
  ['inputs.missing', 6, 17, 'processes[0].inputs.missing', 'nothing', 'what ogc takes: is wrong'],
  [
    'inputs["my key"].list[1]',
    8,
    33,
    'processes[0].inputs["my key"].list[1]',
    'the string "two"',
    'what ogc takes: is wrong',
  ],
  ['zone.image_id', 13, 5, 'zones[0].image_id', 'nothing', 'what ogc takes for processes[0]: is wrong'],
  ['zone.geom.type', 13, 66, 'zones[0].geom.type', 'the string "Polygon"', 'what ogc takes for processes[0]: is wrong'],
  ['', 3, 5, 'processes[0]', 'an object', 'what ogc takes: is wrong'],
  ['inputs[[[', 6, 17, 'processes[0].inputs', 'an object', 'what ogc takes: is wrong'],
])('a problem at %s is told where a person would mend it', (path, line, column, told, found, expected) => {
  expect(faultsOf([unfit(path)], bytes)).toEqual([{ line, column, path: told, found, expected }]);
});

test('a value that a zone fills in is told with the zone', () => {
  expect(faultsOf([unfit('inputs.date', 'must be a year')], bytes)).toMatchObject([
    { found: 'the string "{{zone.day | date}}"', expected: 'what ogc takes: must be a year (filled for zones[0])' },
  ]);
});

test('they come in the order of the file, each once', () => {
  const faults = faultsOf([unfit('zone.day'), unfit('inputs.x'), unfit('id'), unfit('inputs.x')], bytes);
  expect(faults.map(({ path }) => path)).toEqual(['processes[0].id', 'processes[0].inputs.x', 'zones[0].day']);
});

test('a byte order mark is no trouble', () => {
  expect(faultsOf([unfit('id')], new TextEncoder().encode(`\uFEFF${file}`))).toMatchObject([{ line: 4 }]);
});
