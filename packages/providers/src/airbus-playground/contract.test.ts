import { providerContract } from '../provider-contract.ts';
import { createProvider } from '../provider-kinds.ts';
import { remoteStatus } from './replies.ts';
import { sampleLaunch, sampleTask } from './sample.ts';

const apiKey = 'planted-api-key-of-the-contract';

const plain = sampleLaunch(0, { image2Id: 'image-b' });
const twoImages = { ...plain, task: { ...plain.task, process: { ...plain.task.process, id: 'p-2' } } };

providerContract({
  kind: 'airbus-playground',
  // The second is how the simulator's tokens begin.
  secrets: [apiKey, 'eyJhbGciOi'],
  simulator: {
    behaviour: {
      jobSeconds: 3600,
      processes: [{ id: 'p-1' }, { id: 'p-2', images: 2, firstImageField: 'imageId1' }],
    },
    apiKeys: [apiKey],
  },
  provider: ({ url, tokenUrl }, style) =>
    createProvider(
      'airbus',
      {
        kind: 'airbus-playground',
        baseUrl: url,
        auth: { kind: 'api-key', keyEnv: 'ONEATLAS_API_KEY', tokenUrl },
        launchNameToken: style === 'nameToken',
        probeProjectId: 'prj-1',
      },
      () => `${apiKey}\n`,
      { headersMs: 1_000, totalMs: 2_000, bodyBytes: 200_000 },
    ),
  request: (n, twin) => {
    const request = sampleLaunch(n);
    if (twin === undefined) return request;
    return { ...request, task: { ...request.task, zone: sampleTask(twin).zone } };
  },
  styles: ['plain', 'nameToken'],
  launchCalls: ['launch'],
  refusals: { launch: [400, 404, 405, 422] },
  quota: { concurrentJobs: { limit: 1 } },
  hostile: ({ id, link }) => ({
    on: 'launch',
    do: 'alter',
    set: { ...(id !== undefined && { id }), ...(link !== undefined && { '_links.self.href': link }) },
  }),
  hidesJob: { withLocation: false },
  search: { reads: ['list', 'look'] },
  hidesInput: { echoInput: false },
  words: remoteStatus,
  paths: { id: 'id', word: 'status.status', progress: 'status.progress' },
  cancels: [{ behaviour: {} }, { behaviour: { deleteStatus: 204 } }, { behaviour: { afterDelete: 'gone' } }],
  desk: true,
  probeCall: 'describe',
  surveysBy: 'input',
  catalogue: { known: 'p-1', unknown: 'p-9', unfit: twoImages },
});
