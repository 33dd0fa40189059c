import { providerContract } from '../provider-contract.ts';
import { createProvider } from '../provider-kinds.ts';
import { sampleLaunch, sampleTask } from './sample.ts';
import { remoteStatus } from './status.ts';

const secret = 'planted-secret-of-the-contract';

providerContract({
  kind: 'ogc-api-processes',
  // The second is how the simulator's tokens begin.
  secrets: [secret, 'eyJhbGciOi'],
  simulator: {
    behaviour: {
      letsIn: 'known',
      jobSeconds: 3600,
      inputsShown: 'everywhere',
      processes: [
        {
          id: 'vessels',
          inputs: {
            image: {},
            area: { schema: { type: 'object' } },
            threshold: {
              schema: { type: 'number', maximum: 1 },
              minOccurs: 0,
            },
          },
        },
        { id: 'ships' },
        { id: 'clouds' },
      ],
    },
    users: [{ name: 'nightpass', password: secret }],
  },
  provider: ({ url, tokenUrl }) =>
    createProvider(
      'server',
      {
        kind: 'ogc-api-processes',
        baseUrl: url,
        auth: { kind: 'oidc', tokenUrl, clientIdEnv: 'ID', clientSecretEnv: 'SECRET' },
      },
      ({ env }) => (env === 'ID' ? 'nightpass' : `${secret}\n`),
      { headersMs: 1_000, totalMs: 2_000, bodyBytes: 200_000 },
    ),
  request: (n, twin) => {
    const request = sampleLaunch(n);
    if (twin === undefined) return request;
    return { ...request, task: { ...request.task, zone: sampleTask(twin).zone } };
  },
  styles: ['plain'],
  launchCalls: ['launch'],
  refusals: { launch: [400, 404, 405, 413, 415, 422, 501] },
  quota: { concurrentJobs: { limit: 1 } },
  hostile: ({ id, link }) => ({
    on: 'launch',
    do: 'alter',
    set: { ...(id !== undefined && { jobID: id }), ...(link !== undefined && { 'links.0.href': link }) },
  }),
  hidesJob: { location: 'none' },
  search: { reads: ['list'] },
  hidesInput: { inputsShown: 'never' },
  words: remoteStatus,
  paths: { id: 'jobID', word: 'status', progress: 'progress' },
  cancels: [
    { behaviour: {} },
    { behaviour: { dismissal: 'removed' } },
    { behaviour: { dismissalType: 'text/html', goneStatus: 410 } },
  ],
  desk: true,
  probeCall: 'describe',
  looksAtMany: true,
  results: {
    word: 'successful',
    hostile: (href) => ({ on: 'results', do: 'alter', set: { 'image.href': href } }),
  },
  catalogue: {
    known: 'vessels',
    unknown: 'nothing',
    unfit: sampleLaunch(0, { image: '{{zone.image_id}}', area: '{{zone.geom}}', threshold: 7 }),
  },
});
