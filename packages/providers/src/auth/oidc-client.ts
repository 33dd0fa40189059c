import type { CallFailure, OidcConfig } from '@nightpass/core';
import type { Answer, HttpLimits } from '../http/http-client.ts';
import { createKnownSecrets, type KnownSecrets } from './known-secrets.ts';
import { type Issuer, issuerOf } from './oidc-issuer.ts';
import { type ReadSecret, secretOf } from './secrets.ts';
import { createTokenClient, type Desk, failureOf, type Granted, grantedIn, tokenDesk } from './token-endpoint.ts';

/** Us, as a client of an issuer. */
export interface OidcClient {
  clientId: string;
  secrets: KnownSecrets;
  issuer(signal: AbortSignal): Promise<Issuer | CallFailure>;
  /** One form, with our client id and secret, to an endpoint of the issuer. */
  post(url: string, form: Record<string, string>, desk: Desk, signal: AbortSignal): Promise<Answer | CallFailure>;
  /** Tokens for a form. */
  grant(form: Record<string, string>, signal: AbortSignal): Promise<Granted | CallFailure>;
  close(): Promise<void>;
}

/** @throws when a secret is missing; the message names its place only */
export function createOidcClient(auth: OidcConfig, readSecret: ReadSecret, limits: HttpLimits): OidcClient {
  const secrets = createKnownSecrets(readSecret.remember);
  const client = createTokenClient(limits);
  const issuer = issuerOf(auth, client, secrets);
  const clientId = auth.clientId ?? secretOf(auth, 'clientId', readSecret);
  const isConfidential = auth.clientSecretEnv !== undefined || auth.clientSecretFile !== undefined;
  const readClientSecret = held(() => secretOf(auth, 'clientSecret', readSecret), secrets.keep);
  if (isConfidential) readClientSecret();

  const post: OidcClient['post'] = async (url, form, desk, signal) => {
    const it = await issuer.ask(signal);
    if ('kind' in it) return it;
    if (!isConfidential) return client.post({ url, form: { ...form, client_id: clientId } }, desk, signal);
    const secret = readClientSecret();
    if (it.clientAuth === 'post') {
      return client.post({ url, form: { ...form, client_id: clientId, client_secret: secret } }, desk, signal);
    }
    const encoded = Buffer.from(`${formEncoded(clientId)}:${formEncoded(secret)}`).toString('base64');
    secrets.keep(encoded);
    return client.post({ url, form, authorization: `Basic ${encoded}` }, desk, signal);
  };
  return {
    clientId,
    secrets,
    issuer: issuer.ask,
    post,
    async grant(form, signal) {
      const it = await issuer.ask(signal);
      if ('kind' in it) return it;
      const answer = await post(it.tokenUrl, form, tokenDesk, signal);
      const granted = answer.kind === 'answer' ? grantedIn(answer, secrets) : undefined;
      if (granted) return granted;
      // Its addresses may be others by now.
      issuer.forget();
      return answer.kind === 'answer' ? failureOf(answer, tokenDesk, secrets) : answer;
    },
    close: () => client.close(),
  };
}

/** As RFC 6749 (2.3.1) wants both halves of its Basic header. */
const formEncoded = (text: string) => new URLSearchParams({ v: text }).toString().slice(2);

/**
 * Reads anew each time, for a file may have been replaced; while it is being replaced, what was read before is used.
 * @throws the first time, where there is nothing
 */
export function held(read: () => string, onRead: (value: string) => void = () => {}): () => string {
  let last: string | undefined;
  return () => {
    try {
      last = read();
      onRead(last);
    } catch (error) {
      if (last === undefined) throw error;
    }
    return last;
  };
}
