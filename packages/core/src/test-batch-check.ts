import type { BatchContent } from './batch.ts';

/**
 * For tests: what a batch file must be, said a second time, by hand, and knowing nothing of the reader.
 * @returns what is wrong with a file that was accepted, or with what was made of it; empty where nothing is
 */
export function wrongWith(file: Uint8Array, batch: BatchContent): string[] {
  let root: unknown;
  try {
    root = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(file));
  } catch (error) {
    return [`it is no JSON in UTF-8: ${error}`];
  }
  const wrong: string[] = [];
  const must = (holds: boolean, what: string) => void (holds || wrong.push(what));
  const top = recordOf(root);
  const processes = listOf(top.processes);
  const zones = listOf(top.zones);
  must(processes.length > 0 && zones.length > 0, 'it has no process or no zone');
  must(batch.processes.length === processes.length && batch.zones.length === zones.length, 'another number of tasks');
  must(optional(top.name, isText) && optional(top.provider, isText), 'its name or provider is blank');
  must(
    optional(top.priority, (n) => Number.isInteger(n) && Math.abs(n as number) <= 100),
    'its priority',
  );
  must(batch.priority === (top.priority ?? 0), 'another priority');
  for (const [key, ms] of [
    ['deadline', batch.deadlineMs],
    ['launchBy', batch.launchByMs],
  ] as const) {
    const written = top[key] ?? undefined;
    must((written === undefined) === (ms === undefined), `its ${key} was lost or invented`);
    if (written !== undefined) must(isMoment(written) && Date.parse(String(written)) === ms, `its ${key}`);
  }
  for (const [i, item] of processes.entries()) {
    const { id, name, dataset_id, project_id, provider, inputs, process_graph } = recordOf(item);
    must([id, name].every(isText), `process ${i} has a blank`);
    const ids = [dataset_id, project_id];
    must(isFree(item) ? ids.every((one) => optional(one, isText)) : ids.every(isText), `process ${i} lacks an id`);
    must(optional(inputs, isRecord) && optional(process_graph, isRecord), `process ${i} has inputs that are none`);
    must(inputs == null || process_graph == null, `process ${i} has both inputs and a graph`);
    must(optional(provider, isText), `process ${i} has a blank provider`);
    const read = batch.processes[i];
    const same = read?.id === id && read?.name === name && read?.datasetId === (dataset_id ?? '');
    must(
      same && read?.projectId === (project_id ?? '') && read?.provider === (provider ?? undefined),
      `process ${i} is another`,
    );
    must(asJson(read?.inputs) === asJson(inputs ?? undefined), `process ${i} has other inputs`);
    must(asJson(read?.processGraph) === asJson(process_graph ?? undefined), `process ${i} has another graph`);
  }
  for (const [i, item] of zones.entries()) {
    const zone = recordOf(item);
    const needsImage = !processes.every(isFree);
    must(needsImage ? isText(zone.image_id) : optional(zone.image_id, isText), `zone ${i} has no image`);
    must(isText(zone.location), `zone ${i} has a blank`);
    must(optional(zone.image_2_id, isText), `zone ${i} has a blank second image`);
    const geom = recordOf(zone.geom);
    must(geom.type === 'Polygon', `zone ${i} is no polygon`);
    const rings = listOf(geom.coordinates);
    must(rings.length > 0, `zone ${i} has no ring`);
    for (const ring of rings) must(isClosedRing(ring), `zone ${i} has a ring that is none`);
    const read = batch.zones[i];
    must(read?.imageId === (zone.image_id ?? '') && read?.location === zone.location, `zone ${i} is another`);
    must(read?.image2Id === (zone.image_2_id ?? undefined), `zone ${i} has another second image`);
    must(JSON.stringify(read?.geom.coordinates) === JSON.stringify(geom.coordinates), `zone ${i} is elsewhere`);
  }
  return wrong;
}

const isRecord = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
/** Says itself what it is given, and needs no image. */
const isFree = (process: unknown) => {
  const { inputs, process_graph } = recordOf(process);
  return inputs != null || process_graph != null;
};
const asJson = (value: unknown) => JSON.stringify(value);

const recordOf = (value: unknown): Record<string, unknown> =>
  isRecord(value) ? Object.fromEntries(Object.entries(value)) : Object.create(null);
const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const isText = (value: unknown) => typeof value === 'string' && value.trim() !== '';
const optional = (value: unknown, holds: (value: unknown) => boolean) => value == null || holds(value);
const isMoment = (value: unknown) =>
  typeof value === 'string' && /^\d{4}-\d\d-\d\dT.*(Z|[+-]\d\d:\d\d)$/.test(value) && !Number.isNaN(Date.parse(value));

function isClosedRing(ring: unknown): boolean {
  const positions = listOf(ring).map(listOf);
  const inRange = positions.every(
    ([x, y, z, ...more]) =>
      isWithin(x, 180) && isWithin(y, 90) && (z === undefined || isWithin(z, Number.MAX_VALUE)) && more.length === 0,
  );
  return positions.length >= 4 && inRange && JSON.stringify(positions[0]) === JSON.stringify(positions.at(-1));
}

const isWithin = (n: unknown, most: number) => typeof n === 'number' && Number.isFinite(n) && Math.abs(n) <= most;
