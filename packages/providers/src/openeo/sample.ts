import { type BatchId, type JsonObject, type LaunchRequest, type Task, taskIdOf } from '@nightpass/core';

/** For tests: one task, the n-th zone of a batch, and how it would be launched. */
export function sampleTask(n = 0, process: { id?: string; inputs?: JsonObject; processGraph?: JsonObject } = {}): Task {
  const ref = { batchId: 'b1' as BatchId, processIndex: 0, zoneIndex: n };
  const west = 3.68 + n / 10;
  const inputs = process.processGraph ? undefined : { image: '{{zone.image_id}}', bbox: '{{zone.geom | bbox}}' };
  return {
    ...ref,
    id: taskIdOf(ref),
    process: {
      id: 'process-1',
      name: 'Vessel finder',
      datasetId: '',
      projectId: '',
      provider: undefined,
      ...(inputs && { inputs }),
      ...process,
    },
    zone: {
      id: n,
      imageId: `image-${n}`,
      image2Id: undefined,
      location: `Port of Sète ${n}`,
      project: undefined,
      geom: {
        type: 'Polygon',
        coordinates: [
          [
            [west, 43.38],
            [west + 0.1, 43.38],
            [west + 0.1, 43.48],
            [west, 43.48],
            [west, 43.38],
          ],
        ],
      },
    },
  };
}

export function sampleLaunch(n = 0, process: Parameters<typeof sampleTask>[1] = {}): LaunchRequest {
  return { task: sampleTask(n, process), attempt: 1, launchKey: `k${n}x1`, step: undefined };
}
