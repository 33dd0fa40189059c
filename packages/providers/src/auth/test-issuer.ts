import { createServer } from 'node:http';

/** For tests: an issuer on loopback, of which every answer can be another. */
export interface TestIssuer {
  url: string;
  /** Every form it was sent, with the path and the Authorization header. */
  asked: { path: string; form: Record<string, string>; authorization: string | undefined }[];
  /** What it says of itself beside its own addresses. */
  about: Record<string, unknown>;
  /** The answer to each form; by its own rules unless given. */
  answer: ((form: Record<string, string>, path: string) => Reply | undefined) | undefined;
  refreshTokens: Set<string>;
  close(): Promise<void>;
}

export interface Reply {
  status: number;
  body: unknown;
  headers?: Record<string, string>;
}

/** Grants whatever it is asked for with a numbered token; each refresh token is good for one use. */
export async function testIssuer(): Promise<TestIssuer> {
  let count = 0;
  const granted = (): Reply => {
    count += 1;
    issuer.refreshTokens.add(`planted-refresh-${count}`);
    const body = {
      access_token: `planted-access-${count}`,
      refresh_token: `planted-refresh-${count}`,
      expires_in: 100,
      refresh_expires_in: 1000,
    };
    return { status: 200, body };
  };
  const byItsRules = (form: Record<string, string>, path: string): Reply => {
    if (path === '/realm/device') {
      const body = {
        device_code: 'planted-device-code',
        user_code: 'WDJB-MJHT',
        verification_uri: `${issuer.url}/open`,
        verification_uri_complete: `${issuer.url}/open?user_code=WDJB-MJHT`,
        expires_in: 600,
        interval: 5,
      };
      return { status: 200, body };
    }
    if (form.grant_type === 'refresh_token' && !issuer.refreshTokens.delete(form.refresh_token ?? '')) {
      return refusal('invalid_grant', `no such token ${form.refresh_token}`);
    }
    const { refresh_token: _, ...withoutRefresh } = granted().body as Record<string, unknown>;
    if (form.grant_type === 'client_credentials') return { status: 200, body: withoutRefresh };
    issuer.refreshTokens.delete(`planted-refresh-${count}`);
    return granted();
  };
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk) => {
      text += chunk;
    });
    request.on('end', () => {
      const path = request.url ?? '';
      const send = ({ status, body, headers }: Reply) => {
        response.writeHead(status, { 'content-type': 'application/json', ...headers });
        response.end(typeof body === 'string' ? body : JSON.stringify(body));
      };
      if (request.method === 'GET') {
        const { url } = issuer;
        const about = { issuer: url, token_endpoint: `${url}/token`, device_authorization_endpoint: `${url}/device` };
        const found = path === '/realm/.well-known/openid-configuration';
        return send(found ? { status: 200, body: { ...about, ...issuer.about } } : { status: 404, body: '' });
      }
      const form = Object.fromEntries(new URLSearchParams(text));
      issuer.asked.push({ path, form, authorization: request.headers.authorization });
      send(issuer.answer?.(form, path) ?? byItsRules(form, path));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const issuer: TestIssuer = {
    url: `http://127.0.0.1:${address.port}/realm`,
    asked: [],
    about: {},
    answer: undefined,
    refreshTokens: new Set(),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return issuer;
}

export const refusal = (error: string, description = ''): Reply => ({
  status: 400,
  body: { error, error_description: description },
});
