import { z } from 'zod';
import { providerSchema } from '../../overview-schema.ts';
import { atMs, count } from './common.ts';

export const provider = providerSchema
  .extend({
    pace: z
      .object({
        perSecond: z.number().describe('As configured'),
        learnedShare: z.number().describe('The share of it that the platform bears; 1: all'),
        effectivePerSecond: z.number(),
        nextSlotMs: atMs.optional().describe('When the next launch may go; absent: now'),
      })
      .describe('Of launches'),
    readBudget: z.object({
      perSecond: z.number(),
      spentMs: count.describe('So far ahead reads are promised; 0 means there is room'),
    }),
    dueLagMs: count.describe('How long the oldest look has been due'),
    waiting: count.describe('Looks in the diary, due or not'),
    orphans: z
      .array(z.object({ remoteJobId: z.string(), launch: z.string() }))
      .describe('Remote jobs of ours that no task follows'),
  })
  .meta({ id: 'Provider' });

export const providers = z.object({ nowMs: atMs, items: z.array(provider) });
