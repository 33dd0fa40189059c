import { createHash, timingSafeEqual } from 'node:crypto';
import { countAttempt, findSession, findToken, forgiveAttempt } from '@nightpass/engine';
import { isPassword } from '@nightpass/runtime';
import type { FastifyRequest } from 'fastify';
import { Refused } from '../pages/trouble.ts';
import type { BoardParts } from '../server.ts';
import { readCookie } from './cookie.ts';
import type { Who } from './who.ts';

/** Who makes a request. The first of token, password, session and proxy that is there decides; a wrong one is refused. */

/** @returns undefined for nobody. @throws Refused for somebody who says to be who they are not */
export async function identify(request: FastifyRequest, parts: BoardParts): Promise<Who | undefined> {
  const { ledger, settings } = parts;
  const { access, credentials } = settings;
  const [, scheme = '', given = ''] = /^(\w+) +(\S+)$/.exec(request.headers.authorization ?? '') ?? [];
  if (scheme.toLowerCase() === 'bearer') {
    const token = await findToken(ledger, given);
    if (!token) throw new Refused(401, 'this token is not known here, or is over');
    return { name: `token ${token.name}`, role: token.role, by: 'token', expiresAtMs: token.expiresAtMs };
  }
  if (!credentials && access.users.size === 0 && !access.proxy) {
    return { name: 'somebody on this machine', role: 'admin', by: 'open' };
  }
  if (scheme.toLowerCase() === 'basic' && credentials) {
    return byPassword(request, parts, Buffer.from(given, 'base64').toString('utf8'));
  }
  const cookie = readCookie(request);
  const session = cookie ? await findSession(ledger, cookie, access.span) : undefined;
  const user = session && access.users.get(session.user);
  // A role is looked up at each request, and a password that was changed ends its sessions.
  if (session && user && user.mark === session.mark) {
    return { name: session.user, role: user.role, by: 'session', expiresAtMs: session.expiresAtMs };
  }
  return byProxy(request, parts);
}

/** What was right lately: who has come in goes on, however many others guess meanwhile. Of this process only. */
const rightBefore = new WeakMap<object, Map<string, number>>();
const rememberedMs = 3_600_000;
const mostRemembered = 1_000;

/** The one user of `board.user`: as everybody's browser sends it, with each request. */
async function byPassword(request: FastifyRequest, { ledger, settings }: BoardParts, sent: string): Promise<Who> {
  const { credentials } = settings;
  const colon = sent.indexOf(':');
  const [name, password] = [sent.slice(0, colon), sent.slice(colon + 1)];
  const right = credentials && [sameText(name, credentials.user), sameText(password, credentials.password)];
  const isRight = right !== undefined && !right.includes(false);
  const address = addressOf(request, settings);
  const known = rightBefore.get(settings) ?? new Map<string, number>();
  rightBefore.set(settings, known);
  // Only what was right is ever in it.
  const isKnown = isRight && (known.get(address) ?? 0) > performance.now();
  if (!isKnown) {
    const attempt = { name, address };
    const waitMs = await countAttempt(ledger, attempt);
    if (waitMs > 0) throw new TooMany(waitMs);
    if (!isRight) throw new Refused(401, 'user or password is wrong');
    await forgiveAttempt(ledger, attempt);
  }
  known.delete(address);
  known.set(address, performance.now() + rememberedMs);
  const [oldest] = known.keys();
  if (known.size > mostRemembered && oldest !== undefined) known.delete(oldest);
  return { name, role: 'admin', by: 'password' };
}

function byProxy(request: FastifyRequest, { settings: { access } }: BoardParts): Who | undefined {
  if (!access.proxy || !isFrom(request, access)) return undefined;
  const name = String(request.headers[access.proxy.header] ?? '').trim();
  if (name === '' || name.length > 200) return undefined;
  const own = Object.hasOwn(access.proxy.roles, name) ? access.proxy.roles[name] : access.proxy.roles['*'];
  if (!own) throw new Refused(403, `${name} has no role on this board`);
  return { name, role: own, by: 'proxy' };
}

/** Signing in by name and password. @returns undefined where they are wrong. @throws TooMany */
export async function checkPassword(
  request: FastifyRequest,
  { ledger, settings }: BoardParts,
  given: { name: string; password: string },
): Promise<{ user: string; mark: string } | undefined> {
  const attempt = { name: given.name, address: addressOf(request, settings) };
  const waitMs = await countAttempt(ledger, attempt);
  if (waitMs > 0) throw new TooMany(waitMs);
  const user = settings.access.users.get(given.name);
  if (!(await isPassword(given.password, user?.passwordHash)) || !user) return undefined;
  await forgiveAttempt(ledger, attempt);
  return { user: given.name, mark: user.mark };
}

export class TooMany extends Refused {
  readonly retryAfterSeconds: number;

  constructor(waitMs: number) {
    super(429, `too many attempts to sign in: try again in ${Math.ceil(waitMs / 60_000)} min`);
    this.retryAfterSeconds = Math.ceil(waitMs / 1000);
  }
}

/** Of the client; of what a trusted proxy says, the last: that it has seen itself. */
function addressOf(request: FastifyRequest, { access }: BoardParts['settings']): string {
  const forwarded = String(request.headers['x-forwarded-for'] ?? '')
    .split(',')
    .at(-1)
    ?.trim();
  return (access.proxy && forwarded && isFrom(request, access) && forwarded) || request.ip;
}

function isFrom({ ip }: FastifyRequest, { proxy }: BoardParts['settings']['access']): boolean {
  const address = ip.replace(/^::ffff:(?=\d+\.)/, '');
  return proxy?.from.check(address, address.includes(':') ? 'ipv6' : 'ipv4') ?? false;
}

/** Takes as long for a nearly right text as for a wrong one. */
function sameText(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
