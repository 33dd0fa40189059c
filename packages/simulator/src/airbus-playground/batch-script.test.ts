import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { noPython, runPython } from '../desp-insula/test-python.ts';
import { type Behaviour, startSimulator } from '../index.ts';

const script = new URL('./batch_script.py', import.meta.url);

const process = (n: number) => ({ id: `p-${n}`, name: `Process ${n}`, dataset_id: 'd-1', project_id: 'prj-1' });
const zone = (n: number) => ({
  id: n,
  image_id: `image-${n}`,
  location: 'Port of Sète',
  geom: {
    type: 'Polygon',
    coordinates: [
      [
        [n, 43],
        [n + 1, 43],
        [n + 1, 44],
        [n, 43],
      ],
    ],
  },
});
const batch = { processes: [process(1), process(2)], zones: [zone(1), zone(2), { ...zone(3), image_2_id: 'image-4' }] };

async function launched(behaviour: Behaviour) {
  const folder = await mkdtemp(join(tmpdir(), 'nightpass-script-'));
  const sim = await startSimulator({ kind: 'airbus-playground', tokens: ['static'], behaviour });
  try {
    await writeFile(join(folder, 'batch.json'), JSON.stringify(batch));
    const told = (await runPython(script, [sim.url, 'static', folder])) as { links: string[]; refused: object[] };
    return { told, jobs: sim.jobs() };
  } finally {
    await sim.close();
    await rm(folder, { recursive: true });
  }
}

test('the published batch script launches each process on each zone', async ({ skip }) => {
  const missing = await noPython();
  if (missing) skip(missing);
  const { told, jobs } = await launched({ launchStatus: 200 });
  expect(told).toMatchObject({ refused: [] });
  expect(told.links).toHaveLength(6);
  expect(new Set(told.links).size).toBe(6);
  expect(jobs.map((job) => [job.processId, job.imageId, job.imageId2, job.name])).toEqual(
    [1, 2].flatMap((p) =>
      [1, 2, 3].map((z) => [`p-${p}`, `image-${z}`, z === 3 ? 'image-4' : undefined, `Port of Sète - Process ${p}`]),
    ),
  );
});

test('the published batch script takes a 201, which the platform documents, for a failure', async ({ skip }) => {
  const missing = await noPython();
  if (missing) skip(missing);
  const { told, jobs } = await launched({ launchStatus: 201 });
  expect(told).toMatchObject({ links: [], refused: Array(6).fill({ status: 201, reason: 'Created' }) });
  expect(jobs).toHaveLength(6);
});
