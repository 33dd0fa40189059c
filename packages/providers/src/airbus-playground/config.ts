import { authFor, baseProviderConfig } from '@nightpass/core';
import { z } from 'zod';

export const defaultBaseUrl = 'https://api.playground.airbusds-geo.com';
export const defaultTokenUrl =
  'https://authenticate.foundation.api.oneatlas.airbus.com/auth/realms/IDP/protocol/openid-connect/token';

/** Every key of a provider of this kind. */
export const airbusPlaygroundConfig = z.strictObject({
  ...baseProviderConfig.shape,
  kind: z.literal('airbus-playground'),
  baseUrl: baseProviderConfig.shape.baseUrl.default(defaultBaseUrl),
  auth: authFor('airbus-playground', ['none', 'bearer', 'api-key']),
  launchNameToken: z
    .boolean()
    .default(false)
    .describe('Adds a short token to the name of each job, so that a lost launch is found again without doubt.'),
  firstImageField: z
    .enum(['imageId', 'imageId1'])
    .default('imageId')
    .describe('How the first image is called in jobs on two images: the published schema says imageId1.'),
  probeProjectId: z
    .string()
    .min(1)
    .optional()
    .describe('A project whose processes a probe may list. Without it, a probe learns less.'),
});
export type AirbusPlaygroundConfig = z.infer<typeof airbusPlaygroundConfig>;
