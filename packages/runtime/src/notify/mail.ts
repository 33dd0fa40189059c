import { createTransport } from 'nodemailer';
import type { SecretRef, Secrets } from '../secrets.ts';
import type { OutgoingMessage, SendAnswer } from './channel.ts';

/** One mail, in plain text, over a connection of its own. */

export interface SmtpServer {
  host: string;
  port: number;
  /** TLS from the first byte. */
  secure: boolean;
  /** The password goes over no unencrypted connection, but to this machine itself. */
  requireTLS: boolean;
  auth: { user: string; pass: string } | undefined;
}

const quietMs = 10_000;
const totalMs = 20_000;

/** @throws where there is none, or it is no SMTP address, in words without it */
export function smtpServer(secrets: Secrets, ref: SecretRef): SmtpServer {
  const text = secrets(ref);
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || (url.protocol !== 'smtp:' && url.protocol !== 'smtps:') || url.hostname === '') {
    throw new Error(`what ${ref.env ?? ref.file} holds is no smtp:// or smtps:// address`);
  }
  const secure = url.protocol === 'smtps:';
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const auth = url.username ? { user: plain(url.username, ref), pass: plain(url.password, ref) } : undefined;
  if (auth) secrets.remember(auth.pass);
  const isHere = host === 'localhost' || host === '::1' || /^127\./.test(host);
  const port = url.port ? Number(url.port) : secure ? 465 : 587;
  return { host, port, secure, requireTLS: !secure && auth !== undefined && !isHere, auth };
}

function plain(part: string, ref: SecretRef): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new Error(`in what ${ref.env ?? ref.file} holds, a % of user or password must be written as %25`);
  }
}

export async function sendMail(
  { auth, ...server }: SmtpServer,
  mail: OutgoingMessage & { from: string; to: string[] },
): Promise<SendAnswer> {
  const transport = createTransport({
    ...server,
    ...(auth && { auth }),
    connectionTimeout: quietMs,
    greetingTimeout: quietMs,
    socketTimeout: quietMs,
    dnsTimeout: quietMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  let timer: NodeJS.Timeout | undefined;
  const timeUp = new Promise<SendAnswer>((resolve) => {
    timer = setTimeout(() => resolve({ kind: 'failed', reason: `not sent within ${totalMs / 1000} s` }), totalMs);
  });
  const sent = transport
    .sendMail({
      from: mail.from,
      to: mail.to,
      subject: `[Nightpass] ${mail.subject}`,
      text: mail.text,
      headers: { 'Auto-Submitted': 'auto-generated' },
    })
    .then(
      (): SendAnswer => ({ kind: 'sent' }),
      (error: NodeJS.ErrnoException & { responseCode?: number }): SendAnswer => ({
        kind: 'failed',
        reason: [error.code, error.responseCode, error.message.slice(0, 200)].filter(Boolean).join(' '),
      }),
    );
  const answer = await Promise.race([sent, timeUp]);
  clearTimeout(timer);
  transport.close();
  return answer;
}
