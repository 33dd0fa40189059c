import { z } from 'zod';
import { listOf } from './common.ts';

export const resultsQuery = z.object({
  process: listOf(z.coerce.number().int().min(0)).optional().describe('Indexes of processes'),
  task: listOf(z.string().max(100), 1000).optional().describe('Only those of these tasks'),
});

/** A line of the answer. Of an address only its origin: the rest may be a key. */
export const taskResults = z.object({
  task: z.string(),
  results: z
    .array(
      z.object({
        name: z.string(),
        type: z.string().optional(),
        sizeBytes: z.number().optional(),
        sha256: z.string().optional(),
        origin: z.string(),
      }),
    )
    .optional()
    .describe('Absent where the ledger does not know'),
  reason: z.string().optional().describe('Why it does not'),
});
