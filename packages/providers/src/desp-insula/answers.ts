import type { AuthorizedExchange } from '../auth/authorized-client.ts';
import { excerpt, reasonLine } from '../http/text-excerpt.ts';

type Answered = Extract<AuthorizedExchange, { kind: 'answer' }>;

export function isWell(exchange: AuthorizedExchange): exchange is Answered {
  return exchange.kind === 'answer' && exchange.status >= 200 && exchange.status <= 299;
}

/** The server does not know this address, or not with these parameters. */
export function isNotOffered(exchange: AuthorizedExchange): boolean {
  return exchange.kind === 'answer' && [400, 404, 405].includes(exchange.status);
}

export function goneReason(answer: { status: number; text: string; json: unknown }): string {
  return reasonLine([`HTTP ${answer.status}`, excerpt(answer)].filter(Boolean).join(': '));
}
