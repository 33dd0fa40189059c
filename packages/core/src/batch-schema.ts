import { z } from 'zod';
import type { JsonObject } from './json-value.ts';
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

const inputs = z
  .record(z.string(), z.unknown(), 'an object of inputs by name')
  .describe('What the process is given. Texts in it may have placeholders such as {{zone.geom | bbox}}.');
const graph = 'a process graph: an object of nodes by id';
const processGraph = z
  .record(z.string(), z.unknown(), graph)
  .refine((nodes) => Object.keys(nodes).length > 0, graph)
  .describe('For openEO: the process graph, whose texts may have placeholders such as {{zone.geom | extent}}.');

const freeInputs = processSchema.extend({
  dataset_id: text.nullish(),
  project_id: text.nullish(),
  inputs: inputs.nullish(),
  process_graph: processGraph.nullish(),
});
/** A process that says itself what it is given: no dataset, no project and no image are needed for it. */
export const processWithInputsSchema = freeInputs.refine((process) => !(process.inputs && process.process_graph), {
  message: 'inputs or process_graph, not both',
  path: ['process_graph'],
});

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

/** Where no process of the batch needs an image. */
export const zoneWithoutImageSchema = zoneSchema.extend({
  image_id: text.nullish().describe('The image the process runs on; needed where a process has no inputs.'),
});

const integer = 'an integer from -100 to 100';
const dateTime = 'a date and time with an offset, such as 2027-03-01T06:00:00+01:00';
const moment = z.union([z.iso.datetime({ offset: true }), z.iso.datetime({ offset: true, precision: -1 })], dateTime);
const nonEmptyList = 'a non-empty list';

/** For editors: a file's own processes are checked by the one schema that is meant. */
const anyProcess = z.union([
  processSchema,
  freeInputs.omit({ process_graph: true }).extend({ inputs }),
  freeInputs.omit({ inputs: true }).extend({ process_graph: processGraph }),
]);

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
    processes: z.array(anyProcess, nonEmptyList).min(1, nonEmptyList).describe('What to run on every zone.'),
    zones: z
      .array(zoneWithoutImageSchema, nonEmptyList)
      .min(1, nonEmptyList)
      .describe('Where every process is to run.'),
  },
  'an object with "processes" and "zones"',
);

/** The batch file around its lists, whose items are checked one by one: a file full of faults must fit in memory. */
export const batchFrameSchema = batchSchema.extend({
  processes: z.array(z.unknown(), nonEmptyList).min(1, nonEmptyList),
  zones: z.array(z.unknown(), nonEmptyList).min(1, nonEmptyList),
});

export function processOf(item: z.infer<typeof processSchema | typeof processWithInputsSchema>): Process {
  const process: Process = {
    id: item.id,
    name: item.name,
    datasetId: item.dataset_id ?? '',
    projectId: item.project_id ?? '',
    provider: item.provider ?? undefined,
  };
  if ('inputs' in item && item.inputs) process.inputs = item.inputs as JsonObject;
  if ('process_graph' in item && item.process_graph) process.processGraph = item.process_graph as JsonObject;
  return process;
}

/** Keys of which a zone holds what the file says as it is, or for which a template has no use. */
const heldAsWritten = ['id', 'image_id', 'image_2_id', 'location', 'geom'];

/** @param named the keys of zones that placeholders of the batch name */
export function zoneOf(item: z.infer<typeof zoneWithoutImageSchema>, named: ReadonlySet<string>): Zone {
  const zone: Zone = {
    id: item.id ?? undefined,
    imageId: item.image_id ?? '',
    image2Id: item.image_2_id ?? undefined,
    location: item.location,
    project: item.project == null ? undefined : String(item.project),
    geom: { type: 'Polygon', coordinates: item.geom.coordinates as number[][][] },
  };
  const extras = [...named].filter((key) => !heldAsWritten.includes(key)).sort();
  if (extras.length === 0) return zone;
  // Of the file's own object, which has a key __proto__ as any other.
  return { ...zone, extras: Object.fromEntries(extras.map((key) => [key, (item as JsonObject)[key] ?? null])) };
}

/** The JSON Schema of batch files, for editors (schemas/batch.schema.json). */
export function batchJsonSchema(): object {
  const withInputs = ['inputs', 'process_graph'].map((key) => ({
    properties: { [key]: { type: 'object' } },
    required: [key],
  }));
  const needsImages = {
    if: { properties: { processes: { contains: { not: { anyOf: withInputs } } } } },
    // biome-ignore lint/suspicious/noThenProperty: the word of JSON Schema
    then: { properties: { zones: { items: { required: ['image_id'] } } } },
  };
  return { title: 'Nightpass batch file', ...z.toJSONSchema(batchSchema, { io: 'input' }), ...needsImages };
}
