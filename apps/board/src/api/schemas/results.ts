import { z } from 'zod';
import { listOf } from './common.ts';

export const resultsQuery = z.object({
  process: listOf(z.coerce.number().int().min(0)).optional().describe('Indexes of processes'),
  task: listOf(z.string().max(100), 1000).optional().describe('Only those of these tasks'),
});
