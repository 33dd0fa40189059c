import { authFor, baseProviderConfig } from '@nightpass/core';
import { z } from 'zod';

/** Every key of a provider of this kind. */
export const despInsulaConfig = z.strictObject({
  ...baseProviderConfig.shape,
  kind: z.literal('desp-insula'),
  baseUrl: baseProviderConfig.shape.baseUrl.describe(
    'The host, such as https://insula.destine.eu. Without a path to its API, /secure/api/v2.0 is meant.',
  ),
  auth: authFor('desp-insula', ['none', 'basic', 'bearer', 'oidc']),
  generation: z
    .union([z.literal(1), z.literal(2), z.literal(3), z.literal(4)])
    .optional()
    .describe(
      'Known to be of 2019, of 2021, a hosted Insula, or the open core of 2026. Below 4, a launch answered 404 is a clear no.',
    ),
  estimateCost: z
    .enum(['ask', 'never'])
    .default('ask')
    .describe('Asks before each launch whether it can be paid for, where the platform tells.'),
  /** A launch may show up a minute after it was sent: searches go on for two. */
  reconcile: z
    .strictObject({
      reads: z.number().int().min(1).max(20).default(4),
      everySeconds: z.number().positive().default(40),
    })
    .prefault({}),
});
export type DespInsulaConfig = z.infer<typeof despInsulaConfig>;
