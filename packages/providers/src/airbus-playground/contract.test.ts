import { providerContract } from '../provider-contract.ts';
import { createProvider } from '../provider-kinds.ts';
import { remoteStatus } from './replies.ts';
import { sampleLaunch, sampleTask } from './sample.ts';

const apiKey = 'planted-api-key-of-the-contract';

providerContract({
  kind: 'airbus-playground',
  apiKey,
  provider: ({ url, tokenUrl }, style) =>
    createProvider(
      'airbus',
      {
        kind: 'airbus-playground',
        baseUrl: url,
        auth: { kind: 'api-key', keyEnv: 'ONEATLAS_API_KEY', tokenUrl },
        launchNameToken: style === 'nameToken',
      },
      () => `${apiKey}\n`,
      { headersMs: 1_000, totalMs: 2_000, bodyBytes: 200_000 },
    ),
  request: (n, twin) => {
    const request = sampleLaunch(n);
    if (twin === undefined) return request;
    return { ...request, task: { ...request.task, zone: sampleTask(twin).zone } };
  },
  words: remoteStatus,
  paths: { id: 'id', link: '_links.self.href', word: 'status.status', progress: 'status.progress' },
  withoutLocation: { withLocation: false },
  withoutInput: { echoInput: false },
  deletions: [{}, { deleteStatus: 204 }, { afterDelete: 'gone' }],
});
