import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { FastifyAdapter } from '@bull-board/fastify';
import { audit } from '@nightpass/engine';
import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import type { BoardParts } from '../server.ts';
import { jobFactsHook } from './job-facts.ts';
import { permissionHook } from './permissions.ts';

const basePath = '/queues';

/** bull-board needs inline styles and its base element; everything else stays shut. */
const queuesPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "worker-src 'self'",
  "base-uri 'self'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const said = {
  launch: (provider: string) =>
    `Launches for ${provider}. Waiting: tasks to be launched next (the rest of a big batch waits in the ledger). ` +
    'Active: being sent right now. Delayed: to be tried again. Completed launches leave this queue for .track.',
  track: (provider: string) =>
    `Tasks that ${provider} has taken. Delayed: running remotely. Completed: succeeded. Failed: failed, cancelled, ` +
    'expired, or parked for a person; the reason is told. Retry of a failed one launches its task again.',
};

/** bull-board under `/queues`: the two queues of each provider, read from BullMQ, with nothing invented for it. */
export function queueRoutes({ settings, ledger, queues }: BoardParts): FastifyPluginAsync {
  const { allowDestructive } = settings;
  const serverAdapter = new FastifyAdapter();
  serverAdapter.setBasePath(basePath);
  createBullBoard({
    queues: [...queues].flatMap(([provider, { launch, track }]) => [
      adapterOf(launch, said.launch(provider), { readOnlyMode: !allowDestructive }),
      // A retry must get through here; permissionHook stops the rest.
      adapterOf(track, said.track(provider), { readOnlyMode: false }),
    ]),
    serverAdapter,
    options: {
      handlerHooks: { before: permissionHook({ allowDestructive }), after: jobFactsHook(ledger, { allowDestructive }) },
      uiConfig: {
        boardTitle: 'Nightpass queues',
        boardLogo: { path: '/static/mark.svg', width: 28, height: 28 },
        favIcon: { default: '/static/mark.svg', alternative: '/static/mark.svg' },
        miscLinks: [{ text: 'Overview', url: '/' }],
        hideDocsLink: true,
        hideRedisDetails: true,
        // Each would cost a CLIENT LIST a queue and poll.
        showWorkers: false,
        overview: { groupByDelimiter: true },
        sortQueues: true,
      },
    },
  });
  const styles = ['queues.css', ...(allowDestructive ? [] : ['queues-retry-only.css'])];
  return async (app: FastifyInstance) => {
    app.addHook('onRequest', async (_request, reply) => {
      reply.header('content-security-policy', queuesPolicy);
    });
    app.addHook('onSend', async (request, reply, payload) => {
      if (hasChanged(request, reply)) await audit(ledger, entryOf(request));
      const isPage = String(reply.getHeader('content-type')).startsWith('text/html');
      return isPage && typeof payload === 'string' ? atHome(payload, styles) : payload;
    });
    await app.register(serverAdapter.registerPlugin(), { prefix: basePath });
  };
}

const hasChanged = ({ method }: FastifyRequest, { statusCode }: FastifyReply) =>
  method !== 'GET' && method !== 'HEAD' && statusCode < 400;

/** BullMQ carries it out itself: what was done is known, and why nobody is asked. */
function entryOf({ who, url }: FastifyRequest): Record<string, string> {
  const target = decodeURIComponent(url.replace(/\?.*$/s, '').slice(`${basePath}/api/queues/`.length)).slice(0, 300);
  return { event: 'queue-changed', who: who?.name ?? 'nobody', role: who?.role ?? '', target };
}

function adapterOf(
  queue: ConstructorParameters<typeof BullMQAdapter>[0],
  description: string,
  options: { readOnlyMode: boolean },
): BullMQAdapter {
  const all = {
    ...options,
    description,
    delimiter: '.',
    // Read by the adapter, though its type of options leaves it out.
    allowCompletedRetries: false,
    externalJobUrl: ({ id }: { id?: unknown }) => ({
      href: `/tasks/${encodeURIComponent(String(id))}`,
      displayText: 'task',
    }),
  };
  return new BullMQAdapter(queue, all);
}

/** Takes links to other hosts (its fonts) out of bull-board's page, and adds our own styles. */
function atHome(page: string, styles: readonly string[]): string {
  const links = styles.map((name) => `<link href="/static/${name}" rel="stylesheet">`);
  return page
    .replaceAll(/<link\b[^>]*\bhref="(?:https?:)?\/\/[^>]*>/g, '')
    .replace('</head>', `${links.join('')}</head>`);
}
