import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { formatFault } from './fault.ts';
import { readBatch } from './read-batch.ts';

const fixtures = new URL('../fixtures/batches/', import.meta.url);

/** Each file of fixtures/batches/invalid has the one fault it is named by. */
const faultOfFile: Record<string, string> = {
  'altitude-is-null':
    'line 21, column 28, zones[0].geom.coordinates[0][1][2]: found null, expected an altitude in metres',
  'bad-escape':
    'line 15, column 25, zones[0].location: found `\\d`, expected an escape that JSON knows, such as \\n or \\\\',
  comment: 'line 10, column 3: found a comment, expected JSON without comments',
  'coordinate-is-null':
    'line 21, column 21, zones[0].geom.coordinates[0][1][1]: found null, expected a latitude from -90 to 90 (longitude comes first)',
  'coordinate-is-text':
    'line 21, column 14, zones[0].geom.coordinates[0][1][0]: found the string "-4.45", expected a longitude from -180 to 180',
  'coordinates-empty':
    'line 16, column 51, zones[0].geom.coordinates: found an empty list, expected a non-empty list of rings',
  'coordinates-missing':
    'line 16, column 15, zones[0].geom.coordinates: found nothing, expected a non-empty list of rings',
  'dataset-id-is-null': 'line 6, column 21, processes[0].dataset_id: found null, expected a non-blank string',
  'deadline-in-capitals': 'line 2, column 15, Deadline: found the key "Deadline", expected "deadline"',
  'deadline-not-a-date':
    'line 2, column 15, deadline: found the string "2027-02-30T06:00:00Z", expected a date and time with an offset, such as 2027-03-01T06:00:00+01:00',
  'deadline-without-offset':
    'line 2, column 15, deadline: found the string "2027-03-01T06:00:00", expected a date and time with an offset, such as 2027-03-01T06:00:00+01:00',
  'duplicate-key-at-top':
    'line 3, column 3, name: found the key "name" again, expected each key once (it is on line 2 already)',
  'duplicate-key-in-unknown-key':
    'line 13, column 34, zones[0].extra.a[0].b: found the key "b" again, expected each key once (it is on line 13 already)',
  'duplicate-key-in-zone':
    'line 16, column 7, zones[0].location: found the key "location" again, expected each key once (it is on line 15 already)',
  'empty-file': 'line 1, column 1: found an empty file, expected a JSON object',
  'geom-is-feature': 'line 16, column 15, zones[0].geom: found a Feature, expected a Polygon',
  'geom-is-multipolygon': 'line 16, column 15, zones[0].geom: found a MultiPolygon, expected a Polygon',
  'geom-is-null': 'line 16, column 15, zones[0].geom: found null, expected a Polygon',
  'geom-is-point': 'line 16, column 15, zones[0].geom: found a Point, expected a Polygon',
  'geom-is-wkt':
    'line 16, column 15, zones[0].geom: found the string "POLYGON ((-4.52 48.36, -4.45 48.36, -4.45 48.39, -4.52 48.3…", expected a Polygon',
  'geom-missing': 'line 11, column 5, zones[0].geom: found nothing, expected a Polygon',
  'geom-type-in-small-letters':
    'line 17, column 17, zones[0].geom.type: found the string "polygon", expected a Polygon',
  'geom-without-type': 'line 16, column 15, zones[0].geom.type: found nothing, expected a Polygon',
  'hole-not-closed':
    'line 26, column 59, zones[0].geom.coordinates[1][3]: found [-4.5,48.38], expected the first position again, [-4.5,48.37], to close the ring',
  'image-id-is-number':
    'line 13, column 19, zones[0].image_id: found the number 20240611, expected a non-blank string: put the number in quotes',
  'image-id-missing': 'line 11, column 5, zones[0].image_id: found nothing, expected a non-blank string',
  'key-without-quotes': 'line 10, column 3: found `zones`, expected a key in double quotes',
  'latin-1': 'line 15, column 30: found the byte 0xE9 (é in Windows-1252), expected UTF-8 text: save the file as UTF-8',
  'inputs-and-graph':
    'line 7, column 24, processes[0].process_graph: found an object, expected inputs or process_graph, not both',
  'inputs-is-list': 'line 6, column 17, processes[0].inputs: found a list of 1, expected an object of inputs by name',
  'inputs-misspelt': 'line 6, column 17, processes[0].Inputs: found the key "Inputs", expected "inputs"',
  'latitude-out-of-range':
    'line 21, column 21, zones[0].geom.coordinates[0][1][1]: found the number 90.5, expected a latitude from -90 to 90 (longitude comes first)',
  'leading-zero': 'line 12, column 14, zones[0].id: found `1`, expected a comma',
  'line-break-in-string': 'line 15, column 24, zones[0].location: found the end of the line, expected a closing "',
  'location-is-null': 'line 15, column 19, zones[0].location: found null, expected a non-blank string',
  'location-missing': 'line 11, column 5, zones[0].location: found nothing, expected a non-blank string',
  'longitude-out-of-range':
    'line 21, column 14, zones[0].geom.coordinates[0][1][0]: found the number -180.01, expected a longitude from -180 to 180',
  'missing-comma': 'line 6, column 7, processes[0].name: found the string "dataset_id", expected a comma',
  'missing-value': 'line 5, column 15, processes[0].name: found `,`, expected a value',
  'name-is-number':
    'line 2, column 11, name: found the number 7, expected a non-blank string: put the number in quotes',
  'not-a-number': 'line 20, column 21, zones[0].geom.coordinates[0][0][1]: found `NaN`, expected a value',
  'number-overflows':
    'line 22, column 21, zones[0].geom.coordinates[0][2][1]: found the number 1e999, expected a number below 1.8e308',
  'number-overflows-in-unknown-key':
    'line 13, column 18, zones[0].area_m2: found the number -1e999, expected a number below 1.8e308',
  'only-white-space': 'line 1, column 1: found an empty file, expected a JSON object',
  'placeholder-filter-of-another-kind':
    'line 7, column 14, processes[0].inputs.a: found "{{zone.location | wkt}}", expected a value that the filter takes: a Polygon',
  'placeholder-filter-unknown':
    'line 8, column 16, processes[0].inputs.a.b: found "{{zone.geom | geojson}}", expected a filter that there is: wkt, bbox, extent, west, south, east, north, date, year, month, day, json',
  'placeholder-key-unknown':
    'line 7, column 14, processes[0].inputs.a: found "{{zone.imageid}}", expected a key that the zones have, such as id, image_id, acquired, location, geom',
  'placeholder-not-closed':
    'line 9, column 11, processes[0].inputs.a[1]: found "{{zone.geom", expected a placeholder such as {{zone.image_id}} or {{zone.geom | wkt}}; {{{{ stands for {{',
  'placeholder-of-nothing':
    'line 7, column 14, processes[0].inputs.a: found "{{area.geom}}", expected a placeholder of zone, process, batch, task, such as {{zone.image_id}}',
  'position-is-object':
    'line 21, column 13, zones[0].geom.coordinates[0][1]: found an object, expected a position: [longitude, latitude] or [longitude, latitude, altitude]',
  'position-of-four-numbers':
    'line 21, column 13, zones[0].geom.coordinates[0][1]: found a list of 4, expected a position: [longitude, latitude] or [longitude, latitude, altitude]',
  'position-of-one-number':
    'line 21, column 13, zones[0].geom.coordinates[0][1]: found [-4.45], expected a position: [longitude, latitude] or [longitude, latitude, altitude]',
  'priority-is-fraction': 'line 2, column 15, priority: found the number 1.5, expected an integer from -100 to 100',
  'priority-is-text': 'line 2, column 15, priority: found the string "5", expected an integer from -100 to 100',
  'priority-misspelt': 'line 2, column 14, priorty: found the key "priorty", expected "priority"',
  'priority-too-high': 'line 2, column 15, priority: found the number 101, expected an integer from -100 to 100',
  'process-graph-empty':
    'line 6, column 24, processes[0].process_graph: found an empty object, expected a process graph: an object of nodes by id',
  'process-id-is-number':
    'line 4, column 13, processes[0].id: found the number 41, expected a non-blank string: put the number in quotes',
  'process-id-missing': 'line 3, column 5, processes[0].id: found nothing, expected a non-blank string',
  'process-is-text':
    'line 9, column 5, processes[1]: found the string "Vessel count", expected an object with id, name, dataset_id and project_id',
  'process-name-blank': 'line 5, column 15, processes[0].name: found the string " \\t ", expected a non-blank string',
  'process-name-empty': 'line 5, column 15, processes[0].name: found the string "", expected a non-blank string',
  'process-provider-is-object':
    'line 6, column 19, processes[0].provider: found an object, expected a non-blank string',
  'processes-empty': 'line 2, column 16, processes: found an empty list, expected a non-empty list',
  'processes-is-object': 'line 3, column 5, processes: found an object, expected a non-empty list',
  'processes-missing': 'line 1, column 1, processes: found nothing, expected a non-empty list',
  'project-id-is-list': 'line 7, column 21, processes[0].project_id: found a list of 2, expected a non-blank string',
  'provider-blank': 'line 2, column 15, provider: found the string " ", expected a non-blank string',
  'python-none': 'line 14, column 21, zones[0].image_2_id: found `None`, expected a value',
  'ring-closed-at-another-altitude':
    'line 24, column 13, zones[0].geom.coordinates[0][4]: found [-4.52,48.36], expected the first position again, [-4.52,48.36,3], to close the ring',
  'ring-empty':
    'line 16, column 52, zones[0].geom.coordinates[0]: found an empty list, expected a ring of at least 4 positions',
  'ring-is-missing-a-level':
    'line 16, column 52, zones[0].geom.coordinates[0]: found null, expected a ring of at least 4 positions',
  'ring-not-closed':
    'line 24, column 13, zones[0].geom.coordinates[0][4]: found [-4.52,48.37], expected the first position again, [-4.52,48.36], to close the ring',
  'ring-of-three-positions':
    'line 19, column 11, zones[0].geom.coordinates[0]: found a list of 3, expected a ring of at least 4 positions',
  'root-is-list': 'line 1, column 1: found a list of 1, expected an object with "processes" and "zones"',
  'root-is-null': 'line 1, column 1: found null, expected an object with "processes" and "zones"',
  'second-image-blank': 'line 15, column 21, zones[0].image_2_id: found the string "", expected a non-blank string',
  'second-image-misspelt': 'line 43, column 19, zones[0].imageId2: found the key "imageId2", expected "image_2_id"',
  'single-quotes': "line 5, column 15, processes[0].name: found `'Vessel`, expected a value",
  'tab-in-string':
    'line 15, column 24, zones[0].location: found the character U+0009, expected an escape in its place, such as \\t',
  'text-after-the-end': 'line 31, column 1: found `{`, expected the end of the file',
  'too-deep':
    'line 13, column 77, zones[0].extra[0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0]…: found a value 65 levels deep, expected at most 64 levels',
  'trailing-comma-in-list':
    'line 24, column 27, zones[0].geom.coordinates[0]: found a comma after the last item, expected no comma there',
  'trailing-comma-in-object':
    'line 7, column 59, processes[0]: found a comma after the last item, expected no comma there',
  truncated: 'line 22, column 21, zones[0].geom.coordinates[0][2][1]: found the end of the file, expected a value',
  'truncated-in-string': 'line 15, column 31, zones[0].location: found the end of the file, expected a closing "',
  'utf-16-big-endian-without-mark': 'line 1, column 1: found UTF-16 text, expected UTF-8 text: save the file as UTF-8',
  'utf-16-little-endian': 'line 1, column 1: found UTF-16 text, expected UTF-8 text: save the file as UTF-8',
  'zone-id-is-true': 'line 12, column 13, zones[0].id: found true, expected a string or a number',
  'zone-is-null': 'line 11, column 5, zones[0]: found null, expected an object with image_id, location and geom',
  'zone-lacks-a-named-key':
    'line 44, column 5, zones[1].acquired: found nothing, expected a value, since processes[0].inputs.a has {{zone.acquired}}',
  'zone-with-a-date-that-is-none':
    'line 52, column 19, zones[1].acquired: found the string "2027-02-30", expected a date such as 2027-03-01 or 2027-03-01T10:30:00Z, for {{zone.acquired | date}} of processes[0].process_graph.n.arguments.t[0]',
  'zone-with-null-for-a-named-key':
    'line 46, column 21, zones[1].image_2_id: found null, expected a value, since processes[0].inputs.a has {{zone.image_2_id}}',
  'zones-empty': 'line 10, column 12, zones: found an empty list, expected a non-empty list',
  'zones-is-null': 'line 10, column 12, zones: found null, expected a non-empty list',
  'zones-missing': 'line 1, column 1, zones: found nothing, expected a non-empty list',
};

const nameOf = (file: string) => file.replace('.json', '');

test.each(readdirSync(new URL('invalid/', fixtures)).map(nameOf))(
  'the one fault of %s is told with its place',
  (name) => {
    const reading = readBatch(readFileSync(new URL(`invalid/${name}.json`, fixtures)));
    if (reading.ok) throw new Error('the file was accepted');
    expect(reading.faults.map(formatFault)).toEqual([faultOfFile[name]]);
    expect(reading.faultCount).toBe(1);
  },
);

test('no file is missing', () => {
  expect(readdirSync(new URL('invalid/', fixtures)).map(nameOf).sort()).toEqual(Object.keys(faultOfFile).sort());
});

test.each(readdirSync(new URL('valid/', fixtures)))('%s is accepted', (file) => {
  expect(readBatch(readFileSync(new URL(`valid/${file}`, fixtures)))).toMatchObject({ ok: true });
});
