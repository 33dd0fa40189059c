import type { LedgerContext } from '@nightpass/engine';
import type { FastifyInstance } from 'fastify';
import { RedisAway } from './pages/trouble.ts';
import { askRedis } from './redis-gate.ts';

/** `/healthz`: this process lives. `/readyz`: it can do its work. Both without a password, so they say nothing else. */
export function healthRoutes(app: FastifyInstance, { ledger }: { ledger: LedgerContext }): void {
  app.get('/healthz', async (_request, reply) => reply.header('cache-control', 'no-store').send({ status: 'ok' }));
  app.get('/readyz', async (_request, reply) => {
    const reasons = await whyNotReady(ledger);
    return reply
      .header('cache-control', 'no-store')
      .status(reasons.length === 0 ? 200 : 503)
      .send({ status: reasons.length === 0 ? 'ready' : 'not ready', reasons });
  });
}

async function whyNotReady({ redis, keys }: LedgerContext): Promise<string[]> {
  try {
    // A write that changes nothing and makes no key, yet is refused by a replica, a full memory or a broken disk.
    await askRedis(() => redis.setrange(`${keys.prefix}:writable`, 0, ''));
    return [];
  } catch (error) {
    if (error instanceof RedisAway) return [error.message];
    throw error;
  }
}
