import type { BatchId } from '@nightpass/core';
import { z } from 'zod';
import { readOverview } from '../overview.ts';
import { overviewSchema } from '../overview-schema.ts';
import type { Api, ApiParts } from './api-parts.ts';

export const offsetQuery = z.object({ offset: z.coerce.number().int().min(0).max(1_000_000).catch(0) });

/** The same facts as the overview page. */
export function overviewRoutes(app: Api, parts: ApiParts): void {
  const schema = { tags: ['look'], summary: 'The night at a glance', response: { 200: overviewSchema } };
  app.get('/overview', { schema }, async ({ query }) => {
    const overview = await readOverview(parts, offsetQuery.parse(query).offset);
    // The newest batch is what people open next.
    const [newest] = overview.batches;
    if (newest && overview.offset === 0) parts.indexes.begin(newest.id as BatchId);
    return overview;
  });
  app.get('/overview.schema.json', { schema: { hide: true } as object }, async () => z.toJSONSchema(overviewSchema));
}
