import { createHash, randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type CallFailure, type OidcConfig, oidcGrantOf, type SavedLogin } from '@nightpass/core';
import { z } from 'zod';
import { type Answer, type HttpLimits, usualHttpLimits } from '../http/http-client.ts';
import { reasonLine } from '../http/text-excerpt.ts';
import { createOidcClient, type OidcClient } from './oidc-client.ts';
import type { Issuer } from './oidc-issuer.ts';
import type { ReadSecret } from './secrets.ts';
import { issuerKeyOf } from './stored-login.ts';
import { type Desk, failureOf, type Granted, grantedIn, tokenDesk } from './token-endpoint.ts';

/** What a person has to do: open the page, and see (or type) the code there. */
export interface LoginPrompt {
  /** With the code in it, where the issuer gives such. */
  url: string;
  code: string;
  validForMs: number;
}

export interface DeviceLoginOptions {
  readSecret: ReadSecret;
  signal: AbortSignal;
  show(prompt: LoginPrompt): void;
  limits?: Partial<HttpLimits>;
  /** For tests: waits between two looks. */
  wait?: (ms: number, signal: AbortSignal) => Promise<void>;
}

export type DeviceLogin =
  | { kind: 'loggedIn'; login: SavedLogin; validForMs: number | undefined }
  | { kind: 'failed'; reason: string };

const deviceDesk: Desk = {
  name: 'device authorization endpoint',
  rules: { down: 'issuer-down', throttled: 'issuer-throttled', refused: 'issuer-refused' },
};
const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code';

const webPage = z.url({ protocol: /^https?$/ });
const deviceBody = z.object({
  device_code: z.string().min(1),
  user_code: z.string().min(1).max(100),
  verification_uri: webPage,
  verification_uri_complete: webPage.optional().catch(undefined),
  expires_in: z.coerce.number().positive().max(86_400),
  interval: z.coerce.number().positive().max(3600).catch(5),
});

/** Logs a person in by device code (RFC 8628). Writes nothing: the caller keeps the login. */
export async function deviceLogin(auth: OidcConfig, options: DeviceLoginOptions): Promise<DeviceLogin> {
  if (oidcGrantOf(auth) !== 'login') {
    return { kind: 'failed', reason: `it logs in by itself, with grant ${oidcGrantOf(auth)}: nobody has to` };
  }
  const client = createOidcClient(auth, options.readSecret, { ...usualHttpLimits, ...options.limits });
  try {
    const granted = await grantedByPerson(auth, client, options);
    if ('reason' in granted) return { kind: 'failed', reason: granted.reason };
    if (granted.refreshToken === undefined) {
      const reason =
        'the issuer gave no refresh token, so the login would end soon: try another scope (offline_access)';
      return { kind: 'failed', reason };
    }
    const { clientId } = client;
    const login = { refreshToken: granted.refreshToken, issuer: issuerKeyOf(auth), clientId };
    return { kind: 'loggedIn', login, validForMs: granted.refreshLifeMs };
  } finally {
    await client.close();
  }
}

type Failed = Pick<CallFailure, 'reason'>;

async function grantedByPerson(
  auth: OidcConfig,
  client: OidcClient,
  { signal, show, wait = quietSleep }: DeviceLoginOptions,
): Promise<Granted | Failed> {
  const issuer = await client.issuer(signal);
  if ('kind' in issuer) return issuer;
  if (issuer.deviceUrl === undefined) {
    return {
      reason: 'the issuer offers no login by device code on its own origin; if it is elsewhere, name it in deviceUrl',
    };
  }
  const verifier = issuer.pkce ? randomBytes(32).toString('base64url') : undefined;
  const challenge = verifier && createHash('sha256').update(verifier).digest('base64url');
  const form = {
    scope: auth.scope ?? usualScope(issuer),
    ...(challenge && { code_challenge: challenge, code_challenge_method: 'S256' }),
  };
  const answer = await client.post(issuer.deviceUrl, form as Record<string, string>, deviceDesk, signal);
  if (answer.kind !== 'answer') return answer;
  const parsed = answer.status < 300 ? deviceBody.safeParse(answer.json) : undefined;
  if (!parsed?.success) return failureOf(answer, deviceDesk, client.secrets);

  const device = parsed.data;
  client.secrets.learn(device.device_code);
  const validForMs = device.expires_in * 1000;
  show({
    // Normalized: on a terminal, it must not move the cursor.
    url: new URL(device.verification_uri_complete ?? device.verification_uri).href,
    code: reasonLine(device.user_code),
    validForMs,
  });
  const asking = {
    grant_type: deviceGrant,
    device_code: device.device_code,
    ...(verifier && { code_verifier: verifier }),
  } as Record<string, string>;
  return poll(client, issuer, asking, { intervalMs: device.interval * 1000, validForMs, signal, wait });
}

async function poll(
  client: OidcClient,
  issuer: Issuer,
  form: Record<string, string>,
  {
    intervalMs,
    validForMs,
    signal,
    wait,
  }: { intervalMs: number; validForMs: number } & Required<Pick<DeviceLoginOptions, 'signal' | 'wait'>>,
): Promise<Granted | Failed> {
  let everyMs = intervalMs;
  for (let waitedMs = 0; waitedMs <= validForMs; waitedMs += everyMs) {
    await wait(everyMs, signal);
    if (signal.aborted) return { reason: 'it was called off' };
    const answer = await client.post(issuer.tokenUrl, form, tokenDesk, signal);
    const granted = answer.kind === 'answer' ? grantedIn(answer, client.secrets) : undefined;
    if (granted) return granted;
    const next = afterRefusal(answer, client);
    if (next === 'later') everyMs += 5_000;
    else if (next !== 'again') return next;
  }
  return { reason: 'nobody confirmed the login in time' };
}

/** RFC 8628, section 3.5; an endpoint that is away for a moment is asked again, more slowly. */
function afterRefusal(answer: Answer | CallFailure, client: OidcClient): 'again' | 'later' | Failed {
  if (answer.kind !== 'answer') return 'later';
  const { error } = errorBody.parse(answer.json);
  switch (error) {
    case 'authorization_pending':
      return 'again';
    case 'slow_down':
      return 'later';
    case 'access_denied':
      return { reason: 'the login was refused on that page' };
    case 'expired_token':
      return { reason: 'nobody confirmed the login in time' };
    default: {
      const failure = failureOf(answer, tokenDesk, client.secrets);
      return failure.kind === 'unauthorized' ? failure : 'later';
    }
  }
}

const errorBody = z.object({ error: z.string().optional().catch(undefined) }).catch({ error: undefined });

/** Refresh tokens that outlive the person's session at the issuer are asked for where there are such. */
const usualScope = ({ scopes }: Issuer) => (scopes?.includes('offline_access') ? 'openid offline_access' : 'openid');

const quietSleep = (ms: number, signal: AbortSignal) => sleep(ms, undefined, { signal }).catch(() => {});
