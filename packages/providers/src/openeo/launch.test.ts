import { expect, test } from 'vitest';
import { createProvider } from '../provider-kinds.ts';
import { httpText, rawServer } from '../raw-server.ts';
import { freely } from '../test-call.ts';
import { sampleLaunch } from './sample.ts';
import { openStage } from './test-stage.ts';

const callsOf = (simulator: { requests(): { call: string }[] }) =>
  simulator
    .requests()
    .map(({ call }) => call)
    .filter((call) => call !== 'describe');

test('a launch is two requests: the job is created, its id goes on record, and then it is started', async () => {
  const { simulator, launched, steps } = await openStage();
  const job = await launched();
  expect(callsOf(simulator)).toEqual(['create', 'launch']);
  expect(steps.get(0)).toBe(job.id);
  expect(simulator.jobs()).toMatchObject([
    { id: job.id, name: 'Port of Sète 0 - Vessel finder [k0x1]', started: true },
  ]);
  expect(simulator.requests().filter(({ correlationId }) => correlationId === 'b1-0-0.1')).toHaveLength(2);
});

test.each(['header', 'location'] as const)(
  'a job is created with no body in the answer: its id is in the %s',
  async (jobNamedIn) => {
    const { simulator, launched } = await openStage({ behaviour: { jobNamedIn } });
    const job = await launched();
    expect(simulator.jobs()).toMatchObject([{ id: job.id, started: true }]);
  },
);

test('a job that was created and not started runs nothing', async () => {
  const { simulator, provider, request } = await openStage({ behaviour: { jobSeconds: 0 } });
  const answer = await provider.launch(request(0), { ...freely, launchSlot: async () => false });
  expect(answer).toMatchObject({ kind: 'notSent', rule: 'no-slot' });
  expect(simulator.jobs()).toMatchObject([{ started: false, status: 'created' }]);
});

test.each(['vito', 'earth-engine'] as const)(
  'a launch that goes on looks first, and starts no job that was started (%s runs it again or complains)',
  async (like) => {
    const { simulator, launched, launch } = await openStage({ behaviour: { like, jobSeconds: 0 } });
    const job = await launched();
    await simulator.waitFor(() => simulator.jobCounts().finished === 1, 2_000);
    expect(await launch()).toMatchObject({ kind: 'launched', rule: 'started-before', job: { id: job.id } });
    expect(callsOf(simulator)).toEqual(['create', 'launch', 'look']);
    expect(simulator.jobs()).toHaveLength(1);
  },
);

test('a launch that goes on starts a job that still waits for that, and makes no other', async () => {
  const { simulator, launch } = await openStage();
  simulator.setFaults([{ on: 'launch', do: 'reply', status: 429, when: { times: 1 } }]);
  expect(await launch()).toMatchObject({ kind: 'throttled' });
  expect(await launch()).toMatchObject({ kind: 'launched', rule: 'started-later' });
  expect(callsOf(simulator)).toEqual(['create', 'launch', 'look', 'launch']);
});

test('the limit on concurrent jobs (400 ConcurrentJobLimit) is no failure: the job stays, and is started later', async () => {
  const { simulator, launched, launch } = await openStage({
    behaviour: { like: 'vito', concurrentJobs: { limit: 1 } },
  });
  const first = await launched(0);
  expect(await launch(1)).toMatchObject({ kind: 'quota', rule: 'job-limit' });
  expect(await launch(1)).toMatchObject({ kind: 'quota' });
  simulator.setJobStatus(first.id, 'finished');
  expect(await launch(1)).toMatchObject({ kind: 'launched' });
  expect(simulator.jobs()).toHaveLength(2);
});

test('VITO takes a job of an unknown process, which fails when it runs: the logs say why', async () => {
  const { simulator, launched, provider } = await openStage({
    behaviour: { like: 'vito', jobSeconds: 0 },
    request: (n) => sampleLaunch(n, { id: 'no-such-process' }),
  });
  const job = await launched();
  await simulator.waitFor(() => simulator.jobCounts().error === 1, 2_000);
  expect(await provider.look(job, freely)).toMatchObject({
    state: { status: 'failed', message: "Process with identifier 'no-such-process' is not available." },
  });
});

test('Earth Engine answers 500 to such a mistake: its code makes it a clear no, not trouble', async () => {
  const { simulator, launch } = await openStage({
    behaviour: { like: 'earth-engine' },
    request: (n) => sampleLaunch(n, { id: 'no-such-process' }),
  });
  expect(await launch()).toMatchObject({
    kind: 'rejected',
    rule: 'client-mistake',
    status: 500,
    reason: expect.stringContaining('ProcessUnsupported'),
  });
  expect(simulator.jobs()).toEqual([]);
});

test('a start that is answered "not finished" found the job running: a look tells, and nothing is started again', async () => {
  const { simulator, launch, find } = await openStage({ behaviour: { like: 'earth-engine' } });
  const body = { code: 'JobNotFinished', message: 'Batch job has not finished.' };
  simulator.setFaults([{ on: 'launch', do: 'reply-after-accept', status: 400, body }]);
  expect(await launch()).toMatchObject({ kind: 'ambiguous', rule: 'started-already' });
  expect(await find()).toMatchObject({ kind: 'found', rule: 'found-by-id' });
  expect(simulator.counts().launch.arrived).toBe(1);
});

test('a job that does not show yet when it is to be started is started when it does', async () => {
  const { simulator, launch } = await openStage({ behaviour: { newJobLagSeconds: 60 } });
  expect(await launch()).toMatchObject({ kind: 'notSent', rule: 'not-shown-yet' });
  simulator.setBehaviour({ newJobLagSeconds: 0 });
  expect(await launch()).toMatchObject({ kind: 'launched' });
  expect(simulator.jobs()).toMatchObject([{ started: true }]);
});

test('a created job that somebody removed is created anew; where none can be started, that ends', async () => {
  const { simulator, launch, steps } = await openStage();
  simulator.setFaults([{ on: 'launch', do: 'reply', status: 429, when: { times: 1 } }]);
  await launch();
  simulator.removeJob(steps.get(0) ?? '');
  expect(await launch()).toMatchObject({ kind: 'launched', rule: 'started' });
  expect(simulator.jobs()).toMatchObject([{ started: false }, { started: true }]);

  const other = await openStage({ behaviour: { newJobLagSeconds: 60 } });
  expect(await other.launch()).toMatchObject({ kind: 'notSent' });
  expect(await other.launch()).toMatchObject({ kind: 'rejected', status: 404 });
  expect(other.simulator.jobs()).toHaveLength(2);
});

test('a start that is refused for good says which job was left behind', async () => {
  const { simulator, launch, steps } = await openStage();
  const body = { code: 'ProcessGraphInvalid', message: 'Broken.' };
  simulator.setFaults([{ on: 'launch', do: 'reply', status: 400, body }]);
  expect(await launch()).toMatchObject({
    kind: 'rejected',
    reason: `HTTP 400 ProcessGraphInvalid: Broken. (job ${steps.get(0)} was created and not started)`,
  });
});

test('what is sent: the graph as the batch has it, filled, or one node of its inputs, and what is configured', async () => {
  const server = await rawServer((socket, received) => {
    if (/^POST [^\n]*\/jobs HTTP/m.test(received) ? !/\r\n\r\n\{.*\}$/s.test(received) : !received.endsWith('\r\n\r\n'))
      return;
    const isStart = received.includes('/results');
    const isCreate = received.startsWith('POST') && !isStart;
    const headers = { connection: 'close', ...(isCreate && { 'openeo-identifier': 'j-1' }) };
    socket.end(
      httpText(isCreate ? 201 : isStart ? 202 : 200, isCreate || isStart ? '' : '{"api_version":"1.2.0"}', headers),
    );
  });
  const provider = createProvider(
    'openeo',
    {
      kind: 'openeo',
      baseUrl: server.origin,
      auth: { kind: 'none' },
      jobOptions: { 'executor-memory': '4g' },
      plan: 'free',
      budget: 3,
      logLevel: 'warning',
    },
    () => '',
  );
  const processGraph = { load: { process_id: 'load', arguments: { id: '{{zone.image_id}}' }, result: true } };
  expect(await provider.launch(sampleLaunch(1), freely)).toMatchObject({ kind: 'launched', job: { id: 'j-1' } });
  expect(await provider.launch(sampleLaunch(2, { processGraph }), freely)).toMatchObject({ kind: 'launched' });
  const bodies = server.received.flatMap((text) => {
    const body = /^POST [^\n]*\/jobs HTTP[\s\S]*?\r\n\r\n(\{.*\})$/.exec(text)?.[1];
    return body === undefined ? [] : [JSON.parse(Buffer.from(body, 'latin1').toString('utf8'))];
  });
  expect(bodies[0]).toEqual({
    title: 'Port of Sète 1 - Vessel finder [k1x1]',
    description: 'Launched by Nightpass as task b1-0-1, attempt 1',
    process: {
      process_graph: {
        process: {
          process_id: 'process-1',
          arguments: { image: 'image-1', bbox: [3.7800000000000002, 43.38, 3.8800000000000003, 43.48] },
          result: true,
        },
      },
    },
    plan: 'free',
    budget: 3,
    log_level: 'warning',
    job_options: { 'executor-memory': '4g' },
  });
  expect(bodies[1].process.process_graph).toEqual({
    load: { process_id: 'load', arguments: { id: 'image-2' }, result: true },
  });
  await provider.close();
  await server.close();
});
