import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { BatchContent } from './batch.ts';
import { batchIdOf, contentHashOf } from './batch-id.ts';
import { readBatch } from './read-batch.ts';
import { parseTaskId, taskIdOf } from './task.ts';

const valid = new URL('../fixtures/batches/valid/', import.meta.url);

function hashOf(file: Uint8Array | string): string {
  const reading = readBatch(file);
  if (!reading.ok) throw new Error(JSON.stringify(reading.faults));
  return reading.contentHash;
}

const plain = readFileSync(new URL('one-by-one.json', valid));

// If this fails, every file ever accepted would be launched again as a new batch.
test('the hash of a known content never changes', () => {
  expect(hashOf(plain)).toBe('941adbd545c6d5f3cb5f8e0e74453d140d28bd18894e158c6652d0b06099ed8b');
});

test.each([
  'byte-order-mark',
  'crlf-line-ends',
  'other-key-order-one-line',
  'escaped-letters',
  'null-second-image',
  'unknown-keys',
])('a file with %s means the same batch', (name) => {
  expect(hashOf(readFileSync(new URL(`${name}.json`, valid)))).toBe(hashOf(plain));
});

test('numbers and times written in another way mean the same batch', () => {
  const text = plain.toString();
  expect(hashOf(text.replace('48.36', '48.360').replace('48.39', '4839e-2'))).toBe(hashOf(plain));
  const withDeadline = (deadline: string) => hashOf(text.replace('{', `{ "priority": 0, "deadline": "${deadline}",`));
  expect(withDeadline('2027-03-01T06:00:00+01:00')).toBe(withDeadline('2027-03-01T05:00Z'));
});

const content: BatchContent = {
  name: 'Tonight',
  provider: 'airbus',
  priority: 1,
  launchByMs: 1_790_000_000_000,
  deadlineMs: 1_800_000_000_000,
  processes: [{ id: 'p', name: 'n', datasetId: 'd', projectId: 'j', provider: 'openeo' }],
  zones: [
    {
      id: 1,
      imageId: 'i',
      image2Id: 'k',
      location: 'l',
      project: 'm',
      geom: { type: 'Polygon', coordinates: [[[0, 0], [1, 0], [1, 1], [0, 0]]] }, // biome-ignore format: one ring
    },
  ],
};

/** Every text and number of the content, each as a function that changes it. */
function changes(value: object): ((copy: object) => void)[] {
  return Object.entries(value).flatMap(([key, inner]) => {
    const into = (change: (copy: object) => void) => (copy: object) => change(copy[key as keyof typeof copy]);
    if (typeof inner === 'object') return changes(inner).map(into);
    return [(copy: object) => void Object.assign(copy, { [key]: typeof inner === 'number' ? inner + 7 : `${inner}x` })];
  });
}

test('anything else that the batch says makes another hash', () => {
  const hashes = new Set([contentHashOf(content)]);
  // The polygon's type has one value only.
  const all = changes(content).filter((change) => {
    const copy = structuredClone(content);
    change(copy);
    return copy.zones[0]?.geom.type === 'Polygon';
  });
  for (const change of all) {
    const copy = structuredClone(content);
    change(copy);
    hashes.add(contentHashOf(copy));
  }
  expect(all.length).toBe(23);
  expect(hashes.size).toBe(all.length + 1);
});

test('inputs, and what they name of the zones, are part of the batch; keys in another order are not', () => {
  const withInputs = (inputs: object, acquired: string) =>
    hashOf(
      JSON.stringify({
        processes: [{ id: 'p', name: 'n', inputs }],
        zones: [{ location: 'l', acquired, geom: content.zones[0]?.geom }],
      }),
    );
  const known = withInputs({ a: '{{zone.acquired}}', b: 1 }, '2027-03-01');
  expect(withInputs({ b: 1, a: '{{zone.acquired}}' }, '2027-03-01')).toBe(known);
  const others = [
    withInputs({ a: '{{zone.acquired}}', b: 2 }, '2027-03-01'),
    withInputs({ a: '{{zone.acquired}}', b: 1 }, '2027-03-02'),
    withInputs({ a: '{{zone.acquired | date}}', b: 1 }, '2027-03-01'),
    withInputs({ b: 1 }, '2027-03-01'),
  ];
  expect(new Set([known, ...others]).size).toBe(5);
  expect(withInputs({ b: 1 }, 'not named, not meant')).toBe(others[3]);
});

test('the order of zones and processes is part of the batch, since task ids count on it', () => {
  const [zone] = content.zones;
  if (!zone) throw new Error('no zone');
  const other = { ...zone, location: 'other' };
  expect(contentHashOf({ ...content, zones: [zone, other] })).not.toBe(
    contentHashOf({ ...content, zones: [other, zone] }),
  );
});

test('a batch id is short, begins with a letter, and fits in a task id', () => {
  fc.assert(
    fc.property(fc.string(), fc.option(fc.string(), { nil: undefined }), (name, again) => {
      const batchId = batchIdOf(contentHashOf({ ...content, name }), again);
      expect(batchId).toMatch(/^b[0-9a-f]{12}$/);
      const task = { batchId, processIndex: 0, zoneIndex: 12 };
      expect(parseTaskId(taskIdOf(task))).toEqual(task);
    }),
  );
});

test('the same content launched again on purpose is another batch, and each time another', () => {
  const hash = contentHashOf(content);
  const ids = [batchIdOf(hash), batchIdOf(hash, ''), batchIdOf(hash, '2'), batchIdOf(hash, '3')];
  expect(new Set(ids).size).toBe(4);
  expect(batchIdOf(hash, '2')).toBe(ids[2]);
});
