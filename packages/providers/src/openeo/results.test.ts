import { expect, test } from 'vitest';
import { freely } from '../test-call.ts';
import { sampleLaunch, sampleTask } from './sample.ts';
import { openStage, type StageOptions } from './test-stage.ts';

async function finished(options: StageOptions = {}) {
  const stage = await openStage(options);
  const job = await stage.launched();
  stage.simulator.setJobStatus(job.id, 'finished');
  const read = async () => {
    const answer = await stage.provider.results?.(job, freely);
    if (answer?.kind !== 'results') throw new Error(`no results: ${JSON.stringify(answer)}`);
    return answer.links;
  };
  return { ...stage, job, read };
}
const token = { authorization: 'Bearer basic//static' };

test.each(['vito', 'earth-engine'] as const)(
  'the assets of a STAC Collection or Item, with type, size and sha256, at paths where they can be had (%s)',
  async (like) => {
    const { simulator, read } = await finished({ behaviour: { like } });
    const links = await read();
    expect(links).toMatchObject([
      { name: 'openEO.tif', type: 'image/tiff; application=geotiff', sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
      { name: 'zones.geojson', type: 'application/geo+json' },
    ]);
    for (const { href, sizeBytes } of links) {
      expect(href).toMatch(/^\/openeo\//);
      const file = await fetch(`${simulator.url}${href}`, { headers: token });
      expect((await file.arrayBuffer()).byteLength).toBe(sizeBytes);
      expect((await fetch(`${simulator.url}${href}`)).ok).toBe(false);
    }
    const part = await fetch(`${simulator.url}${links[0]?.href}`, { headers: { ...token, range: 'bytes=10-19' } });
    expect(part.status).toBe(206);
    expect((await part.text()).length).toBe(10);
  },
);

test('an asset that is told by a relative place is below the results', async () => {
  const { simulator, read, job } = await finished({ behaviour: { assetHrefs: 'relative' } });
  const [link] = await read();
  expect(link?.href).toBe(`/openeo/1.2/jobs/${job.id}/results/assets/openEO.tif`);
  expect((await fetch(`${simulator.url}${link?.href}`, { headers: token })).status).toBe(200);
});

test('signed links need no token, and end with 410: asked for again, there are new ones', async () => {
  const { simulator, read } = await finished({ behaviour: { assetHrefs: 'signed', assetSeconds: 0 } });
  const [old] = await read();
  expect(await (await fetch(`${simulator.url}${old?.href}`)).json()).toMatchObject({ code: 'ResultLinkExpired' });
  simulator.setBehaviour({ assetSeconds: 60 });
  const [fresh] = await read();
  expect((await fetch(`${simulator.url}${fresh?.href}`)).status).toBe(200);
});

test('an asset of another host keeps its whole URL, so that no token is sent there', async () => {
  const { simulator, read } = await finished();
  const href = 'https://objects.example/bucket/a.tif?sign=x';
  simulator.setFaults([{ on: 'results', do: 'alter', set: { 'assets.far': { href } } }]);
  expect((await read()).find((link) => link.name === 'far')?.href).toBe(href);
});

test.each(['vito', 'earth-engine'] as const)(
  'a job that failed has no results: "not finished" does not mean that it still runs (%s)',
  async (like) => {
    const { simulator, provider, job } = await finished({ behaviour: { like } });
    simulator.setJobStatus(job.id, 'error');
    expect(await provider.results?.(job, freely)).toMatchObject({
      kind: 'rejected',
      status: like === 'vito' ? 400 : 424,
    });
    expect(await provider.look(job, freely)).toMatchObject({ state: { status: 'failed' } });
  },
);

test('results that are not whole are not taken for the whole', async () => {
  const { simulator, provider, job } = await finished({ behaviour: { partialResults: true } });
  simulator.setFaults([{ on: 'results', do: 'alter', set: { 'openeo:status': 'running' } }]);
  expect(await provider.results?.(job, freely)).toMatchObject({ kind: 'rejected', rule: 'results-not-whole' });
});

test('a process is described by the list of processes, page by page', async () => {
  const processes = Array.from({ length: 120 }, (_, n) => ({
    id: `p-${n}`,
    parameters: [{ name: 'bands', type: 'array', optional: true, description: 'Which.' }],
  }));
  const { simulator, provider } = await openStage({ behaviour: { processes } });
  expect(await provider.catalogue?.describe('p-110', freely)).toEqual({
    kind: 'described',
    process: {
      id: 'p-110',
      title: 'Simulated process',
      description: 'It is simulated: nothing is computed.',
      version: undefined,
      inputs: [{ name: 'bands', required: false, type: 'array', description: 'Which.' }],
    },
  });
  expect(simulator.requests().filter(({ path }) => path.includes('/processes'))).toHaveLength(3);
});

test('a validation is answered 200 whatever it finds: its errors are what counts', async () => {
  const { provider } = await openStage({ behaviour: { like: 'vito' } });
  const processGraph = { a: { process_id: 'ndvy', arguments: {}, result: true } };
  expect(await provider.catalogue?.check(sampleTask(0, { processGraph }), freely)).toEqual({
    kind: 'unfit',
    problems: [
      { path: 'process_graph', problem: "ProcessUnsupported: Process with identifier 'ndvy' is not available." },
    ],
  });
});

test('where validation is not among the endpoints, processes are checked by their list', async () => {
  const { simulator, provider } = await openStage({ behaviour: { offersValidation: false } });
  expect(await provider.catalogue?.check(sampleTask(), freely)).toEqual({ kind: 'fits' });
  expect(await provider.catalogue?.check(sampleLaunch(0, { id: 'no-such' }).task, freely)).toMatchObject({
    kind: 'unfit',
    problems: [{ path: 'inputs', problem: 'the back-end lists no process no-such' }],
  });
  expect(simulator.requests().filter(({ path }) => path.endsWith('/validation'))).toEqual([]);
});
