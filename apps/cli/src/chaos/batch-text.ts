/** A batch file of a given size; no two names give the same content. */
export function batchText({ name, processes, zones }: { name: string; processes: number; zones: number }): string {
  const square = (x: number) => [
    [
      [x, 43],
      [x + 0.1, 43],
      [x + 0.1, 43.1],
      [x, 43],
    ],
  ];
  return JSON.stringify({
    name,
    processes: Array.from({ length: processes }, (_, i) => ({
      id: `00000000-0000-4000-8000-${String(i).padStart(12, '0')}`,
      name: `Process ${i}`,
      dataset_id: 'dataset',
      project_id: 'project',
    })),
    zones: Array.from({ length: zones }, (_, i) => ({
      image_id: `${name}-image-${i}`,
      location: `Place ${i}`,
      geom: { type: 'Polygon', coordinates: square((i % 300) / 10) },
    })),
  });
}

/** Numbers from 0 to 1 that are the same for the same seed (mulberry32, of the seed's characters). */
export function seeded(seed: string): () => number {
  let state = [...seed].reduce((sum, char) => (Math.imul(sum, 31) + (char.codePointAt(0) ?? 0)) >>> 0, 7);
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
