import { z } from 'zod';
import type { Api, ApiParts } from './api-parts.ts';
import { indexOf } from './batches.ts';
import { bigEndian, sendPacked } from './packed.ts';
import { batchParams } from './schemas/common.ts';

export function timesRoute(app: Api, parts: ApiParts): void {
  const schema = {
    tags: ['look'],
    summary: 'When each task last moved: 4 bytes a task, Unix seconds, big-endian; 0: not known',
    description: 'In the order of the grid. Answers 304 to its ETag.',
    params: batchParams,
    produces: ['application/octet-stream'],
    response: { 200: z.any().describe('Four times as many bytes as tasks'), 304: z.any().describe('As it was') },
  };
  app.get('/batches/:id/times', { schema }, async (request, reply) => {
    const index = await indexOf(parts, request.params.id);
    const { seconds, version } = await index.moved();
    return sendPacked(request, reply, index.batch, { what: 'times', version, bytes: () => bigEndian(seconds) });
  });
}
