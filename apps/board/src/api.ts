import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { readOverview } from './overview.ts';
import { overviewSchema } from './overview-schema.ts';
import type { BoardParts } from './server.ts';

export const offsetQuery = z.object({ offset: z.coerce.number().int().min(0).max(1_000_000).catch(0) });

/** `/api/v1`: the same facts as the pages, as JSON. What each means: its `.schema.json`. */
export function apiRoutes(app: FastifyInstance, parts: BoardParts): void {
  app.get('/api/v1/overview', async (request, reply) => {
    const { offset } = offsetQuery.parse(request.query);
    const overview = overviewSchema.parse(await readOverview(parts, offset));
    return reply.header('cache-control', 'no-store').send(overview);
  });
  app.get('/api/v1/overview.schema.json', async () => z.toJSONSchema(overviewSchema));
}
