import { z } from 'zod';
import type { Process, Zone } from './task.ts';

/**
 * The batch file, as people and other tools write it. Each message says what was expected there.
 * Keys it does not name are ignored: exports carry more than is needed.
 * Optional keys may be null, as exports write them: the same as absent.
 */

const nonBlank = 'a non-blank string';
const text = z
  .string({ error: ({ input }) => (typeof input === 'number' ? `${nonBlank}: put the number in quotes` : nonBlank) })
  .regex(/\S/, nonBlank);

const longitude = 'a longitude from -180 to 180';
const latitude = 'a latitude from -90 to 90 (longitude comes first)';
const position = z.tuple(
  [
    z.number(longitude).min(-180, longitude).max(180, longitude),
    z.number(latitude).min(-90, latitude).max(90, latitude),
    z.number('an altitude in metres').optional(),
  ],
  'a position: [longitude, latitude] or [longitude, latitude, altitude]',
);

const ringSize = 'a ring of at least 4 positions';
const ring = z
  .array(position, ringSize)
  .min(4, ringSize)
  .check(({ value, issues }) => {
    const first = value[0];
    const last = value.at(-1);
    if (value.length < 4 || !first || !last) return;
    if (first.length === last.length && first.every((number, index) => number === last[index])) return;
    const message = `the first position again, ${JSON.stringify(first)}, to close the ring`;
    issues.push({ code: 'custom', message, input: last, path: [value.length - 1] });
  });

const rings = 'a non-empty list of rings';
const polygon = z
  .object({ type: z.literal('Polygon'), coordinates: z.array(ring, rings).min(1, rings) })
  .describe('GeoJSON Polygon: closed rings of [longitude, latitude] in degrees.');

export const processSchema = z.object(
  {
    id: text.describe("The platform's id of the algorithm."),
    name: text.describe("Goes into the remote job's name."),
    dataset_id: text,
    project_id: text,
    provider: text.nullish().describe('The provider that runs this process, where it is not the batch’s.'),
  },
  'an object with id, name, dataset_id and project_id',
);

const zoneId = 'a string or a number';
export const zoneSchema = z.object(
  {
    id: z
      .union([z.string(), z.number()], zoneId)
      .nullish()
      .describe("The file's own number or name of the zone; nothing relies on it."),
    image_id: text.describe('The image the process runs on.'),
    image_2_id: text.nullish().describe('The second image of a change detection.'),
    location: text.describe("Goes into the remote job's name."),
    project: z.union([z.string(), z.number()], 'a string or a number').nullish(),
    geom: z.discriminatedUnion('type', [polygon], 'a Polygon'),
  },
  'an object with image_id, location and geom',
);

const integer = 'an integer from -100 to 100';
const dateTime = 'a date and time with an offset, such as 2027-03-01T06:00:00+01:00';
const moment = z.union([z.iso.datetime({ offset: true }), z.iso.datetime({ offset: true, precision: -1 })], dateTime);
const nonEmptyList = 'a non-empty list';

export const batchSchema = z.object(
  {
    name: text.nullish().describe('What people call the batch.'),
    provider: text.nullish().describe('The provider of every process that names none itself.'),
    priority: z
      .int(integer)
      .min(-100, integer)
      .max(100, integer)
      .nullish()
      .describe('Higher is launched first; 0 unless given.'),
    launchBy: moment
      .nullish()
      .describe('No launch after this time. Seconds may be left out, the offset (or Z) may not.'),
    deadline: moment.nullish().describe('After this time nothing is launched, and what still runs is cancelled.'),
    processes: z.array(processSchema, nonEmptyList).min(1, nonEmptyList).describe('What to run on every zone.'),
    zones: z.array(zoneSchema, nonEmptyList).min(1, nonEmptyList).describe('Where every process is to run.'),
  },
  'an object with "processes" and "zones"',
);

/** The batch file around its lists, whose items are checked one by one: a file full of faults must fit in memory. */
export const batchFrameSchema = batchSchema.extend({
  processes: z.array(z.unknown(), nonEmptyList).min(1, nonEmptyList),
  zones: z.array(z.unknown(), nonEmptyList).min(1, nonEmptyList),
});

export function processOf(item: z.infer<typeof processSchema>): Process {
  return {
    id: item.id,
    name: item.name,
    datasetId: item.dataset_id,
    projectId: item.project_id,
    provider: item.provider ?? undefined,
  };
}

export function zoneOf(item: z.infer<typeof zoneSchema>): Zone {
  return {
    id: item.id ?? undefined,
    imageId: item.image_id,
    image2Id: item.image_2_id ?? undefined,
    location: item.location,
    project: item.project == null ? undefined : String(item.project),
    geom: { type: 'Polygon', coordinates: item.geom.coordinates as number[][][] },
  };
}

/** The JSON Schema of batch files, for editors (schemas/batch.schema.json). */
export function batchJsonSchema(): object {
  return { title: 'Nightpass batch file', ...z.toJSONSchema(batchSchema, { io: 'input' }) };
}
