import { readBatch } from './read-batch.ts';

/** What something costs beside what a good file of a megabyte costs here and now: a slow or busy machine slows both. */

/** Of this process, not by the clock on the wall: the machine may be doing much else. */
export function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

export function costOf<T>(work: () => T): { ms: number; result: T } {
  const startedMs = cpuMs();
  const result = work();
  return { ms: cpuMs() - startedMs, result };
}

const square = [
  [0, 0],
  [1, 0],
  [1, 1],
  [0, 1],
  [0, 0],
];
const goodFile = Buffer.from(
  JSON.stringify({
    processes: [{ id: '00000000-0000-4000-8000-000000000000', name: 'Ships', dataset_id: 'd', project_id: 'p' }],
    zones: Array.from({ length: 8_000 }, (_, id) => ({
      id,
      image_id: `DS_${id}`,
      location: `Place ${id}`,
      geom: { type: 'Polygon', coordinates: [square] },
    })),
  }),
);

/** Reads a good megabyte; the quicker of two times. */
export function goodMegabyteMs(): number {
  const times = [0, 1].map(() => {
    const { ms, result } = costOf(() => readBatch(goodFile));
    if (!result.ok) throw new Error('the good file was refused');
    return ms / (goodFile.length / 1024 ** 2);
  });
  return Math.min(...times);
}
