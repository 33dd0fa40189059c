import { roles } from '@nightpass/core';
import type { ApiToken } from '@nightpass/engine';
import { z } from 'zod';
import type { Tokens } from '../commands/token.ts';
import { NotThere, type Remote } from './client.ts';

/** Tokens by the API of a board: for its admins. */

const fields = z.object({
  id: z.string(),
  name: z.string(),
  role: z.enum(roles),
  createdAtMs: z.number(),
  createdBy: z.string(),
  expiresAtMs: z.number().optional(),
  lastUsedAtMs: z.number().optional(),
});
const whole = (it: z.output<typeof fields>): ApiToken => ({
  ...it,
  expiresAtMs: it.expiresAtMs,
  lastUsedAtMs: it.lastUsedAtMs,
});
const made = fields.extend({ secret: z.string() });
const list = z.object({ items: z.array(fields) });

export function remoteTokens(remote: Remote): Tokens {
  return {
    async create(token) {
      const { secret, ...its } = await remote.post('/tokens', token, made);
      return { ...whole(its), secret };
    },
    list: async () => (await remote.get('/tokens', list)).items.map(whole),
    async revoke(id) {
      if (!/^[0-9a-f]{12}$/.test(id)) return false;
      try {
        await remote.remove(`/tokens/${id}`);
        return true;
      } catch (error) {
        if (error instanceof NotThere) return false;
        throw error;
      }
    },
  };
}
