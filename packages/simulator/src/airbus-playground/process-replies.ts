import type { SimulatedProcess } from './behaviour.ts';
import { link } from './replies.ts';

/** One that was not declared takes one image or two, by either name of the first. */
export type ShownProcess = Omit<SimulatedProcess, 'images'> & { images: 1 | 2 | 'any' };

/** `ProcessSummary`. */
export function processSummary(origin: string, process: ShownProcess, projectId: string): object {
  const path = `/api/v1/processes/${encodeURIComponent(process.id)}`;
  const query = `?projectId=${encodeURIComponent(projectId)}`;
  return {
    id: process.id,
    title: process.title,
    family: process.family,
    version: process.version,
    description: process.description,
    organization: 'Nightpass simulator',
    _links: {
      self: link(origin, `${path}${query}`),
      jobs: link(origin, `${path}/jobs${query}`),
      // Recorded answers have these two the wrong way round.
      list: link(origin, `${path}/jobs${query}`, 'POST'),
      runNewJob: link(origin, `/api/v1/processes${query}`),
    },
  };
}

/** `ProcessDescribe`, with the `input` that recorded answers have, though the published description leaves it out. */
export function processDescribe(
  origin: string,
  process: ShownProcess,
  { projectId, withInput }: { projectId: string; withInput: boolean },
): object {
  return {
    ...processSummary(origin, process, projectId),
    name: process.title,
    ...(withInput && { input: inputSchema(process) }),
  };
}

export const imageFields = ({ images, firstImageField }: SimulatedProcess) =>
  images === 2 ? [firstImageField, 'imageId2'] : [firstImageField];

const text = (description: string) => ({ type: 'string', description });

/** The form of the published input schemas, as far as they differ by images. */
function inputSchema(process: ShownProcess): object {
  const { images } = process;
  const required = images === 'any' ? [] : imageFields({ ...process, images });
  const known = images === 'any' ? ['imageId', 'imageId1', 'imageId2'] : required;
  return {
    $schema: 'http://json-schema.org/draft-06/schema#',
    title: `job-${process.family}-input`,
    type: 'object',
    required: ['name', ...required, 'geom'],
    properties: {
      name: text('What the job is called'),
      ...Object.fromEntries(known.map((key) => [key, text('Id of an image')])),
      geom: {
        type: 'object',
        description: 'Where to look: a GeoJSON Polygon',
        required: ['type', 'coordinates'],
        properties: { type: { type: 'string', default: 'Polygon' }, coordinates: { type: 'array' } },
      },
      projectId: text('Id of the project'),
      datasetId: text('Id of the dataset that results go into; not together with datasetName'),
      datasetName: text('Name of a dataset to be made for the results; not together with datasetId'),
      maskDatasetId: text('Id of a dataset whose shapes are left out'),
    },
    oneOf: [{ required: ['datasetId'] }, { required: ['datasetName'] }],
    ...(images === 'any' && { anyOf: [{ required: ['imageId'] }, { required: ['imageId1', 'imageId2'] }] }),
  };
}
