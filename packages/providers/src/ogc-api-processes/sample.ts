import { type BatchId, type JsonObject, type LaunchRequest, type Task, taskIdOf } from '@nightpass/core';

const template: JsonObject = { image: '{{zone.image_id}}', area: '{{zone.geom}}', threshold: 0.5 };

/** For tests: one task, the n-th zone of a batch, and how it would be launched. */
export function sampleTask(n = 0, inputs: JsonObject = template): Task {
  const ref = { batchId: 'b1' as BatchId, processIndex: 0, zoneIndex: n };
  const west = 3.68 + n / 10;
  const ring = [
    [west, 43.38],
    [west + 0.1, 43.38],
    [west + 0.1, 43.48],
    [west, 43.38],
  ];
  return {
    ...ref,
    id: taskIdOf(ref),
    process: { id: 'vessels', name: 'Vessel finder', datasetId: '', projectId: '', provider: undefined, inputs },
    zone: {
      id: n,
      imageId: `image-${n}`,
      image2Id: undefined,
      location: `Port of Sète ${n}`,
      project: undefined,
      geom: { type: 'Polygon', coordinates: [ring] },
    },
  };
}

export function sampleLaunch(n = 0, inputs?: JsonObject): LaunchRequest {
  return { task: sampleTask(n, inputs), attempt: 1, launchKey: `k${n}x1`, step: undefined };
}
