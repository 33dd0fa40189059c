import type { NotifyConfig, noticeKinds } from '../config/notify-schema.ts';
import { redactor, redactValue } from '../redaction.ts';
import type { SecretRef, Secrets } from '../secrets.ts';
import { sendMail, smtpServer } from './mail.ts';
import { callUrl, webAddress } from './web-call.ts';

/** The ways out: each sends one message, once, and answers with a value. Nothing is tried again here. */

export interface OutgoingMessage {
  /** One line. */
  subject: string;
  text: string;
  notices: readonly object[];
}

/** Reasons hold no secret. */
export type SendAnswer = { kind: 'sent' } | { kind: 'failed'; reason: string };

export interface Channel {
  /** Says which of the configuration's it is; holds no secret. */
  name: string;
  only: (typeof noticeKinds)[number][] | undefined;
  /** Never throws. */
  send(message: OutgoingMessage): Promise<SendAnswer>;
  /** Why it cannot work as configured, as far as one can tell without sending; undefined where nothing is wrong. */
  problem(): string | undefined;
}

export function createChannels(config: NotifyConfig, secrets: Secrets): Channel[] {
  const redact = redactor(secrets);
  const channel = <T>(
    name: string,
    only: Channel['only'],
    /** Reads the secret anew each time, so that it may be renewed. @throws in words without it */
    place: () => T,
    send: (place: T, message: OutgoingMessage) => Promise<SendAnswer>,
  ): Channel => ({
    name,
    only,
    async send(message) {
      try {
        const there = place();
        // What platforms wrote stands in reasons: it goes out as clean as it goes into a log.
        const clean = redactValue(message.notices, redact) as object[];
        const answer = await send(there, {
          subject: redact(message.subject),
          text: redact(message.text),
          notices: clean,
        });
        return answer.kind === 'failed' ? { kind: 'failed', reason: redact(answer.reason) } : answer;
      } catch (error) {
        return { kind: 'failed', reason: redact(error instanceof Error ? error.message : String(error)) };
      }
    },
    problem() {
      try {
        place();
        return undefined;
      } catch (error) {
        return redact((error as Error).message);
      }
    },
  });

  const channels = config.webhooks.map(({ urlEnv, urlFile, format, only }) => {
    const ref: SecretRef = { env: urlEnv, file: urlFile };
    const name = `webhook ${urlEnv ?? urlFile}`;
    return channel(
      name,
      only,
      () => webAddress(secrets, ref),
      (url, message) =>
        callUrl(url, { method: 'POST', json: format === 'slack' ? slackBody(message) : { ...message } }),
    );
  });
  if (!config.email) return channels;
  const { smtpUrlEnv, smtpUrlFile, from, to, only } = config.email;
  return [
    ...channels,
    channel(
      'email',
      only,
      () => smtpServer(secrets, { env: smtpUrlEnv, file: smtpUrlFile }),
      (server, message) => sendMail(server, { from, to, ...message }),
    ),
  ];
}

/** Slack reads `<!channel>` and links in what anybody wrote into a batch file, unless these three are escaped. */
function slackBody({ text }: OutgoingMessage): object {
  return { text: text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;') };
}

/** The dead-man's ping: one GET. */
export function createPing({ urlEnv, urlFile }: { urlEnv?: string; urlFile?: string }, secrets: Secrets) {
  const redact = redactor(secrets);
  return async (): Promise<SendAnswer> => {
    try {
      const answer = await callUrl(webAddress(secrets, { env: urlEnv, file: urlFile }), { method: 'GET' });
      return answer.kind === 'failed' ? { kind: 'failed', reason: redact(answer.reason) } : answer;
    } catch (error) {
      return { kind: 'failed', reason: redact((error as Error).message) };
    }
  };
}
