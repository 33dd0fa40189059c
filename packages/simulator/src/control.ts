import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { type Call, calls, type FaultRule } from './fault-script.ts';
import { ownPrefix } from './gate.ts';
import type { Behaviour } from './kinds.ts';
import type { RequestFilter } from './request-log.ts';
import type { Simulator } from './simulator.ts';

const kindOfCall = z.enum([...calls, 'any']).default('launch');

const requestFilter = z.strictObject({
  call: z.enum(calls).optional(),
  correlationId: z.string().optional(),
  jobId: z.string().optional(),
  status: z.coerce.number().optional(),
  fault: z.string().optional(),
});

/**
 * The simulator's own addresses, for other processes: the truth to read, the script to change. No login, and
 * therefore from this machine only.
 */
export function openControl(app: FastifyInstance, simulator: Simulator): void {
  const get = (path: string, answer: (query: Record<string, string>) => object) =>
    app.get(`${ownPrefix}${path}`, async (request, reply) =>
      respond(request, reply, () => answer(request.query as Record<string, string>)),
    );
  const post = (path: string, act: (body: unknown) => void) =>
    app.post(`${ownPrefix}${path}`, async (request, reply) =>
      respond(request, reply, () => {
        act(parsed(request.body));
        return { ok: true };
      }),
    );

  get('/info', () => ({
    kind: simulator.kind,
    seed: simulator.seed,
    url: simulator.url,
    tokenUrl: simulator.tokenUrl,
  }));
  get('/launches', () => ({ launches: simulator.launches() }));
  get('/jobs', () => ({ jobs: simulator.jobs() }));
  get('/job-counts', () => simulator.jobCounts());
  get('/requests', (query) => ({ requests: simulator.requests(requestFilter.parse(query) as RequestFilter) }));
  get('/counts', () => simulator.counts());
  get('/launched-twice', (query) => ({
    launchedTwice: simulator.launchedTwice(z.enum(['task', 'payload']).default('task').parse(query.by)),
  }));
  get('/most-in-any-second', (query) => {
    const kind: Call | 'any' = kindOfCall.parse(query.kind);
    return { kind, most: simulator.mostInAnySecond(kind) };
  });
  // `setFaults` and `setBehaviour` check what they are given.
  post('/faults', (body) => simulator.setFaults((Array.isArray(body) ? body : faultsIn(body)) as FaultRule[]));
  post('/behaviour', (body) => simulator.setBehaviour(z.record(z.string(), z.unknown()).parse(body) as Behaviour));
  post('/expire-tokens', () => simulator.expireTokens());
  post('/job-status', (body) => {
    const { jobId, status } = z.strictObject({ jobId: z.string(), status: z.string() }).parse(body);
    simulator.setJobStatus(jobId, status);
  });
  post('/remove-job', (body) => simulator.removeJob(z.strictObject({ jobId: z.string() }).parse(body).jobId));
  post('/reset', () => simulator.reset());
}

function faultsIn(body: unknown): unknown {
  return z.strictObject({ faults: z.unknown() }).parse(body).faults;
}

function respond(request: FastifyRequest, reply: FastifyReply, answer: () => object): FastifyReply {
  if (!isLoopback(request.socket.remoteAddress)) {
    return reply.code(403).send({ message: `${ownPrefix} answers this machine only` });
  }
  try {
    return reply.send(answer());
  } catch (error) {
    const message = error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message;
    return reply.code(400).send({ message });
  }
}

/** @throws SyntaxError */
function parsed(body: unknown): unknown {
  return typeof body === 'string' && body !== '' ? JSON.parse(body) : undefined;
}

function isLoopback(address: string | undefined): boolean {
  return address === '::1' || /^(::ffff:)?127\./.test(address ?? '');
}
