import type { OidcConfig, SavedLogin, StoredLogin } from '@nightpass/core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type TestIssuer, testIssuer } from './test-issuer.ts';
import { never, oidcClientOf, type TestOidc } from './test-oidc.ts';

let issuer: TestIssuer;
const open: TestOidc[] = [];
beforeEach(async () => {
  issuer = await testIssuer();
});
afterEach(async () => {
  for (const { tokens } of open.splice(0)) await tokens.close();
  await issuer.close();
});

function source(auth: Partial<OidcConfig>, login?: StoredLogin): TestOidc {
  const made = oidcClientOf(issuer.url, auth, login);
  open.push(made);
  return made;
}

describe('a login of a person', () => {
  function store(login?: Partial<SavedLogin>) {
    const kept = {
      login: login && { refreshToken: 'planted-refresh-0', issuer: issuer.url, clientId: 'a client', ...login },
    };
    const written: SavedLogin[] = [];
    const at: StoredLogin = {
      provider: 'openeo',
      read: () => kept.login,
      write(successor) {
        written.push(successor);
        kept.login = successor;
      },
      exclusively: (work) => work(),
    };
    return { at, kept, written };
  }

  test('gives tokens by its refresh token, whose successor is kept for the next start', async () => {
    issuer.refreshTokens.add('planted-refresh-0');
    const { at, written } = store({});
    const { tokens } = source({}, at);
    expect(await tokens.current(never)).toMatchObject({ kind: 'credential' });
    expect(written).toEqual([{ refreshToken: 'planted-refresh-2', issuer: issuer.url, clientId: 'a client' }]);
    expect(await source({}, at).tokens.current(never)).toMatchObject({ kind: 'credential' });
    expect(written).toHaveLength(2);
  });

  test('that another process has renewed is read again', async () => {
    issuer.refreshTokens.add('planted-refresh-0').add('planted-refresh-by-another');
    const { at, kept } = store({});
    const { tokens, clock } = source({}, at);
    await tokens.current(never);
    kept.login = { refreshToken: 'planted-refresh-by-another', issuer: issuer.url, clientId: 'a client' };
    clock.nowMs = 60_000;
    expect(await tokens.current(never)).toMatchObject({ kind: 'credential' });
    expect(issuer.asked.at(-1)?.form.refresh_token).toBe('planted-refresh-by-another');
  });

  test('whose successor could not be written is gone on with, and written later', async () => {
    issuer.refreshTokens.add('planted-refresh-0');
    const { at, written } = store({});
    const { write } = at;
    at.write = () => {
      throw new Error('ENOSPC');
    };
    const { tokens, clock } = source({}, at);
    expect(await tokens.current(never)).toMatchObject({ kind: 'credential' });
    at.write = write;
    clock.nowMs = 60_000;
    expect(await tokens.current(never)).toMatchObject({ kind: 'credential' });
    expect(issuer.asked.map(({ form }) => form.refresh_token)).toEqual(['planted-refresh-0', 'planted-refresh-2']);
    expect(written.map(({ refreshToken }) => refreshToken)).toEqual(['planted-refresh-2', 'planted-refresh-4']);
  });

  test('that is over is said with what to do', async () => {
    expect(await source({}, store({}).at).tokens.current(never)).toMatchObject({
      kind: 'unauthorized',
      rule: 'token-refused',
      reason: expect.stringMatching(/^the login is over, run nightpass login openeo again; .*\[secret\]/),
    });
  });

  test.each([
    ['nobody is logged in', undefined, 'nobody is logged in: run nightpass login openeo'],
    [
      'it is of another issuer',
      { issuer: 'https://other.example' },
      'the login there is belongs to another issuer or client: run nightpass login openeo',
    ],
    [
      'it is of another client',
      { clientId: 'other' },
      'the login there is belongs to another issuer or client: run nightpass login openeo',
    ],
  ])('%s: nothing is sent, and it is said', async (_what, login, reason) => {
    const { tokens } = source({}, store(login).at);
    expect(await tokens.current(never)).toEqual({ kind: 'unauthorized', rule: 'no-login', reason });
    expect(issuer.asked).toEqual([]);
  });

  test('that cannot be read is said, without what is in it', async () => {
    const { at } = store({});
    at.read = () => {
      throw new Error('the file x cannot be read: EACCES');
    };
    expect(await source({}, at).tokens.current(never)).toMatchObject({
      kind: 'unauthorized',
      reason: 'the login cannot be read: the file x cannot be read: EACCES',
    });
  });
});
