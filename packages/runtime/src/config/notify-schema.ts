import { z } from 'zod';

/** Whom Nightpass tells of the night, and how. An address to post to is a secret: it is named here, not written. */

/** As the engine names them. */
export const noticeKinds = [
  'night-started',
  'provider-held',
  'provider-released',
  'batch-ended',
  'deadline-out-of-reach',
] as const;

const only = z.array(z.enum(noticeKinds)).min(1).optional().describe('Only these are told here; all, unless given.');

const url = {
  urlEnv: z.string().min(1).optional().describe('Name of the variable that holds the URL, which is a secret.'),
  urlFile: z.string().min(1).optional().describe('Path of the file that holds the URL, which is a secret.'),
};
const oneUrl = (it: { urlEnv?: string | undefined; urlFile?: string | undefined }) =>
  (it.urlEnv === undefined) !== (it.urlFile === undefined);
const oneUrlMessage = 'give exactly one of urlEnv and urlFile';

const webhook = z
  .strictObject({
    ...url,
    format: z.enum(['slack', 'json']).default('slack').describe('slack: {"text": …}; json: the facts as well.'),
    only,
  })
  .refine(oneUrl, oneUrlMessage);

const mailAddress = z.string().regex(/^[^\r\n]*@[^\r\n]*$/, 'must be a mail address');

const email = z
  .strictObject({
    smtpUrlEnv: z.string().min(1).optional().describe('Variable that holds smtp(s)://user:password@host:port.'),
    smtpUrlFile: z.string().min(1).optional().describe('File that holds smtp(s)://user:password@host:port.'),
    from: mailAddress,
    to: z.array(mailAddress).min(1).max(50),
    only,
  })
  .refine((it) => (it.smtpUrlEnv === undefined) !== (it.smtpUrlFile === undefined), {
    message: 'give exactly one of smtpUrlEnv and smtpUrlFile',
  });

const deadMansPing = z
  .strictObject({
    ...url,
    everySeconds: z.number().min(10).max(3600).default(60),
  })
  .refine(oneUrl, oneUrlMessage);

const placeOf = ({ urlEnv, urlFile }: z.infer<typeof webhook>) => (urlEnv ? `env ${urlEnv}` : `file ${urlFile}`);

export const notifySchema = z.strictObject({
  webhooks: z
    .array(webhook)
    .max(20)
    .default([])
    .refine((all) => new Set(all.map(placeOf)).size === all.length, 'the same URL is named twice'),
  email: email.optional(),
  deadMansPing: deadMansPing
    .optional()
    .describe('This URL is asked for as long as the night really goes on; whoever owns it tells when that stops.'),
  boardUrl: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('Where people open the board, for links.'),
});
export type NotifyConfig = z.infer<typeof notifySchema>;
