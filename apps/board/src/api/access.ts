import { closeSession, createToken, listTokens, revokeToken } from '@nightpass/engine';
import { z } from 'zod';
import { clearCookie, readCookie, setCookie } from '../access/cookie.ts';
import { checkPassword } from '../access/identify.ts';
import { signIn } from '../access/login-page.ts';
import { openNote, type Who } from '../access/who.ts';
import { Refused } from '../pages/trouble.ts';
import { whoOf } from './actions.ts';
import type { Api, ApiParts } from './api-parts.ts';
import { newToken, session, signInBody, tokenBody, tokenList, tokenParams } from './schemas/access.ts';

/** Who one is here, signing in and out, and tokens for scripts. */

export function accessRoutes(app: Api, parts: ApiParts): void {
  const { ledger, settings } = parts;
  const { access } = settings;
  const tags = ['access'];
  const admin = { role: 'admin' } as const;
  const anybody = { role: 'viewer' } as const;

  app.get('/session', { schema: { tags, summary: 'Who I am here', response: { 200: session } } }, async (request) => {
    const { who } = request;
    if (!who) throw new Refused(401, 'nobody is signed in');
    return {
      user: who.name,
      role: who.role,
      by: who.by,
      signIn: access.users.size > 0,
      expiresAtMs: who.expiresAtMs,
      ...(who.by === 'open' && { says: openNote }),
    };
  });

  app.post(
    '/session',
    {
      config: anybody,
      schema: { tags, summary: 'Sign in: sets the cookie', body: signInBody, response: { 200: session } },
    },
    async (request, reply) => {
      if (access.users.size === 0) throw new Refused(404, 'this board has no users to sign in as');
      const found = await checkPassword(request, parts, request.body);
      if (!found) throw new Refused(401, 'name or password is wrong');
      const role = access.users.get(found.user)?.role ?? 'viewer';
      const expiresAtMs = await signIn(parts, found, (cookie) =>
        setCookie(request, reply, cookie, access.span.longestMs),
      );
      return { user: found.user, role, by: 'session' as const, signIn: true, expiresAtMs };
    },
  );

  app.delete(
    '/session',
    { config: anybody, schema: { tags, summary: 'Sign out', response: { 204: z.null() } } },
    async (request, reply) => {
      await closeSession(ledger, readCookie(request) ?? '');
      return clearCookie(request, reply).status(204).send(null);
    },
  );

  app.get(
    '/tokens',
    { config: admin, schema: { tags, summary: 'Tokens for scripts', response: { 200: tokenList } } },
    async () => ({ items: await listTokens(ledger) }),
  );

  app.post(
    '/tokens',
    { config: admin, schema: { tags, summary: 'Make a token', body: tokenBody, response: { 201: newToken } } },
    async (request, reply) => {
      const { name, role, days } = request.body;
      const token = await createToken(ledger, { name, role, days, by: makerOf(request) });
      return reply.status(201).send(token);
    },
  );

  app.delete(
    '/tokens/:id',
    { config: admin, schema: { tags, summary: 'Revoke a token', params: tokenParams, response: { 204: z.null() } } },
    async (request, reply) => {
      if (!(await revokeToken(ledger, request.params.id, makerOf(request)))) {
        throw new Refused(404, 'there is no such token');
      }
      return reply.status(204).send(null);
    },
  );
}

/** None but admins come here. */
const makerOf = (request: { who: Who | undefined }) => ({ who: whoOf(request), role: request.who?.role ?? 'admin' });
