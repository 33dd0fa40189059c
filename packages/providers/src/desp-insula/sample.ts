import type { BatchId, LaunchRequest, Task } from '@nightpass/core';
import { taskIdOf } from '@nightpass/core';

/** For tests: one task, the n-th zone of a batch, and how it would be launched. */
export function sampleTask(n = 0, inputs: Task['process']['inputs'] = { aoi: '{{zone.geom | wkt}}', item: n }): Task {
  const ref = { batchId: 'b1' as BatchId, processIndex: 0, zoneIndex: n };
  const west = 3.68 + n / 10;
  return {
    ...ref,
    id: taskIdOf(ref),
    process: { id: '20', name: 'Flood mask', datasetId: '', projectId: '', provider: undefined, inputs },
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
            [west, 43.38],
          ],
        ],
      },
    },
  };
}

export function sampleLaunch(n = 0, inputs?: Task['process']['inputs']): LaunchRequest {
  return { task: sampleTask(n, inputs), attempt: 1, launchKey: `k${n}x1`, step: undefined };
}
