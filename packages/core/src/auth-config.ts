import { z } from 'zod';

/** As whom a provider is spoken to. Secrets are named by the variable or the file that holds them, never written. */

const envName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'must be the name of an environment variable');
const fileName = z.string().min(1);

/** A secret's place: exactly one of the variable's name and the file's path. */
function secret<N extends string>(name: N) {
  return { [`${name}Env`]: envName.optional(), [`${name}File`]: fileName.optional() } as Record<
    `${N}Env`,
    z.ZodOptional<z.ZodString>
  > &
    Record<`${N}File`, z.ZodOptional<z.ZodString>>;
}

const oidc = z
  .strictObject({
    kind: z.literal('oidc'),
    issuer: z.url().optional().describe('Its .well-known/openid-configuration says the rest.'),
    tokenUrl: z.url().optional().describe('In place of the issuer, or where its token endpoint is on another origin.'),
    deviceUrl: z.url().optional().describe('The same for its device authorization endpoint, for `nightpass login`.'),
    scope: z.string().min(1).optional(),
    grant: z
      .enum(['client-credentials', 'password', 'login'])
      .optional()
      .describe(
        'password where there is a user name, else client-credentials where there is a client secret, else login: as the person of `nightpass login PROVIDER`.',
      ),
    clientAuth: z
      .enum(['basic', 'post'])
      .optional()
      .describe('How the client secret is sent, where the issuer does not say: in a header (basic), or in the form.'),
    clientId: z.string().min(1).optional().describe('It is no secret; clientIdEnv or clientIdFile do as well.'),
    ...secret('clientId'),
    ...secret('clientSecret'),
    ...secret('username'),
    ...secret('password'),
  })
  .superRefine((auth, context) => {
    for (const [key, message] of oidcFaults(auth)) context.addIssue({ code: 'custom', path: [key], message });
  });

export const authConfig = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('none') }),
  z.strictObject({ kind: z.literal('basic'), ...secret('username'), ...secret('password') }),
  z.strictObject({ kind: z.literal('bearer'), ...secret('token') }),
  z.strictObject({ kind: z.literal('api-key'), ...secret('key'), tokenUrl: z.url().optional() }),
  oidc,
]);
export type AuthConfig = z.infer<typeof authConfig>;
export type OidcConfig = z.infer<typeof oidc>;
export type OidcGrant = NonNullable<OidcConfig['grant']>;

export function oidcGrantOf(auth: OidcConfig): OidcGrant {
  if (auth.grant) return auth.grant;
  if (placesOf(auth, 'username') > 0 || placesOf(auth, 'password') > 0) return 'password';
  return placesOf(auth, 'clientSecret') > 0 ? 'client-credentials' : 'login';
}

/** In how many places a secret is said to be. */
function placesOf(auth: object, name: string): number {
  const keys = auth as Record<string, unknown>;
  return [`${name}Env`, `${name}File`].filter((key) => keys[key] !== undefined).length;
}

/** What each way of logging in needs, beside the client id. */
const needs: Record<OidcGrant, readonly string[]> = {
  'client-credentials': ['clientSecret'],
  password: ['username', 'password'],
  login: [],
};

/** All that is wrong, by key. */
function oidcFaults(auth: OidcConfig): [string, string][] {
  const faults: [string, string][] = [];
  const grant = oidcGrantOf(auth);
  if (auth.issuer === undefined && auth.tokenUrl === undefined) faults.push(['issuer', 'give issuer or tokenUrl']);
  for (const key of ['issuer', 'tokenUrl', 'deviceUrl'] as const) {
    const fault = auth[key] === undefined ? undefined : faultOfUrl(auth[key], key);
    if (fault) faults.push([key, fault]);
  }
  if (placesOf(auth, 'clientId') + (auth.clientId === undefined ? 0 : 1) !== 1) {
    faults.push(['clientId', 'give exactly one of clientId, clientIdEnv and clientIdFile']);
  }
  for (const name of ['clientSecret', 'username', 'password']) {
    const places = placesOf(auth, name);
    const needed = needs[grant].includes(name);
    if (needed ? places !== 1 : places > 1) {
      faults.push([`${name}Env`, `give exactly one of ${name}Env and ${name}File`]);
    } else if (!needed && places > 0 && name !== 'clientSecret') {
      const key = `${name}Env` in auth ? `${name}Env` : `${name}File`;
      faults.push([key, `is not used with grant ${grant}`]);
    }
  }
  if (grant === 'login' && auth.issuer === undefined && auth.deviceUrl === undefined) {
    faults.push(['deviceUrl', 'a login needs the issuer, or the deviceUrl']);
  }
  return faults;
}

/** Beside oidc, which looks after itself: what each way of logging in needs. */
const secretsOf: Partial<Record<AuthConfig['kind'], readonly string[]>> = {
  basic: ['username', 'password'],
  bearer: ['token'],
  'api-key': ['key'],
};

/** The ways of logging in that one kind of provider has, each with its secrets named exactly once. */
export function authFor(provider: string, kinds: readonly AuthConfig['kind'][]) {
  return authConfig.superRefine((auth, context) => {
    const fault = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message });
    if (!kinds.includes(auth.kind)) {
      fault('kind', `"${auth.kind}" is not available for ${provider}; use one of ${kinds.join(', ')}`);
      return;
    }
    for (const name of secretsOf[auth.kind] ?? []) {
      if (placesOf(auth, name) !== 1) fault(`${name}Env`, `give exactly one of ${name}Env and ${name}File`);
    }
  });
}

/** Where credentials may be sent, and what is believed of who they are for. */
export function isSecureUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  const isLoopback = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(hostname);
  return protocol === 'https:' || (protocol === 'http:' && isLoopback);
}

function faultOfUrl(text: string, key: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const { username, password, hash, search } = new URL(text);
  if (username !== '' || password !== '' || hash !== '') return 'must hold no user, password or fragment';
  if (key === 'issuer' && search !== '') return 'must hold no query';
  return isSecureUrl(text) ? undefined : 'must be https (http only on this machine)';
}
