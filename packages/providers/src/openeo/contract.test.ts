import { providerContract } from '../provider-contract.ts';
import { createProvider } from '../provider-kinds.ts';
import { sampleLaunch, sampleTask } from './sample.ts';

const password = 'planted-password-of-the-contract';

providerContract({
  kind: 'openeo',
  // The second is how the simulator's tokens begin.
  secrets: [password, 'eyJhbGciOi'],
  simulator: { behaviour: { jobSeconds: 3600, mostPerPage: 100 }, users: [{ name: 'ada', password }] },
  provider: ({ url }) =>
    createProvider(
      'openeo',
      {
        kind: 'openeo',
        baseUrl: url,
        auth: { kind: 'basic', usernameEnv: 'OPENEO_USER', passwordEnv: 'OPENEO_PASSWORD' },
        statusLagSeconds: 0,
      },
      ({ env }) => (env === 'OPENEO_USER' ? 'ada' : `${password}\n`),
      { headersMs: 1_000, totalMs: 2_000, bodyBytes: 200_000 },
    ),
  request: (n, twin) => {
    const request = sampleLaunch(n);
    if (twin === undefined) return request;
    return { ...request, task: { ...request.task, zone: sampleTask(twin).zone } };
  },
  styles: ['nameToken'],
  launchCalls: ['create', 'launch'],
  bareCalls: ['launch'],
  refusals: { create: [400, 404, 405, 422], launch: [400, 405, 422] },
  quota: { concurrentJobs: { limit: 1 } },
  hostile: ({ id, link }) => ({
    on: 'create',
    do: 'reply',
    status: 201,
    headers: { ...(id !== undefined && { 'openeo-identifier': id }), ...(link !== undefined && { location: link }) },
  }),
  hidesJob: { jobNamedIn: 'nothing' },
  search: { reads: ['list'] },
  hidesInput: { listShowsTitle: false },
  words: {
    created: 'cancelled',
    queued: 'accepted',
    running: 'running',
    finished: 'succeeded',
    error: 'failed',
    canceled: 'cancelled',
  },
  paths: { id: 'id', word: 'status', progress: 'progress' },
  cancels: [
    { behaviour: {} },
    { behaviour: { cancelledRun: 'created' } },
    { behaviour: { like: 'earth-engine' } },
    { behaviour: { queueSeconds: 3600 } },
  ],
  refusal: { status: 403, body: { code: 'TokenInvalid', message: 'Authorization token has expired or is invalid.' } },
  desk: true,
  probeCall: 'list',
  surveysBy: 'key',
  looksAtMany: true,
  results: {
    word: 'finished',
    hostile: (href) => ({ on: 'results', do: 'alter', set: { 'assets.evil': { href } } }),
  },
  catalogue: { known: 'process-1', unknown: 'process-2', unfit: sampleLaunch(0, { id: 'process-2' }) },
});
