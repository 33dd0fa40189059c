import type { CallFailure } from '@nightpass/core';
import type { Answer, Exchange } from './http-client.ts';
import { retryAfterMs } from './retry-after.ts';
import { excerpt, reasonLine } from './text-excerpt.ts';

/** One way a call can go wrong, and what it is taken for. Each kind of platform has a table of them: the first that fits decides. */
export interface FailureRow {
  rule: string;
  /** When it broke: before the first byte left, after it with no answer, or in the answer. */
  moment: Exchange['kind'];
  /** First and last status, both included. */
  status?: readonly [number, number];
  /** What the answer says must match too. */
  says?: RegExp;
  /** A Retry-After that can be read must be there too. */
  retryAfter?: true;
  is: CallFailure['kind'];
}

/** How one kind of platform reads answers. */
export interface Reader<R extends FailureRow> {
  /** What `says` is matched against; what the platform says, unless given. */
  said?(answer: Answer): string;
  /** What rows of this kind ask beside. */
  alsoFits?(row: R, answer: Answer): boolean;
  /** The reason, in words, of an answer from 300 on; its status and what it says, unless given. */
  reason?(answer: Answer): string;
}

/**
 * The class of a call that did not give what it was made for.
 * @param instead replaces the reason, where the caller knows more
 */
export function classify<R extends FailureRow>(
  table: readonly R[],
  exchange: Exchange,
  reader: Reader<R> = {},
  instead?: string,
): CallFailure {
  const row = table.find((candidate) => fits(candidate, exchange, reader));
  if (!row) throw new Error('a table of failures has a last row for everything');
  const { rule } = row;
  const reason = reasonLine(instead ?? reasonOf(exchange, reader));
  switch (row.is) {
    case 'notSent':
    case 'unauthorized':
    case 'ambiguous':
      return { kind: row.is, rule, reason };
    case 'throttled':
    case 'quota':
      return { kind: row.is, rule, reason, retryAfterMs: exchange.kind === 'answer' ? waitOf(exchange) : undefined };
    case 'rejected':
      return { kind: 'rejected', rule, reason, status: exchange.kind === 'answer' ? exchange.status : 0 };
    default:
      return row.is satisfies never;
  }
}

function fits<R extends FailureRow>(row: R, exchange: Exchange, { said = excerpt, alsoFits }: Reader<R>): boolean {
  if (row.moment !== exchange.kind) return false;
  if (exchange.kind !== 'answer') return true;
  const [first, last] = row.status ?? [0, 999];
  if (exchange.status < first || exchange.status > last) return false;
  if (alsoFits && !alsoFits(row, exchange)) return false;
  if (row.says && !row.says.test(said(exchange))) return false;
  return row.retryAfter !== true || waitOf(exchange) !== undefined;
}

function reasonOf<R extends FailureRow>(exchange: Exchange, reader: Reader<R>): string {
  if (exchange.kind !== 'answer') return exchange.reason;
  const { status, trouble } = exchange;
  // What stands in a 2xx that we cannot use is no reason, and may be anything.
  const words =
    status < 300
      ? `HTTP ${status}: not the answer that is documented`
      : (reader.reason?.(exchange) ?? [`HTTP ${status}`, excerpt(exchange)].filter(Boolean).join(': '));
  return [words, trouble === undefined ? '' : `: ${trouble}`, requestNamed(exchange)].join('');
}

/** The platform's own id of the request: who runs it finds it by that. */
const requestHeaders = ['request-id', 'x-request-id', 'x-correlation-id', 'x-amzn-requestid'];

function requestNamed({ headers }: Answer): string {
  const id = requestHeaders.map((name) => headers[name]).find((value) => /^[\w.:/+=-]{1,80}$/.test(value ?? ''));
  return id === undefined ? '' : ` [request ${id}]`;
}

function waitOf(answer: Answer): number | undefined {
  return retryAfterMs(answer.headers['retry-after'], { nowMs: Date.now(), date: answer.headers.date });
}

/** Turned away by us, before anything was sent: sending it again would change nothing. */
export function refused(rule: string, reason: string): CallFailure & { kind: 'rejected' } {
  return { kind: 'rejected', rule, status: 0, reason };
}

/** As credentials are refused in words: in the body, or in the header that asks for them. */
export const saidWithChallenge = (answer: Answer) => `${excerpt(answer)} ${answer.headers['www-authenticate'] ?? ''}`;
