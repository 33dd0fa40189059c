import type { LaunchRequest, Polygon } from '@nightpass/core';
import type { AirbusPlaygroundConfig } from './config.ts';

/** The body of a launch. `imageId1` stands in for `imageId` in jobs on two images, where so configured. */
export interface Payload {
  name: string;
  imageId?: string;
  imageId1?: string;
  imageId2?: string;
  datasetId: string;
  projectId: string;
  geom: Polygon;
}

export type PayloadOptions = Pick<AirbusPlaygroundConfig, 'launchNameToken' | 'firstImageField'>;

/** The token as it stands in a name. */
export const nameToken = (launchKey: string) => `[${launchKey}]`;

/** As the seed's build_payload makes it, keys in its order; `[0:40]` there counts code points. */
export function payloadOf(request: LaunchRequest, options: PayloadOptions): Payload {
  const { process, zone } = request.task;
  const location = Array.from(zone.location).slice(0, 40).join('');
  const name = `${location} - ${process.name}${options.launchNameToken ? ` ${nameToken(request.launchKey)}` : ''}`;
  const images =
    zone.image2Id === undefined
      ? { imageId: zone.imageId }
      : { [options.firstImageField]: zone.imageId, imageId2: zone.image2Id };
  return { name, ...images, datasetId: process.datasetId, projectId: process.projectId, geom: zone.geom };
}
