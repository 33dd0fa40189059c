import { withTimeout } from '@nightpass/runtime';
import type { FastifyInstance } from 'fastify';
import { RedisAway, showTrouble } from './pages/trouble.ts';
import type { BoardParts } from './server.ts';

/** A page that nobody can fill is not begun: within this time it is known that Redis is away. */
const answerWithinMs = 2_000;

/** Every route of this scope answers 503 at once while Redis is away. */
export function redisGate(app: FastifyInstance, parts: BoardParts): void {
  // Answered here and not thrown: bull-board has an error handler of its own.
  app.addHook('onRequest', async (request, reply) => {
    try {
      await askRedis(() => parts.ledger.redis.ping());
    } catch (error) {
      return showTrouble(request, reply, error as Error, parts);
    }
  });
}

/** @throws RedisAway when it fails, or takes longer than 2 s */
export async function askRedis<T>(question: () => Promise<T>): Promise<T> {
  let answer: Awaited<ReturnType<typeof withTimeout<T>>>;
  try {
    answer = await withTimeout(question(), answerWithinMs);
  } catch (error) {
    throw new RedisAway(sayWhy(error as Error));
  }
  if (answer.kind === 'timeout') throw new RedisAway(`Redis did not answer within ${answerWithinMs / 1000} s`);
  return answer.value;
}

/** ioredis speaks of its settings where it means that there is no connection. */
function sayWhy({ message }: Error): string {
  return /enableOfflineQueue|Connection is closed|max retries/i.test(message)
    ? 'Redis cannot be reached'
    : `Redis refused: ${message}`;
}
