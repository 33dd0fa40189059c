import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Fault } from './batch.ts';
import { formatFault } from './fault.ts';
import { readBatch } from './read-batch.ts';

const fixture = (path: string) => readFileSync(new URL(`../fixtures/batches/${path}.json`, import.meta.url));

function refused(file: Uint8Array | string): { faults: Fault[]; faultCount: number } {
  const reading = readBatch(file);
  if (reading.ok) throw new Error('the file was accepted');
  return reading;
}
const told = (file: Uint8Array | string) => refused(file).faults.map(formatFault);

const process = { id: 'p', name: 'n', dataset_id: 'd', project_id: 'j' };
const ring = [[1, 2], [3, 2], [3, 4], [1, 2]]; // biome-ignore format: one ring
const zone = { image_id: 'i', location: 'l', geom: { type: 'Polygon', coordinates: [ring] } };

const harbour = [[-4.52, 48.36], [-4.45, 48.36], [-4.45, 48.39], [-4.52, 48.39], [-4.52, 48.36]]; // biome-ignore format: one ring

test('a file in the plain format is read whole, and what it leaves out is undefined', () => {
  expect(readBatch(fixture('valid/without-id-and-project'))).toEqual({
    ok: true,
    contentHash: expect.stringMatching(/^[0-9a-f]{64}$/),
    batch: {
      name: undefined,
      provider: undefined,
      priority: 0,
      deadlineMs: undefined,
      processes: [
        {
          id: '3f1c0f52-7a61-4f0e-9a55-0c1d2e3f4a01',
          name: 'Vessel count',
          datasetId: '3f1c0f52-7a61-4f0e-9a55-0c1d2e3f4b01',
          projectId: '3f1c0f52-7a61-4f0e-9a55-0c1d2e3f4c01',
          provider: undefined,
        },
      ],
      zones: [
        {
          id: undefined,
          imageId: 'a1b2c3d4e5f60718293a4b5c6d7e8f9001020304',
          image2Id: undefined,
          location: 'Rade de Brest',
          project: undefined,
          geom: {
            type: 'Polygon',
            coordinates: [harbour],
          },
        },
      ],
    },
  });
});

test('the optional keys are read: provider, name, priority, and the deadline as Unix milliseconds', () => {
  expect(readBatch(fixture('valid/optional-keys'))).toMatchObject({
    batch: {
      name: 'Brest tonight',
      provider: 'airbus',
      priority: -5,
      deadlineMs: Date.UTC(2027, 2, 1, 5),
      processes: [{ provider: 'insula' }],
    },
  });
});

test('two zones of one location and two processes of one name stay two', () => {
  const reading = readBatch(fixture('valid/two-by-three-same-names'));
  expect(reading.ok && [reading.batch.processes.length, reading.batch.zones.length]).toEqual([2, 3]);
});

test('null is the same as absent for every optional key', () => {
  const absent = readBatch(JSON.stringify({ processes: [process], zones: [zone] }));
  const nulls = { name: null, provider: null, priority: null, deadline: null };
  const processes = [{ ...process, provider: null }];
  const zones = [{ ...zone, id: null, project: null, image_2_id: null }];
  expect(readBatch(JSON.stringify({ ...nulls, processes, zones }))).toEqual(absent);
});

test('a byte order mark at the beginning of a text is no part of it', () => {
  const text = JSON.stringify({ processes: [process], zones: [zone] });
  expect(readBatch(`\ufeff${text}`)).toEqual(readBatch(text));
});

test('a key that looks misspelt is left alone where the right one is there as well', () => {
  const extra = { provider: 'airbus', providers: ['airbus', 'insula'], processes: [process], zones: [zone] };
  expect(readBatch(JSON.stringify(extra))).toMatchObject({ batch: { provider: 'airbus' } });
});

test.each([
  ['an altitude at its end only', [[1, 2], [3, 2], [3, 4], [1, 2, 5]], ['zones[0].geom.coordinates[0][3]']], // biome-ignore format: one ring
  ['too few positions, and not closed', [[1, 2], [3, 2], [3, 4]], ['zones[0].geom.coordinates[0]']], // biome-ignore format: one ring
])('a ring with %s has one fault', (_what, positions, faultPaths) => {
  const zones = [{ ...zone, geom: { type: 'Polygon', coordinates: [positions] } }];
  const { faults } = refused(JSON.stringify({ processes: [process], zones }));
  expect(faults.map((fault) => fault.path)).toEqual(faultPaths);
});

test('keys that the format does not name are kept out', () => {
  const extra = {
    processes: [{ ...process, a: 1 }],
    zones: [{ ...zone, b: 2, geom: { ...zone.geom, bbox: [] } }],
    c: 3,
  };
  expect(readBatch(JSON.stringify(extra))).toEqual(readBatch(JSON.stringify({ processes: [process], zones: [zone] })));
});

test('all faults of a file are told at once, in the order of the file', () => {
  const text = `{
  "zones": [
    { "image_id": " ", "geom": { "type": "Point" }, "location": 7 },
    { "image_id": "i", "location": "l", "geom": { "type": "Polygon", "coordinates": [[[200, 1], [1, 91], [3]]] } },
  ],
  "priority": 1000, // soon
  "processes": [{ "id": "p", "name": "n", "name": "m", "project_id": null }]
}`;
  expect(told(text)).toEqual([
    'line 3, column 19, zones[0].image_id: found the string " ", expected a non-blank string',
    'line 3, column 32, zones[0].geom: found a Point, expected a Polygon',
    'line 3, column 65, zones[0].location: found the number 7, expected a non-blank string: put the number in quotes',
    'line 4, column 86, zones[1].geom.coordinates[0]: found a list of 3, expected a ring of at least 4 positions',
    'line 4, column 88, zones[1].geom.coordinates[0][0][0]: found the number 200, expected a longitude from -180 to 180',
    'line 4, column 101, zones[1].geom.coordinates[0][1][1]: found the number 91, expected a latitude from -90 to 90 (longitude comes first)',
    'line 4, column 106, zones[1].geom.coordinates[0][2]: found [3], expected a position: [longitude, latitude] or [longitude, latitude, altitude]',
    'line 4, column 115, zones: found a comma after the last item, expected no comma there',
    'line 6, column 15, priority: found the number 1000, expected an integer from -100 to 100',
    'line 6, column 21: found a comment, expected JSON without comments',
    'line 7, column 17, processes[0].dataset_id: found nothing, expected a non-blank string',
    'line 7, column 43, processes[0].name: found the key "name" again, expected each key once (it is on line 7 already)',
    'line 7, column 70, processes[0].project_id: found null, expected a non-blank string',
  ]);
});

test('bytes that are not UTF-8 are told line by line, with the faults of the rest', () => {
  const bytes = Buffer.concat([
    Buffer.from('{\n"name": "S'),
    Buffer.from([0xe8]),
    Buffer.from('te",\n"provider": "",\n"zones": ["é \ufffd \u{1F600} '),
    Buffer.from([0x80, 0xff]),
    Buffer.from('"],\n"processes": []}'),
  ]);
  expect(told(bytes)).toEqual([
    'line 2, column 11: found the byte 0xE8 (è in Windows-1252), expected UTF-8 text: save the file as UTF-8',
    'line 3, column 13, provider: found the string "", expected a non-blank string',
    'line 4, column 11, zones[0]: found the string "é \ufffd \u{1F600} \ufffd\ufffd", expected an object with image_id, location and geom',
    'line 4, column 19: found the byte 0x80, expected UTF-8 text: save the file as UTF-8',
    'line 5, column 14, processes: found an empty list, expected a non-empty list',
  ]);
});

test('U+FFFD in good UTF-8 is text like any other', () => {
  expect(readBatch(JSON.stringify({ processes: [process], zones: [{ ...zone, location: 'L\ufffd' }] })).ok).toBe(true);
});

test('of a file full of faults, the first hundred are told and all are counted', () => {
  const zones = Array.from({ length: 150 }, () => ({ ...zone, image_id: '', location: null }));
  const processes = Array.from({ length: 150 }, () => ({ ...process, id: '' }));
  const { faults, faultCount } = refused(JSON.stringify({ zones, processes, priority: 'high' }, null, 1));
  expect(faultCount).toBe(451);
  expect(faults.length).toBe(100);
  expect(faults.at(-1)?.path).toBe('zones[49].location');
});

test('a fault after thousands of good zones has its place', () => {
  const zones = Array.from({ length: 5000 }, (_, index) => (index === 4321 ? { ...zone, location: '' } : zone));
  const text = JSON.stringify({ processes: [process], zones }).replaceAll('{"image_id"', '\n{"image_id"');
  expect(told(text)).toEqual([
    'line 4323, column 28, zones[4321].location: found the string "", expected a non-blank string',
  ]);
});

test.each(['2027-03-01T06:00Z', '2027-03-01T06:00:00.123456789+05:30', '2028-02-29T23:59:59-11:00'])(
  '%s is a deadline',
  (deadline) => {
    const reading = readBatch(JSON.stringify({ deadline, processes: [process], zones: [zone] }));
    expect(reading.ok && reading.batch.deadlineMs).toBe(Date.parse(deadline));
    expect(Date.parse(deadline)).toBeGreaterThan(0);
  },
);

test.each(['2027-03-01', '2027-02-29T06:00:00Z', '2027-03-01T25:00:00Z', 'tomorrow', '', 1_800_000_000])(
  '%j is no deadline',
  (deadline) => {
    expect(refused(JSON.stringify({ deadline, processes: [process], zones: [zone] })).faults).toMatchObject([
      { path: 'deadline' },
    ]);
  },
);

test('priorities reach from -100 to 100', () => {
  const ok = (priority: number) => readBatch(JSON.stringify({ priority, processes: [process], zones: [zone] })).ok;
  expect([-101, -100, 0, 100, 101, 0.5].map(ok)).toEqual([false, true, true, true, false, false]);
});

const good = fixture('valid/two-by-three-same-names');
const edit = fc.record({ at: fc.nat(good.length), cut: fc.nat(40), put: fc.uint8Array({ maxLength: 6 }) });
const edited = fc
  .array(edit, { minLength: 1, maxLength: 4 })
  .map((edits) =>
    edits.reduce((old, { at, cut, put }) => Buffer.concat([old.subarray(0, at), put, old.subarray(at + cut)]), good),
  );

test('whatever happens to the bytes of a file, it is read or refused with places, and nothing throws', () => {
  fc.assert(
    fc.property(fc.oneof(edited, fc.uint8Array({ maxLength: 200 })), (bytes) => {
      const reading = readBatch(bytes);
      if (reading.ok) return;
      const { faults, faultCount } = reading;
      expect(faults.length).toBe(Math.min(faultCount, 100));
      expect(faults.length).toBeGreaterThan(0);
      const lines = Buffer.from(bytes)
        .toString('utf8')
        .split(/\r\n|\r|\n/).length;
      for (const { line, column, found, expected } of faults) {
        expect(line).toBeGreaterThanOrEqual(1);
        expect(line).toBeLessThanOrEqual(lines);
        expect(column).toBeGreaterThanOrEqual(1);
        expect(found && expected).toBeTruthy();
      }
    }),
    { numRuns: 2000 },
  );
});

/** Every path to a value the format names, in a batch of two by two. */
const paths = [0, 1].flatMap((index) => [
  ...['id', 'name', 'dataset_id', 'project_id'].map((key) => ['processes', index, key]),
  ...['image_id', 'location', 'geom'].map((key) => ['zones', index, key]),
  ['zones', index, 'geom', 'coordinates', 0, 2, 1],
]);

test('wherever a wrong value stands, and however the file is laid out, its place is where the value begins', () => {
  const indent = fc.constantFrom('', ' ', '\t', '    ');
  fc.assert(
    fc.property(fc.constantFrom(...paths), fc.constantFrom(null, false, {}, []), indent, (path, wrong, space) => {
      const batch: Record<string, unknown> = structuredClone({ zones: [zone, zone], processes: [process, process] });
      const parent = path.slice(0, -1).reduce<unknown>((value, key) => value?.[key as keyof typeof value], batch);
      // A marker that no other value has: the fault must point at it.
      Object.assign(parent as object, { [path.at(-1) as string]: '\u0001' });
      const text = JSON.stringify(batch, null, space).replace('"\\u0001"', `${JSON.stringify(wrong)}`);
      const marked = JSON.stringify(batch, null, space).split('"\\u0001"')[0]?.split('\n') ?? [];
      const { faults } = refused(text);
      expect(faults[0]).toMatchObject({ line: marked.length, column: (marked.at(-1)?.length ?? 0) + 1 });
    }),
  );
});
