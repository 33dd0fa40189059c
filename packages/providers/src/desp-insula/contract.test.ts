import { providerContract } from '../provider-contract.ts';
import { createProvider } from '../provider-kinds.ts';
import { remoteStatus } from './replies.ts';
import { sampleLaunch, sampleTask } from './sample.ts';

const username = 'ada-of-the-contract';
const password = 'planted-portal-key-of-the-contract';

providerContract({
  kind: 'desp-insula',
  // How the simulator's tokens begin.
  secrets: [password, 'eyJhbGciOi'],
  simulator: {
    behaviour: {
      jobSeconds: 3600,
      services: [
        {
          id: 20,
          name: 'FloodMask',
          inputs: [{ id: 'aoi' }, { id: 'item', minOccurs: 0 }],
        },
        ...Array.from({ length: 70 }, (_, n) => ({ id: 21 + n, name: `TestProcessor${n}` })),
      ],
    },
    users: [{ name: username, password }],
  },
  provider: ({ url, tokenUrl }) =>
    createProvider(
      'desp',
      {
        kind: 'desp-insula',
        baseUrl: url,
        auth: {
          kind: 'oidc',
          tokenUrl,
          clientId: 'insula-public',
          usernameEnv: 'DESP_USERNAME',
          passwordEnv: 'DESP_TOKEN',
        },
        generation: 3,
      },
      ({ env }) => (env === 'DESP_USERNAME' ? username : `${password}\n`),
      { headersMs: 1_000, totalMs: 2_000, bodyBytes: 200_000 },
    ),
  request: (n, twin) => {
    const request = sampleLaunch(n, { aoi: '{{zone.geom | wkt}}', item: '{{task.id}}' });
    if (twin === undefined) return request;
    return { ...request, task: { ...request.task, zone: sampleTask(twin).zone } };
  },
  styles: ['nameToken'],
  // The config that is made before is no job, and is made again at will: see launch.test.ts.
  launchCalls: ['launch'],
  refusals: { launch: [400, 404, 405, 415, 422] },
  quota: { concurrentJobs: { limit: 1 } },
  hostile: ({ id, link }) => ({
    on: 'launch',
    do: 'alter',
    set: { ...(id !== undefined && { id }), ...(link !== undefined && { '_links.self.href': link }) },
  }),
  search: { reads: ['list'] },
  words: remoteStatus,
  paths: { id: 'id', word: 'status' },
  cancels: [
    { behaviour: {} },
    { behaviour: { queueSeconds: 3600 } },
    { behaviour: { generation: 2 } },
    { behaviour: { generation: 4 }, after: ['failed'] },
    { behaviour: { terminated: 'nothing' }, after: ['running'] },
  ],
  desk: true,
  probeCall: 'describe',
  looksAtMany: true,
  results: {
    word: 'COMPLETED',
    hostile: (href) => ({
      on: 'results',
      do: 'alter',
      set: { '_embedded.platformFiles.0._links.download.href': href },
    }),
  },
  catalogue: { known: '20', unknown: '999', unfit: sampleLaunch(0, { aoi: 'x', date: '2027-03-01' }) },
});
