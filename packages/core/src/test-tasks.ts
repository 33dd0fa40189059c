import type { BatchContent } from './batch.ts';
import { type BatchId, type Process, type Task, taskIdOf, type Zone } from './task.ts';

/** For tests: a task of its own, of any process and zone. */
export function taskOf(process: Partial<Process> = {}, zone: Partial<Zone> = {}): Task {
  const ref = { batchId: 'b0123456789ab' as BatchId, processIndex: 0, zoneIndex: 2 };
  return {
    ...ref,
    id: taskIdOf(ref),
    process: { id: 'p', name: 'Flood mask', datasetId: 'd', projectId: '', provider: undefined, ...process },
    zone: {
      id: 7,
      imageId: 'image-7',
      image2Id: undefined,
      location: 'Sète',
      project: undefined,
      geom: { type: 'Polygon', coordinates: [[[3, 43], [4, 43], [4, 44.5], [3, 43]]] }, // biome-ignore format: one ring
      ...zone,
    },
  };
}

/** For tests: the tasks of a batch. */
export function tasksOf(batch: BatchContent): Task[] {
  return batch.processes.flatMap((process, processIndex) =>
    batch.zones.map((zone, zoneIndex) => {
      const ref = { batchId: 'b0123456789ab' as BatchId, processIndex, zoneIndex };
      return { ...ref, id: taskIdOf(ref), process, zone };
    }),
  );
}
