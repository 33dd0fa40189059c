import type { BoardOptions } from '@bull-board/api/typings/app';

/**
 * What people may do on the queues' pages. Reading always; taking a failed task back, one at a time; all else only where
 * `board.allowDestructive` is set: emptying a queue of a million jobs blocks Redis, and so everybody, for 17 s.
 */

type HandlerHooks = NonNullable<BoardOptions['handlerHooks']>;
type BeforeHook = NonNullable<HandlerHooks['before']>;

const prefix = '/api/queues/:queueName';
const retryOne = `${prefix}/:jobId/retry`;

/** Shown to whoever tries, by the route that bull-board names. */
const instead: Record<string, string> = {
  '/api/queues/pause': 'To pause a provider, so that everybody sees why: nightpass pause PROVIDER',
  '/api/queues/resume': 'To let a provider go on: nightpass resume PROVIDER',
  [`${prefix}/pause`]: 'To pause a provider, so that everybody sees why: nightpass pause PROVIDER',
  [`${prefix}/resume`]: 'To let a provider go on: nightpass resume PROVIDER',
  [`${prefix}/retry/:queueStatus`]: 'To launch all failed tasks of a batch again: nightpass redrive BATCH',
  [`${prefix}/add`]: 'Tasks come from batch files only: drop one into the inbox, or nightpass submit FILE',
  [`${prefix}/rate-limit`]: 'A provider’s limits are in its entry of nightpass.yaml',
  [`${prefix}/concurrency`]: 'A provider’s limits are in its entry of nightpass.yaml',
  [`${prefix}/:jobId/clean`]: 'To give a batch’s open tasks up: nightpass cancel BATCH',
  [`${prefix}/:jobId/promote`]: 'A delayed job is a task that runs on the platform: it is looked at by itself',
  [`${prefix}/promote`]: 'A delayed job is a task that runs on the platform: it is looked at by itself',
};
const otherwise = 'Not allowed on this board. To allow what may block Redis: board.allowDestructive in nightpass.yaml';

export function permissionHook({ allowDestructive }: { allowDestructive: boolean }): BeforeHook {
  return ({ method, route, request }) => {
    if (method === 'get' || allowDestructive) return { allow: true };
    if (route === retryOne && String(request.params.queueName).endsWith('.track')) return { allow: true };
    return { allow: false, status: 403, message: instead[route] ?? otherwise };
  };
}
