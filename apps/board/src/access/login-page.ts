import { audit, closeSession, openSession } from '@nightpass/engine';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import { html } from '../pages/html.ts';
import { sendPage } from '../pages/layout.ts';
import type { BoardParts } from '../server.ts';
import { clearCookie, readCookie, setCookie } from './cookie.ts';
import { checkPassword, TooMany } from './identify.ts';

/** Signing in and out by a form, without any script. */

const form = z.object({
  name: z.string().max(200).catch(''),
  password: z.string().max(1000).catch(''),
  next: z.string().max(2000).catch('/'),
});

/** Only to ourselves: another host may hide behind `//` or `\`. */
const ownPath = (path: string) => (/^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/.test(path) ? path : '/');

export function loginRoutes(app: FastifyInstance, parts: BoardParts): void {
  if (parts.settings.access.users.size === 0) return;
  app.register(async (scope) => {
    scope.removeContentTypeParser('application/x-www-form-urlencoded');
    scope.addContentTypeParser(
      'application/x-www-form-urlencoded',
      { parseAs: 'string', bodyLimit: 16_384 },
      (_request, body, done) => done(null, Object.fromEntries(new URLSearchParams(String(body)))),
    );
    scope.get('/login', async (request, reply) => {
      const { next } = form.parse(request.query ?? {});
      return showForm(reply, { next: ownPath(next), says: undefined });
    });
    scope.post('/login', { config: { role: 'viewer' } }, async (request, reply) => {
      const { name, password, next } = form.parse(request.body ?? {});
      try {
        const who = await checkPassword(request, parts, { name, password });
        if (!who) return showForm(reply.status(401), { next: ownPath(next), says: 'Name or password is wrong.' });
        await signIn(parts, who, (cookie) => setCookie(request, reply, cookie, parts.settings.access.span.longestMs));
        return reply.redirect(ownPath(next), 303);
      } catch (error) {
        if (!(error instanceof TooMany)) throw error;
        void reply.status(429).header('retry-after', String(error.retryAfterSeconds));
        return showForm(reply, { next: ownPath(next), says: `${error.message}.` });
      }
    });
    scope.post('/logout', { config: { role: 'viewer' } }, async (request, reply) => {
      await closeSession(parts.ledger, readCookie(request) ?? '');
      return clearCookie(request, reply).redirect('/login', 303);
    });
  });
}

export async function signIn(
  { ledger, settings, log }: BoardParts,
  who: { user: string; mark: string },
  give: (cookie: string) => void,
): Promise<number> {
  const { cookie, expiresAtMs } = await openSession(ledger, who, settings.access.span);
  const role = settings.access.users.get(who.user)?.role ?? 'viewer';
  await audit(ledger, { event: 'signed-in', who: who.user, role });
  log.info({ user: who.user, role }, 'signed in');
  give(cookie);
  return expiresAtMs;
}

function showForm(reply: FastifyReply, { next, says }: { next: string; says: string | undefined }): FastifyReply {
  const body = html`<div class="trouble"><h1>Sign in</h1>
${says && html`<p class="lead" role="alert">${says}</p>`}
<form method="post" action="/login">
<p><label>Name<br><input name="name" autocomplete="username" required maxlength="64"></label></p>
<p><label>Password<br><input name="password" type="password" autocomplete="current-password" required></label></p>
<input type="hidden" name="next" value="${next}">
<p><button type="submit">Sign in</button></p>
</form></div>`;
  // The only page of ours with a form that is sent.
  const policy =
    "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
  void reply.header('content-security-policy', policy);
  return sendPage(reply, { title: 'Sign in', body });
}
