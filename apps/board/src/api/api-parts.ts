import type { ActionRunner } from '@nightpass/engine';
import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { Indexes } from '../index/indexes.ts';
import type { BoardParts } from '../server.ts';
import type { Changes } from './changes.ts';

/** What the API is made of. */
export interface ApiParts extends BoardParts {
  indexes: Indexes;
  runner: ActionRunner;
  changes: Changes;
}

export type Api = FastifyInstance<
  RawServerDefault,
  import('node:http').IncomingMessage,
  import('node:http').ServerResponse,
  FastifyBaseLogger,
  ZodTypeProvider
>;
