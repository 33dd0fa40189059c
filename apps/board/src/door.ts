import { mayAs, type Role } from '@nightpass/core';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { identify } from './access/identify.ts';
import type { Who } from './access/who.ts';
import { isLoopback } from './config.ts';
import { RedisAway, Refused, showTrouble } from './pages/trouble.ts';
import type { BoardParts } from './server.ts';

/** Who may come in: by the right name in the address, as somebody we know, and with no request that another site has made. */

/** For machines that ask whether we live; they carry no password. */
const openPaths = new Set(['/healthz', '/readyz']);
const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS']);
const signInPaths = new Set(['/login', '/api/v1/session']);

/** To be called before any route is registered. */
export async function guardDoor(app: FastifyInstance, parts: BoardParts): Promise<void> {
  const { host, access } = parts.settings;
  const names = isLoopback(host) ? new Set(['localhost', '127.0.0.1', '[::1]', urlHost(host)]) : undefined;
  const hasUsers = access.users.size > 0;
  const isOpen = (request: FastifyRequest) => {
    const path = pathOf(request);
    return openPaths.has(path) || (hasUsers && (signInPaths.has(path) || path.startsWith('/static/')));
  };
  app.decorateRequest('who', undefined);
  // Answered here and not thrown: bull-board has an error handler of its own.
  app.addHook('onRequest', async (request, reply) => {
    const refusal = whyForeign(request, names);
    if (refusal) return showTrouble(request, reply, refusal, parts);
    if (openPaths.has(pathOf(request))) return;
    try {
      request.who = await whoOf(request, parts);
      if (!request.who && isOpen(request)) return;
      const refused = whyNot(request, request.who);
      if (!refused) return;
      return refused.statusCode === 401
        ? askWho(request, reply, refused, parts)
        : showTrouble(request, reply, refused, parts);
    } catch (error) {
      if (error instanceof Refused && error.statusCode === 401) return askWho(request, reply, error, parts);
      return showTrouble(request, reply, error as Error, parts);
    }
  });
}

/** @throws Refused; RedisAway where that cannot be known now */
async function whoOf(request: FastifyRequest, parts: BoardParts): Promise<Who | undefined> {
  try {
    return await identify(request, parts);
  } catch (error) {
    throw error instanceof Refused ? error : new RedisAway('Redis cannot be reached');
  }
}

/** What keeps this somebody from this request. */
function whyNot(request: FastifyRequest, who: Who | undefined): Refused | undefined {
  if (!who) return new Refused(401, 'this board wants to know who you are');
  const needed = roleFor(request);
  if (!mayAs(who.role, needed)) {
    return new Refused(403, `this needs the role ${needed}; ${who.name} is ${who.role} here`);
  }
  // What a browser sends along by itself proves nothing: it must also say which page made it do so.
  const isAmbient = who.by === 'session' || who.by === 'proxy';
  const { origin, 'sec-fetch-site': site } = request.headers;
  if (!safeMethods.has(request.method) && isAmbient && origin === undefined && site === undefined) {
    return new Refused(403, 'a change by a session must say where it comes from: send Origin, or use a token');
  }
  return undefined;
}

function roleFor(request: FastifyRequest): Role {
  if (safeMethods.has(request.method)) return request.routeOptions.config.role ?? 'viewer';
  // A retry in bull-board is a redrive; whatever else changes a queue there is not for everybody.
  if (request.method === 'PUT' && /^\/queues\/api\/queues\/[^/]+\/[^/]+\/retry/.test(request.url)) return 'operator';
  return request.routeOptions.config.role ?? 'admin';
}

/** How people are asked who they are: by the form where there are users, by their browser where there is one for all. */
function askWho(request: FastifyRequest, reply: FastifyReply, refused: Refused, parts: BoardParts): FastifyReply {
  const { credentials, access } = parts.settings;
  const isPage = request.method === 'GET' && String(request.headers.accept).includes('text/html');
  if (access.users.size > 0 && isPage && !pathOf(request).startsWith('/api/')) {
    return reply.redirect(`/login?next=${encodeURIComponent(request.url)}`, 303);
  }
  if (credentials) void reply.header('www-authenticate', 'Basic realm="Nightpass", charset="UTF-8"');
  else void reply.header('www-authenticate', 'Bearer realm="Nightpass"');
  return showTrouble(request, reply, refused, parts);
}

const pathOf = ({ url }: FastifyRequest) => url.replace(/\?.*$/s, '');

function whyForeign(request: FastifyRequest, names: ReadonlySet<string> | undefined): Refused | undefined {
  // A page of another site may point its own name at 127.0.0.1 and so read from us: DNS rebinding.
  if (names && !names.has(hostOf(request))) {
    return new Refused(403, `this board is called by another name: use ${[...names].join(', ')}`);
  }
  if (!safeMethods.has(request.method) && !isSameOrigin(request)) {
    return new Refused(403, 'another site made this request: it is not carried out');
  }
  return undefined;
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
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return false;
  const { origin, host } = headers;
  if (origin === undefined) return true;
  // Said by the browser itself: a proxy in front may have changed the Host.
  if (site === 'same-origin') return true;
  return URL.canParse(origin) && new URL(origin).host === host?.toLowerCase();
}
