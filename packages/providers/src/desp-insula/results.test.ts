import { describe, expect, test } from 'vitest';
import { freely } from '../test-call.ts';
import { stages } from './test-stage.ts';

const open = stages();
const services = [{ id: 20, name: 'FloodMask', outputs: ['mask', 'quicklook'], parallelInput: 'tiles' }];

async function linksOf(behaviour: object, inputs = {}) {
  const stage = await open({ services, ...behaviour });
  const job = await stage.launched(0, inputs);
  for (const id of [job.id, '4102', '4103']) {
    if (stage.simulator.jobs().some((one) => one.id === id) || 'tiles' in inputs)
      stage.simulator.setJobStatus(id, 'COMPLETED');
  }
  const answer = await stage.provider.results?.(job, freely);
  if (answer?.kind !== 'results') throw new Error(JSON.stringify(answer));
  return { ...stage, job, links: answer.links };
}

async function bytesOf(stage: Awaited<ReturnType<typeof linksOf>>, fromByte = 0): Promise<string> {
  const [link] = stage.links;
  const opened = link && (await stage.provider.open?.(link, fromByte, freely));
  if (opened?.kind !== 'open') throw new Error(JSON.stringify(opened));
  const chunks: Uint8Array[] = [];
  for await (const chunk of opened.body) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

describe('results', () => {
  test('files are named by output and file, whatever their collection is called', async () => {
    for (const [generation, rel] of [
      [1, 'platformFiles'],
      [2, 'ftepFiles'],
      [3, 'platformFiles'],
    ] as const) {
      const { links } = await linksOf({ generation });
      expect(links).toMatchObject([
        { name: 'mask/mask.tif', href: `/secure/api/v2.0/${rel}/410100/dl`, sizeBytes: 1000 },
        { name: 'quicklook/quicklook.tif', href: `/secure/api/v2.0/${rel}/410101/dl`, sizeBytes: 1000 },
      ]);
    }
  });

  test('links of the newest servers are those of their STAC items', async () => {
    const { links } = await linksOf({ generation: 4 });
    expect(links[0]).toEqual({
      name: 'mask/mask.tif',
      href: '/secure/api/v2.0/jobs/4101/outputs/mask?filename=mask.tif',
      type: 'image/tiff',
      sizeBytes: 1000,
      sha256: undefined,
    });
  });

  test.each([2, 3, 4] as const)(
    'of generation %i are read whole, and from where a reading broke off',
    async (generation) => {
      const stage = await linksOf({ generation, outputBytes: 5000 });
      const whole = await bytesOf(stage);
      expect(whole).toHaveLength(5000);
      expect(await bytesOf(stage, 4000)).toBe(whole.slice(4000));
    },
  );

  test('where links name a host that nobody can reach, or are templates, their path is taken here', async () => {
    for (const behaviour of [{ linkHost: 'http://10.0.0.1:8080' }, { templatedLinks: false }, { linkHost: 'own' }]) {
      expect((await linksOf(behaviour)).links[0]?.href).toBe('/secure/api/v2.0/platformFiles/410100/dl');
    }
  });

  test('a job without files has an empty list, which shows no collection at all', async () => {
    const { links } = await linksOf({ services: [{ id: 20, name: 'FloodMask', outputs: [] }] });
    expect(links).toEqual([]);
  });

  test('a parent has those of its sub-jobs', async () => {
    const { links } = await linksOf({}, { tiles: ['a', 'b'] });
    expect(links.map(({ name }) => name)).toEqual(
      ['4102', '4103'].flatMap((id) => [`${id}/mask/mask.tif`, `${id}/quicklook/quicklook.tif`]),
    );
  });
});
