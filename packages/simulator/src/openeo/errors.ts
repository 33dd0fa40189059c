import { randomUUID } from 'node:crypto';
import type { Reply } from '../platform.ts';

/** An error as openEO writes it. */
export function errorReply(status: number, code: string, message: string): Reply {
  const id = `r-${randomUUID().replaceAll('-', '')}`;
  return { status, headers: { 'request-id': id }, body: JSON.stringify({ id, code, message, links: [] }) };
}

export const json = (body: unknown, status = 200): Reply => ({ status, body: JSON.stringify(body) });

/** No body; some back-ends call it a page all the same. */
export const empty = (status: number, headers: Record<string, string> = {}): Reply => ({
  status,
  headers: { 'content-type': 'text/html; charset=utf-8', ...headers },
  body: '',
});

export const noSuchJob = (id: string | undefined): Reply =>
  errorReply(404, 'JobNotFound', `The batch job '${id ?? ''}' does not exist.`);
