import { roles } from '@nightpass/core';
import { z } from 'zod';
import { atMs } from './common.ts';

const role = z.enum(roles);

export const session = z
  .object({
    user: z.string(),
    role,
    by: z.enum(['open', 'session', 'token', 'password', 'proxy']).describe('How that is known'),
    signIn: z.boolean().describe('Whether people sign in here by name and password'),
    says: z.string().optional().describe('To be shown: that this board asks nobody who they are'),
    expiresAtMs: atMs.optional(),
  })
  .meta({ id: 'Session' });

export const signInBody = z.strictObject({ name: z.string().min(1).max(200), password: z.string().min(1).max(1000) });

export const token = z
  .object({
    id: z.string(),
    name: z.string(),
    role,
    createdAtMs: atMs,
    createdBy: z.string(),
    expiresAtMs: atMs.optional(),
    lastUsedAtMs: atMs.optional(),
  })
  .meta({ id: 'Token', description: 'What it is opened with is told once, when it is made' });
export const tokenList = z.object({ items: z.array(token) });
export const tokenBody = z.strictObject({
  name: z.string().trim().min(1).max(100),
  role: role.default('viewer'),
  days: z.int().min(1).max(3650).optional(),
});
export const newToken = token.extend({ secret: z.string().describe('Told this once') });
export const tokenParams = z.object({ id: z.string().regex(/^[0-9a-f]{12}$/, 'must be the id of a token') });
