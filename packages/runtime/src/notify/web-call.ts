import { Agent, request } from 'undici';
import type { SecretRef, Secrets } from '../secrets.ts';
import type { SendAnswer } from './channel.ts';

/** One request to an address that is itself a secret. */

const connectMs = 5_000;
const totalMs = 10_000;

/** Parts of an address that are long enough to be a token. */
const tokenLength = 12;

/** @throws where there is none, or it is no web address, in words without it */
export function webAddress(secrets: Secrets, ref: SecretRef): URL {
  const text = secrets(ref);
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw new Error(`what ${ref.env ?? ref.file} holds is no http(s) address`);
  }
  // An error may show a part of it only.
  const parts = [...url.pathname.split('/'), ...url.searchParams.values(), url.password].map(decoded);
  for (const part of parts) if (part.length >= tokenLength) secrets.remember(part);
  return url;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** Sends it once. Redirects are not followed: they count as a failure, like anything but 2xx. */
export async function callUrl(url: URL, call: { method: 'GET' | 'POST'; json?: object }): Promise<SendAnswer> {
  const { username, password } = url;
  const target = new URL(url);
  target.username = '';
  target.password = '';
  const basic = Buffer.from(`${decoded(username)}:${decoded(password)}`).toString('base64');
  const agent = new Agent({ connect: { timeout: connectMs }, headersTimeout: totalMs, bodyTimeout: totalMs });
  const timeUp = AbortSignal.timeout(totalMs);
  try {
    const answer = await request(target, {
      dispatcher: agent,
      method: call.method,
      headers: {
        'user-agent': 'nightpass',
        ...(call.json && { 'content-type': 'application/json' }),
        ...(username && { authorization: `Basic ${basic}` }),
      },
      ...(call.json && { body: JSON.stringify(call.json) }),
      signal: timeUp,
    });
    answer.body.on('error', () => {});
    answer.body.destroy();
    const { statusCode } = answer;
    return statusCode >= 200 && statusCode < 300
      ? { kind: 'sent' }
      : { kind: 'failed', reason: `answered ${statusCode}` };
  } catch (error) {
    if (timeUp.aborted) return { kind: 'failed', reason: `no answer within ${totalMs / 1000} s` };
    // Messages of this kind of error may show the address.
    const { code, name } = error as NodeJS.ErrnoException;
    return { kind: 'failed', reason: `not reached: ${code ?? name}` };
  } finally {
    await agent.destroy().catch(() => {});
  }
}
