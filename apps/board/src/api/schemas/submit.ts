import { z } from 'zod';

export const submitQuery = z.object({
  name: z.string().min(1).max(200).default('upload.json').describe('Name of the file'),
  provider: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,30}$/, 'must be the name of a provider')
    .optional(),
  again: z
    .enum(['true', 'false'])
    .default('false')
    .describe('Launch all of it once more, even where the same content was accepted before'),
});

export const submitted = z
  .object({
    file: z.string().describe('Its path in the inbox'),
    batch: z.string().optional().describe('The id that its content gives it, where it can be read and is no `again`'),
    receipt: z.string().describe('Where to ask what became of it'),
  })
  .meta({ id: 'Submitted' });

export const receiptQuery = z.object({ file: z.string().min(1).max(300) });
export const receiptAnswer = z
  .object({
    file: z.string(),
    state: z.enum(['waiting', 'answered']),
    receipt: z.record(z.string(), z.unknown()).optional().describe('As it is written beside the file'),
  })
  .meta({ id: 'ReceiptAnswer' });

export const eventsQuery = z.object({ lastEventId: z.string().max(100).optional() });
