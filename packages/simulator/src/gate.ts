import { setTimeout as wait } from 'node:timers/promises';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from './clock.ts';
import { type Delivery, play } from './delivery.ts';
import type { Faults } from './faults.ts';
import type { Asked, Platform, Reply, Route } from './platform.ts';
import { drawBetween, type Random } from './random.ts';
import type { OpenRequest, RequestLog, RequestRecord } from './request-log.ts';
import type { SlidingSecond } from './sliding-second.ts';
import { retryAfterHeader, type Traffic } from './traffic.ts';

/** What stands in front of a platform. Read anew for each request, since most of it can be replaced. */
export interface Gate {
  platform: Platform;
  traffic: Traffic;
  faults: Faults;
  log: RequestLog;
  clock: Clock;
  /** Calls that the rate limit let through, in the last second and in the last minute. */
  passed: { inSecond: SlidingSecond; inMinute: SlidingSecond };
  random: Random;
  /** Aborted when the simulator closes. */
  closing: AbortSignal;
}

/** Path prefix of the simulator's own addresses, which are not counted. No platform uses it. */
export const ownPrefix = '/_sim';

const unknownRoute: Omit<Route, 'answer'> = { method: 'GET', url: '*', call: 'other', read: () => ({}) };

/** Puts the platform's addresses on the server, each behind the script of faults, and each request on record. */
export function openGate(app: FastifyInstance, gate: Gate): void {
  const open = new WeakMap<FastifyRequest, OpenRequest>();
  const arrived = (request: FastifyRequest, route: Pick<Route, 'call'>) =>
    open.set(
      request,
      gate.log.arrived({
        call: route.call,
        method: request.method,
        path: request.url,
        atMs: gate.clock.elapsedMs(),
        wallMs: gate.clock.wallMs(),
        correlationId: correlationIdOf(request),
      }),
    );

  for (const route of gate.platform.routes) {
    app.route({
      method: route.method,
      url: route.url,
      onRequest: (request, _reply, done) => {
        arrived(request, route);
        done();
      },
      handler: async (request, reply) => serve(gate, route, request, reply, open.get(request)),
    });
  }
  app.setNotFoundHandler(async (request, reply) => {
    if (request.url.startsWith(ownPrefix)) return reply.code(404).send({ message: 'No such address of the simulator' });
    const route: Route = { ...unknownRoute, answer: (asked) => gate.platform.refuse(asked, 404, 'Not found') };
    arrived(request, route);
    return serve(gate, route, request, reply, open.get(request));
  });
  app.setErrorHandler(async (error: { statusCode?: number; message: string }, request, reply) => {
    const status = error.statusCode ?? 500;
    open.get(request)?.answered(status);
    const refusal = gate.platform.refuse({ correlationId: correlationIdOf(request) }, status, error.message);
    return reply.code(status).type('application/json').send(refusal.body);
  });
}

async function serve(
  gate: Gate,
  route: Route,
  request: FastifyRequest,
  reply: FastifyReply,
  open: OpenRequest | undefined,
): Promise<FastifyReply> {
  if (!open) throw new Error(`${request.url} was not put on record`);
  const { record } = open;
  const asked = askedOf(request, record);
  const read = route.read(asked);
  record.name = read.name;
  record.fingerprint = read.fingerprint;
  record.jobId = read.jobId;

  const fault = gate.faults.decide(route.call, { ...read, correlationId: asked.correlationId }, gate.clock.elapsedMs());
  if (fault) open.struck(fault.do);
  if (fault?.do === 'expire-tokens') gate.platform.expireTokens();

  const act = () => {
    const answer = throttled(gate, route, asked) ?? route.answer(asked, read);
    if (answer.effect) open.tookEffect(answer.effect.jobId);
    return answer;
  };
  const pause = async (ms: number): Promise<void> => {
    if (ms > 0) await wait(ms, undefined, { signal: gate.closing });
  };
  const halfLatencyMs = drawBetween(gate.traffic.latencyMs, gate.random) / 2;
  try {
    await pause(halfLatencyMs);
    const delivery = await play(fault, { act, pause, wallMs: () => gate.clock.wallMs() });
    await pause(halfLatencyMs);
    return await deliver(delivery, reply, open, pause);
  } catch (error) {
    if (!gate.closing.aborted) throw error;
    return deliver({ how: 'drop' }, reply, open, pause);
  }
}

/** 429 beyond the rate limit; nothing takes effect then. */
function throttled(gate: Gate, route: Route, asked: Asked): Reply | undefined {
  const limit = gate.traffic.rateLimit;
  if (!limit?.on.includes(route.call)) return undefined;
  const nowMs = gate.clock.elapsedMs();
  const { inSecond, inMinute } = gate.passed;
  const { perSecond = Number.POSITIVE_INFINITY, perMinute = Number.POSITIVE_INFINITY } = limit;
  if (inSecond.countAt(nowMs) < perSecond && inMinute.countAt(nowMs) < perMinute) {
    inSecond.add(nowMs);
    inMinute.add(nowMs);
    return undefined;
  }
  const refusal = gate.platform.refuse(asked, 429, 'Too many requests');
  if (limit.retryAfter === 'none') return refusal;
  const header = retryAfterHeader(limit.retryAfterSeconds, limit.retryAfter, gate.clock.wallMs());
  return { ...refusal, headers: { ...refusal.headers, 'retry-after': header } };
}

async function deliver(
  delivery: Delivery,
  reply: FastifyReply,
  open: OpenRequest,
  pause: (ms: number) => Promise<void>,
): Promise<FastifyReply> {
  const { socket } = reply.request.raw;
  if (delivery.how === 'drop') {
    reply.hijack();
    open.answered(0);
    socket.destroy();
    return reply;
  }
  const { status, headers, body } = delivery.reply;
  if (delivery.how === 'whole') {
    open.answered(socket.destroyed ? 0 : status);
    if (body !== undefined) reply.type('application/json');
    return reply
      .code(status)
      .headers(headers ?? {})
      .send(body);
  }

  const bytes = Buffer.from(body ?? '');
  reply.hijack();
  reply.raw.writeHead(status, { 'content-type': 'application/json', ...headers, 'content-length': bytes.length });
  if (delivery.how === 'cut') {
    open.answered(0);
    reply.raw.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => socket.destroy());
    return reply;
  }
  const pieces = Math.min(20, Math.max(1, bytes.length));
  for (let piece = 0; piece < pieces; piece += 1) {
    await pause(delivery.overMs / pieces);
    reply.raw.write(
      bytes.subarray(Math.floor((bytes.length * piece) / pieces), Math.floor((bytes.length * (piece + 1)) / pieces)),
    );
  }
  open.answered(socket.destroyed ? 0 : status);
  reply.raw.end();
  return reply;
}

function askedOf(request: FastifyRequest, record: RequestRecord): Asked {
  const query = request.url.indexOf('?');
  return {
    params: request.params as Record<string, string>,
    query: new URLSearchParams(query < 0 ? '' : request.url.slice(query + 1)),
    headers: request.headers,
    body: typeof request.body === 'string' ? request.body : '',
    correlationId: record.correlationId,
    atMs: record.atMs,
    ownOrigin: `http://${request.headers.host ?? 'localhost'}`,
  };
}

function correlationIdOf(request: FastifyRequest): string | undefined {
  const header = request.headers['x-correlation-id'];
  return Array.isArray(header) ? header[0] : header;
}
