import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { refusal, type TestIssuer, testIssuer } from '../../../../packages/providers/src/auth/test-issuer.ts';
import { openWorkplace, type Workplace } from '../test-command.ts';

let issuer: TestIssuer;
let place: Workplace;
beforeEach(async () => {
  issuer = await testIssuer();
  let polls = 0;
  issuer.answer = (form, path) => {
    if (path === '/realm/device') {
      const page = `${issuer.url}/open`;
      const body = {
        device_code: 'planted-device',
        user_code: 'ABCD',
        verification_uri: page,
        expires_in: 60,
        interval: 0.1,
      };
      return { status: 200, body };
    }
    return form.grant_type?.endsWith('device_code') && polls++ < 2 ? refusal('authorization_pending') : undefined;
  };
  place = await openWorkplace({ TEST_TOKEN: 'planted-bearer' });
  const provider = { kind: 'ogc-api-processes', baseUrl: 'https://ogc.example' };
  await place.configure({
    providers: {
      ogc: { ...provider, auth: { kind: 'oidc', issuer: issuer.url, clientId: 'nightpass' } },
      other: { ...provider, auth: { kind: 'bearer', tokenEnv: 'TEST_TOKEN' } },
    },
  });
});
afterEach(async () => {
  await place.close();
  await issuer.close();
});

const fileOf = (provider: string) => join(place.dir, 'data', 'credentials', `${provider}.json`);

test('a person confirms a code once, and the login is kept for the workers, unseen', async () => {
  const { code, stdout, stderr } = await place.run('login', 'ogc');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toContain(`Open ${issuer.url}/open\nand confirm the code ABCD, within 1 minute.`);
  expect(stdout).toContain('Logged in at ogc');
  expect(stdout).not.toContain('planted');
  expect((await stat(fileOf('ogc'))).mode & 0o777).toBe(0o600);
  expect(JSON.parse(await readFile(fileOf('ogc'), 'utf8'))).toEqual({
    refreshToken: 'planted-refresh-2',
    issuer: issuer.url,
    clientId: 'nightpass',
  });
});

test('as JSON: a line with the page, a line with the end', async () => {
  const { code, stdout } = await place.run('login', 'ogc', '--json');
  expect(code).toBe(0);
  expect(
    stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
  ).toEqual([
    { provider: 'ogc', open: `${issuer.url}/open`, code: 'ABCD', validForSeconds: 60 },
    { provider: 'ogc', loggedIn: true, validUntil: expect.stringMatching(/^20\d\d-.*Z$/) },
  ]);
});

test('refused there, nothing is kept and the command fails', async () => {
  const before = issuer.answer;
  issuer.answer = (form, path) => (path === '/realm/device' ? before?.(form, path) : refusal('access_denied'));
  const { code, stderr } = await place.run('login', 'ogc');
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: 'nightpass: not logged in at ogc: the login was refused on that page\n',
  });
  await expect(stat(fileOf('ogc'))).rejects.toThrow('ENOENT');
});

test('a provider that needs no person, and one that is not there, are said', async () => {
  expect(await place.run('login', 'other')).toMatchObject({
    code: 1,
    stderr: 'nightpass: not logged in at other: its auth is bearer: nobody has to log in\n',
  });
  expect(await place.run('login', 'nowhere')).toMatchObject({
    code: 2,
    stderr: 'nightpass: there is no provider nowhere; there is ogc and other\n',
  });
});

test('until somebody logs in, doctor says what to do', async () => {
  const { stdout } = await place.run('doctor');
  expect(stdout).toContain('nobody is logged in: run nightpass login ogc');
});
