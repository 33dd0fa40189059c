import { NothingThere, NotPossible } from '@nightpass/engine';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import { Refused, showTrouble } from '../pages/trouble.ts';
import type { BoardParts } from '../server.ts';

/** What goes wrong under /api/v1, as RFC 9457 has it. */

export interface Problem {
  status: number;
  title: string;
  detail?: string | undefined;
  errors?: { path: string; message: string }[] | undefined;
}

export function sendProblem(reply: FastifyReply, { status, title, detail, errors }: Problem): FastifyReply {
  if (status === 503) void reply.header('retry-after', '5');
  const body = { type: 'about:blank', title, status, detail, errors };
  return reply
    .status(status)
    .header('cache-control', 'no-store')
    .type('application/problem+json; charset=utf-8')
    .serializer((it: unknown) => JSON.stringify(it))
    .send(body);
}

export const noBatch = () => new Refused(404, 'the ledger has no such batch');

/** What stands in the way of an action as it was asked for. */
export class Conflict extends Error {}

/** Of the answer that was to be sent, and is not. */
const notOfProblems = ['content-encoding', 'content-disposition'];

export function problemHandler(parts: BoardParts) {
  return (error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    for (const name of notOfProblems) reply.removeHeader(name);
    if (hasZodFastifySchemaValidationErrors(error)) {
      const where = error.validationContext ?? 'request';
      const errors = error.validation.map(({ instancePath, message = 'cannot be used' }) => ({
        path: [where === 'querystring' ? 'query' : where, ...instancePath.split('/').filter(Boolean)].join('.'),
        message,
      }));
      const detail = errors.map(({ path, message }) => `${path}: ${message}`).join('; ');
      return sendProblem(reply, { status: 400, title: 'This request cannot be understood', detail, errors });
    }
    if (error instanceof NothingThere)
      return sendProblem(reply, { status: 404, title: 'Not found', detail: error.message });
    if (error instanceof NotPossible)
      return sendProblem(reply, { status: 422, title: 'Not possible', detail: error.message });
    if (error instanceof Conflict)
      return sendProblem(reply, { status: 409, title: 'Not as it was', detail: error.message });
    const { statusCode = 500 } = error;
    if (!(error instanceof Refused) && statusCode >= 400 && statusCode < 500) {
      const title = { 413: 'Too large', 415: 'Not of a type that is taken here' }[statusCode];
      return sendProblem(reply, {
        status: statusCode,
        title: title ?? 'This request cannot be understood',
        detail: error.message,
      });
    }
    if ('retryAfterSeconds' in error) void reply.header('retry-after', String(error.retryAfterSeconds));
    return showTrouble(request, reply, error, parts);
  };
}
