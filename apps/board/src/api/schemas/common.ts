import { phases } from '@nightpass/core';
import { z } from 'zod';

/** What many answers have in common. Times are Unix milliseconds on the ledger's clock; what is not known is left out. */

export const atMs = z.int().describe('Unix time in milliseconds');
export const count = z.int().min(0);
export const phase = z.enum(phases).meta({ id: 'Phase', description: 'What is true of a task' });

export const problem = z
  .object({
    type: z.string().describe('about:blank, or a page of this documentation'),
    title: z.string(),
    status: z.int(),
    detail: z.string().optional(),
    errors: z
      .array(z.object({ path: z.string().describe('e.g. `query.limit`'), message: z.string() }))
      .optional()
      .describe('What is wrong, field by field'),
  })
  .meta({ id: 'Problem', description: 'RFC 9457' });

/** In a query a list is written with commas, or by naming the key again. */
export const listOf = <T extends z.ZodType>(item: T, most = 100) =>
  z
    .union([z.string(), z.array(z.string())])
    .transform((given) => (Array.isArray(given) ? given : [given]).flatMap((it) => it.split(',')))
    .pipe(z.array(item).max(most) as unknown as z.ZodType<z.output<T>[], string[]>);

export const limit = (most: number, usual: number) =>
  z.coerce.number().int().min(1).max(most).default(usual).describe(`At most ${most}`);

export const cursor = z.string().max(500).optional().describe('`next` of the page before; means nothing else');

export const pageOf = <T extends z.ZodType>(item: T) =>
  z.object({
    items: z.array(item),
    next: z.string().optional().describe('The cursor of the next page; absent on the last'),
    total: count.describe('On all pages'),
  });

export const batchParams = z.object({ id: z.string().regex(/^[0-9a-z]{1,64}$/, 'must be the id of a batch') });
