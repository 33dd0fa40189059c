import { BlockList, isIP } from 'node:net';
import { roles } from '@nightpass/core';
import { z } from 'zod';

/** The board, and who may do what on it. */

const userName = z
  .string()
  .regex(/^[^\s:]{1,64}$/, 'a user is named without blanks and colons, with 64 letters at most');

const user = z
  .strictObject({
    name: userName,
    role: z.enum(roles).describe('viewer looks; operator acts as well; admin also makes tokens and empties queues.'),
    passwordHashEnv: z.string().min(1).optional().describe('Variable that holds what nightpass hash-password printed.'),
    passwordHashFile: z.string().min(1).optional().describe('File that holds what nightpass hash-password printed.'),
  })
  .refine((it) => (it.passwordHashEnv === undefined) !== (it.passwordHashFile === undefined), {
    message: 'give exactly one of passwordHashEnv and passwordHashFile',
  });

const trustedProxy = z.strictObject({
  header: z
    .string()
    .regex(/^[A-Za-z0-9-]{1,64}$/, 'must be the name of a header')
    .describe('In which the proxy says who it is.'),
  from: z
    .array(z.string().refine(isAddress, 'must be an address such as 10.0.0.5, or a network such as 10.0.0.0/8'))
    .min(1)
    .describe('Where the proxy comes from; from elsewhere the header means nothing.'),
  roles: z
    .record(z.string(), z.enum(roles))
    .describe('The role of each user; `*` is everybody else whom the proxy lets through.'),
});

export const boardSchema = z
  .strictObject({
    host: z.string().min(1).default('127.0.0.1').describe('Any other address than loopback needs users.'),
    port: z.number().int().min(0).max(65_535).default(8080),
    user: z.string().min(1).optional().describe('One user for all, an admin.'),
    passwordEnv: z.string().min(1).optional().describe('Name of the variable that holds the password.'),
    passwordFile: z.string().min(1).optional().describe('Path of the file that holds the password.'),
    users: z
      .array(user)
      .max(1000)
      .default([])
      .refine((all) => new Set(all.map(({ name }) => name)).size === all.length, 'two users have the same name'),
    trustedProxy: trustedProxy.optional().describe('A proxy in front that knows who people are.'),
    sessionIdleMinutes: z
      .number()
      .min(1)
      .max(10_080)
      .default(120)
      .describe('Signed out after so long without a request.'),
    sessionHours: z.number().min(0.1).max(720).default(12).describe('Signed out after so long in any case.'),
    allowDestructive: z
      .boolean()
      .default(false)
      .describe('Shows the buttons that empty or obliterate queues. On a million jobs they block Redis for 17 s.'),
  })
  .refine((b) => (b.user === undefined ? 0 : 1) === (b.passwordEnv ? 1 : 0) + (b.passwordFile ? 1 : 0), {
    message: 'give user together with exactly one of passwordEnv and passwordFile, or none of them',
  });

function isAddress(text: string): boolean {
  return addAddress(new BlockList(), text);
}

/** @returns false where the text is neither an address nor a network */
export function addAddress(list: BlockList, text: string): boolean {
  const [address = '', prefix, ...more] = text.split('/');
  const family = isIP(address);
  if (family === 0 || more.length > 0) return false;
  const kind = family === 6 ? 'ipv6' : 'ipv4';
  if (prefix === undefined) list.addAddress(address, kind);
  else if (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (family === 6 ? 128 : 32))
    list.addSubnet(address, Number(prefix), kind);
  else return false;
  return true;
}
