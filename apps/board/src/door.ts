import { createHash, timingSafeEqual } from 'node:crypto';
import basicAuth from '@fastify/basic-auth';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { isLoopback } from './config.ts';
import { Refused, showTrouble } from './pages/trouble.ts';
import type { BoardParts } from './server.ts';

/** Who may come in: the right name in the address, the right password, and no request that another site has made. */

/** For machines that ask whether we live; they carry no password. */
const openPaths = new Set(['/healthz', '/readyz']);
const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS']);

/** To be called before any route is registered. */
export async function guardDoor(app: FastifyInstance, parts: BoardParts): Promise<void> {
  const { host, credentials } = parts.settings;
  const names = isLoopback(host) ? new Set(['localhost', '127.0.0.1', '[::1]', urlHost(host)]) : undefined;
  // Answered here and not thrown: bull-board has an error handler of its own.
  app.addHook('onRequest', async (request, reply) => {
    const refusal = whyRefused(request, names);
    return refusal && showTrouble(request, reply, refusal, parts);
  });
  if (!credentials) return;
  await app.register(basicAuth, {
    authenticate: { realm: 'Nightpass' },
    validate: async (user, password) => {
      const right = [sameText(user, credentials.user), sameText(password, credentials.password)];
      if (right.includes(false)) throw new Refused(401, 'user or password is wrong');
    },
  });
  app.addHook('onRequest', (request, reply, done) => {
    if (openPaths.has(request.url.replace(/\?.*$/s, ''))) return done();
    app.basicAuth(request, reply, (error?: Error) => {
      if (error) showTrouble(request, reply, new Refused(401, error.message), parts);
      else done();
    });
  });
}

function whyRefused(request: FastifyRequest, names: ReadonlySet<string> | undefined): Refused | undefined {
  // A page of another site may point its own name at 127.0.0.1 and so read from us: DNS rebinding.
  if (names && !names.has(hostOf(request))) {
    return new Refused(403, `this board is called by another name: use ${[...names].join(', ')}`);
  }
  if (!safeMethods.has(request.method) && !isSameOrigin(request)) {
    return new Refused(403, 'another site made this request: it is not carried out');
  }
  return undefined;
}

/** Takes as long for a nearly right text as for a wrong one. */
function sameText(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}

function urlHost(host: string): string {
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host.toLowerCase();
}

function hostOf({ headers }: FastifyRequest): string {
  return (headers.host ?? '').toLowerCase().replace(/:\d*$/, '');
}

/** Browsers say where a request comes from; programs say nothing, and are not the danger. */
function isSameOrigin({ headers }: FastifyRequest): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin' || site === 'none';
  const { origin, host } = headers;
  if (origin === undefined) return true;
  return URL.canParse(origin) && new URL(origin).host === host?.toLowerCase();
}
