import type { Log } from '@nightpass/core';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { sendProblem } from '../api/problem.ts';
import type { BoardParts } from '../server.ts';
import { html } from './html.ts';
import { sendPage } from './layout.ts';

/** What people and programs see where there is no page to show. */

interface Trouble {
  status: number;
  title: string;
  says: string;
  /** What happens next, or what to do. */
  hint: string;
}

/** A request that is not carried out: its status, and why. */
export class Refused extends Error {
  readonly statusCode: number;

  constructor(statusCode: number, message: string) {
    super(message);
    this.name = 'Refused';
    this.statusCode = statusCode;
  }
}

/** Redis does not answer, or cannot be used. */
export class RedisAway extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'RedisAway';
  }
}

export function handleTrouble(app: FastifyInstance, parts: BoardParts): void {
  app.setNotFoundHandler((request, reply) =>
    showTrouble(request, reply, new Refused(404, 'there is no such page'), parts),
  );
  app.setErrorHandler((error: Error, request, reply) => showTrouble(request, reply, error, parts));
}

/** Answers with a page for browsers, with JSON for everybody else. */
export function showTrouble(
  request: FastifyRequest,
  reply: FastifyReply,
  error: Error,
  { ledger, log }: Pick<BoardParts, 'ledger' | 'log'>,
): FastifyReply {
  const away = error instanceof RedisAway || ledger.redis.status !== 'ready';
  return show(request, reply, troubleOf(error, away, log));
}

function troubleOf(error: Error & { statusCode?: number }, away: boolean, log: Log): Trouble {
  const status = error.statusCode ?? 500;
  if (error instanceof Refused || status < 500) {
    const title =
      { 401: 'Who are you?', 403: 'Not allowed', 404: 'Not found', 429: 'Too many' }[status] ??
      'This request cannot be understood';
    const hint =
      status === 401 ? 'Sign in with a user of this board, or give a token.' : 'The overview shows what there is.';
    return { status, title, says: sentence(error.message), hint };
  }
  if (away) {
    return {
      status: 503,
      title: 'The ledger is away',
      says: error instanceof RedisAway ? `${sentence(error.message)}` : 'Redis cannot be reached.',
      hint: 'Nothing is lost: what was written stays, and running jobs go on at their platforms. This page comes back by itself.',
    };
  }
  log.error({ err: error }, 'request failed');
  return {
    status: 500,
    title: 'Something broke',
    says: 'This page could not be made. The log of the board tells why.',
    hint: 'Launches and looks do not depend on it.',
  };
}

function show(request: FastifyRequest, reply: FastifyReply, { status, title, says, hint }: Trouble): FastifyReply {
  void reply.status(status);
  if (request.url.startsWith('/api/v1')) return sendProblem(reply, { status, title, detail: `${says} ${hint}` });
  if (status === 503) void reply.header('retry-after', '5');
  if (!String(request.headers.accept).includes('text/html')) {
    return reply.header('cache-control', 'no-store').send({ error: title, message: says });
  }
  const body = html`<div class="trouble"><p class="code">${status}</p><h1>${title}</h1><p class="lead">${says}</p><p>${hint}</p><p><a href="/">Overview</a></p></div>`;
  return sendPage(reply, { title, body, again: status === 503 });
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`;
}
