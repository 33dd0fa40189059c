import type { FastifyReply, FastifyRequest } from 'fastify';

/** The session's cookie. With `__Host-` it is taken from nobody but this host, over https; without https it cannot be. */

const plain = 'nightpass-session';
const secure = `__Host-${plain}`;

/** Whether the browser came by https, here or at the proxy in front. */
const isHttps = ({ headers, protocol }: FastifyRequest) =>
  protocol === 'https' || String(headers['x-forwarded-proto']).split(',')[0]?.trim() === 'https';

export function readCookie({ headers }: FastifyRequest): string | undefined {
  const all = (headers.cookie ?? '').split(';').map((pair) => pair.trim().split('='));
  const found = all.find(([name]) => name === secure) ?? all.find(([name]) => name === plain);
  return found?.[1];
}

export function setCookie(request: FastifyRequest, reply: FastifyReply, value: string, forMs: number): FastifyReply {
  const https = isHttps(request);
  const parts = [
    `${https ? secure : plain}=${value}`,
    'Path=/',
    `Max-Age=${Math.floor(forMs / 1000)}`,
    'HttpOnly',
    'SameSite=Strict',
    ...(https ? ['Secure'] : []),
  ];
  return reply.header('set-cookie', parts.join('; '));
}

export function clearCookie(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  return setCookie(request, reply, '', 0);
}
