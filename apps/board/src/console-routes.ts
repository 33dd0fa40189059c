import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { BatchId } from '@nightpass/core';
import type { FastifyInstance } from 'fastify';
import type { ApiParts } from './api/api-parts.ts';
import { batchParams } from './api/schemas/common.ts';
import { Refused } from './pages/trouble.ts';

/** The console: one page under each of its addresses, and the files it is made of. It waits for nothing from Redis. */

const consoleDir = join(dirname(createRequire(import.meta.url).resolve('@nightpass/console/package.json')), 'dist');

/** See pages.tsx of the console, which shows what belongs to each. */
const addresses = ['/', '/batches/:id', '/batches/:id/failures', '/tasks', '/tasks/:id', '/audit', '/tokens'];

export async function consoleRoutes(app: FastifyInstance, { indexes }: Pick<ApiParts, 'indexes'>): Promise<void> {
  // Their names change with their content.
  const assets = { root: join(consoleDir, 'assets'), prefix: '/console/assets/', maxAge: '365d', immutable: true };
  const usual = { index: false, decorateReply: false, preCompressed: true } as const;
  await app.register(fastifyStatic, { ...usual, ...assets });
  await app.register(fastifyStatic, { ...usual, root: consoleDir, prefix: '/console/', maxAge: '5m' });
  for (const address of addresses) {
    app.get(address, async (request, reply) => {
      // Whoever opens a batch will ask for it: it can be read while the page starts. If that fails, they hear of it then.
      const { data } = batchParams.safeParse(request.params);
      if (data && address.startsWith('/batches/')) indexes.begin(data.id as BatchId);
      const page = await readPage();
      return reply.header('cache-control', 'no-store').type('text/html; charset=utf-8').send(page);
    });
  }
}

/** Read each time: it is small, and may have been built anew. */
async function readPage(): Promise<string> {
  try {
    return await readFile(join(consoleDir, 'index.html'), 'utf8');
  } catch {
    throw new Refused(404, 'the console is not built here: run npm run setup');
  }
}
