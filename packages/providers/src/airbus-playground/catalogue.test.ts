import type { Catalogue, Task } from '@nightpass/core';
import { type Simulator, type SimulatorOptions, startSimulator } from '@nightpass/simulator';
import { afterEach, expect, test } from 'vitest';
import { createProvider } from '../provider-kinds.ts';
import { freely } from '../test-call.ts';
import { sampleTask } from './sample.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

async function catalogueWith(
  behaviour: SimulatorOptions['behaviour'],
  config: object = {},
): Promise<{ catalogue: Catalogue; simulator: Simulator }> {
  const simulator = await startSimulator({
    kind: 'airbus-playground',
    tokens: ['a-token-of-ours'],
    behaviour: behaviour ?? {},
  });
  const provider = createProvider(
    'airbus',
    {
      kind: 'airbus-playground',
      baseUrl: simulator.url,
      auth: { kind: 'bearer', tokenEnv: 'T' },
      probeProjectId: 'prj-1',
      ...config,
    },
    () => 'a-token-of-ours',
    { headersMs: 1_000, totalMs: 2_000 },
  );
  open.push(provider, simulator);
  if (!provider.catalogue) throw new Error('no catalogue');
  return { catalogue: provider.catalogue, simulator };
}

function taskOf(change: Partial<Task['process']>, image2Id?: string): Task {
  const task = sampleTask(0, image2Id === undefined ? {} : { image2Id });
  return { ...task, process: { ...task.process, ...change } };
}

const problemsOf = async (catalogue: Catalogue, task: Task) => {
  const answer = await catalogue.check(task, freely);
  return answer.kind === 'unfit' ? answer.problems : answer.kind;
};

test('a list of more than one page is read to its end, each process once', async () => {
  const processes = Array.from({ length: 230 }, (_, n) => ({ id: `p-${n}`, title: `Process ${n}`, version: '2' }));
  const { catalogue, simulator } = await catalogueWith({ processes });
  const ids: string[] = [];
  let page: string | undefined;
  do {
    const answer = await catalogue.list(page, freely);
    if (answer.kind !== 'page') throw new Error(JSON.stringify(answer));
    ids.push(...answer.processes.map(({ id }) => id));
    page = answer.next;
  } while (page !== undefined);
  expect(ids).toEqual(processes.map(({ id }) => id));
  expect(simulator.counts().describe.arrived).toBe(3);
});

test('without a project nothing is asked, and the answer names the key that is missing', async () => {
  const { catalogue, simulator } = await catalogueWith({}, { probeProjectId: undefined });
  const expected = { kind: 'rejected', rule: 'no-project', reason: expect.stringContaining('probeProjectId') };
  expect(await catalogue.list(undefined, freely)).toMatchObject(expected);
  expect(await catalogue.describe('p-1', freely)).toMatchObject(expected);
  expect(simulator.counts().describe.arrived).toBe(0);
  // A task brings its own project.
  expect(await catalogue.check(sampleTask(), freely)).toEqual({ kind: 'fits' });
});

test('a description has the inputs that the platform shows, or none', async () => {
  const { catalogue, simulator } = await catalogueWith({ processes: [{ id: 'p-1', title: 'Vessel finder' }] });
  const answer = await catalogue.describe('p-1', freely);
  expect(answer).toMatchObject({
    kind: 'described',
    process: { id: 'p-1', title: 'Vessel finder', version: '1.0' },
  });
  expect(answer.kind === 'described' && answer.process.inputs).toEqual(
    expect.arrayContaining([
      { name: 'imageId', required: true, type: 'string', description: 'Id of an image' },
      expect.objectContaining({ name: 'geom', required: true, type: 'object' }),
      expect.objectContaining({ name: 'datasetId', required: false }),
    ]),
  );
  simulator.setBehaviour({ showInputSchema: false });
  expect(await catalogue.describe('p-1', freely)).toMatchObject({ kind: 'described', process: { inputs: [] } });
  expect(await catalogue.check(sampleTask(), freely)).toEqual({ kind: 'fits' });
});

test('a process that the project of the task does not have does not fit, and the platform is quoted', async () => {
  const { catalogue } = await catalogueWith({ processes: [{ id: 'p-1', projects: ['prj-2'] }] });
  expect(await problemsOf(catalogue, sampleTask())).toEqual([
    { path: 'id', problem: 'project "prj-1" has no such process: HTTP 404: Process not found' },
  ]);
  expect(await problemsOf(catalogue, taskOf({ projectId: 'prj-2' }))).toBe('fits');
  expect(await problemsOf(catalogue, taskOf({ id: '..' }))).toEqual([
    { path: 'id', problem: expect.stringContaining('can stand in no path') },
  ]);
});

test('where the first of two images is called otherwise, the option that mends it is named', async () => {
  const two = { id: 'p-1', images: 2 as const, firstImageField: 'imageId1' as const };
  const { catalogue } = await catalogueWith({ processes: [two] });
  expect(await problemsOf(catalogue, taskOf({}, 'image-b'))).toEqual([
    { path: 'id', problem: expect.stringContaining('set firstImageField: imageId1') },
  ]);
  const { catalogue: mended } = await catalogueWith({ processes: [two] }, { firstImageField: 'imageId1' });
  expect(await problemsOf(mended, taskOf({}, 'image-b'))).toBe('fits');
  const { catalogue: turned } = await catalogueWith(
    { processes: [{ ...two, firstImageField: 'imageId' }] },
    { firstImageField: 'imageId1' },
  );
  expect(await problemsOf(turned, taskOf({}, 'image-b'))).toEqual([
    { path: 'id', problem: expect.stringContaining('set firstImageField: imageId for') },
  ]);
});

test('as many images as the process takes: one too few and one too many are told at the zone', async () => {
  const { catalogue } = await catalogueWith({
    processes: [{ id: 'one' }, { id: 'two', images: 2, firstImageField: 'imageId1' }],
  });
  expect(await problemsOf(catalogue, taskOf({ id: 'two' }))).toEqual([
    { path: 'zone.image_2_id', problem: 'this process compares two images' },
  ]);
  expect(await problemsOf(catalogue, taskOf({ id: 'one' }, 'image-b'))).toEqual([
    { path: 'zone.image_2_id', problem: 'this process takes one image' },
  ]);
});

const describedWith = (input: object) => ({
  on: 'describe' as const,
  do: 'alter' as const,
  set: { input: input as never },
});

test('inputs that no batch file can give are told at the process', async () => {
  const { catalogue, simulator } = await catalogueWith({});
  simulator.setFaults([describedWith({ type: 'object', required: ['name', 'maskDatasetId'] })]);
  expect(await problemsOf(catalogue, sampleTask())).toEqual([
    { path: 'id', problem: 'its input maskDatasetId is required' },
  ]);
});

test.each<[string, object]>([
  ['a text', 'schema' as never],
  ['a list', [1, 2] as never],
  ['empty', {}],
  ['of unknown words', { type: 'thing', properties: { name: { type: 'spell', enum: 'a' } }, required: 'name' }],
  ['with a pattern that would never end', { properties: { name: { type: 'string', pattern: '^(a+)+$' } } }],
  ['with references', { $ref: '#', allOf: [{ $ref: '#' }], required: ['name'] }],
])('an input schema that is %s stands in nobody’s way', async (_, input) => {
  const { catalogue, simulator } = await catalogueWith({});
  simulator.setFaults([describedWith(input)]);
  expect(await catalogue.check(sampleTask(), freely)).toEqual({ kind: 'fits' });
});

test('a page of another web server, or a description of another process, says nothing of this one', async () => {
  const { catalogue, simulator } = await catalogueWith({});
  simulator.setFaults([{ on: 'describe', do: 'reply', status: 404, html: '<h1>It works</h1>' }]);
  expect(await catalogue.check(sampleTask(), freely)).toMatchObject({ kind: 'rejected', status: 404 });
  expect(await catalogue.describe('p-1', freely)).toMatchObject({ kind: 'rejected' });
  simulator.setFaults([{ on: 'describe', do: 'alter', set: { id: 'another' } }]);
  expect(await catalogue.check(sampleTask(), freely)).toMatchObject({ kind: 'ambiguous' });
});

test('a clear no to the question itself is a problem of the file; a refusal of us is a failure', async () => {
  const { catalogue, simulator } = await catalogueWith({});
  const refuse = (status: number, message: string) =>
    simulator.setFaults([{ on: 'describe', do: 'reply', status, body: { message } }]);
  refuse(400, 'projectId is no uuid');
  expect(await problemsOf(catalogue, sampleTask())).toEqual([
    { path: 'id', problem: expect.stringContaining('projectId is no uuid') },
  ]);
  refuse(403, 'this project is not yours');
  expect(await problemsOf(catalogue, sampleTask())).toMatchObject([{ path: 'project_id' }]);
  refuse(401, 'no');
  expect(await catalogue.check(sampleTask(), freely)).toMatchObject({ kind: 'unauthorized' });
  refuse(429, 'slowly');
  expect(await catalogue.check(sampleTask(), freely)).toMatchObject({ kind: 'throttled' });
  await simulator.goOffline();
  const away = await catalogue.check(sampleTask(), freely);
  expect(['notSent', 'ambiguous']).toContain(away.kind);
});
