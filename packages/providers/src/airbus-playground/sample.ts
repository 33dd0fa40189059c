import type { BatchId, LaunchRequest, Task } from '@nightpass/core';
import { taskIdOf } from '@nightpass/core';

/** For tests: one task, the n-th zone of a batch, and how it would be launched. */
export function sampleTask(n = 0, change: { location?: string; image2Id?: string } = {}): Task {
  const ref = { batchId: 'b1' as BatchId, processIndex: 0, zoneIndex: n };
  const west = 3.68 + n / 10;
  return {
    ...ref,
    id: taskIdOf(ref),
    process: { id: 'p-1', name: 'Vessel finder', datasetId: 'd-1', projectId: 'prj-1', provider: undefined },
    zone: {
      id: n,
      imageId: `image-${n}`,
      image2Id: change.image2Id,
      location: change.location ?? `Port of Sète ${n}`,
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

export function sampleLaunch(n = 0, change: Parameters<typeof sampleTask>[1] = {}): LaunchRequest {
  return { task: sampleTask(n, change), attempt: 1, launchKey: `k${n}x1`, step: undefined };
}
