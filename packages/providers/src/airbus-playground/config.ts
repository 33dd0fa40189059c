import { authConfig, baseProviderConfig } from '@nightpass/core';
import { z } from 'zod';

export const defaultBaseUrl = 'https://api.playground.airbusds-geo.com';
export const defaultTokenUrl =
  'https://authenticate.foundation.api.oneatlas.airbus.com/auth/realms/IDP/protocol/openid-connect/token';

const kinds = ['none', 'bearer', 'api-key'] as const;

/** Keys ending in Env and File name the same secret: exactly one of each pair, of the pairs that the kind needs. */
const auth = authConfig.superRefine((value, context) => {
  const kind: string = value.kind;
  if (!(kinds as readonly string[]).includes(kind)) {
    context.addIssue({
      code: 'custom',
      path: ['kind'],
      message: `"${kind}" is not available for airbus-playground; use one of ${kinds.join(', ')}`,
    });
    return;
  }
  const secret = kind === 'bearer' ? 'token' : kind === 'api-key' ? 'key' : undefined;
  if (secret === undefined) return;
  const keys = value as Record<string, unknown>;
  const given = [`${secret}Env`, `${secret}File`].filter((key) => keys[key] !== undefined);
  if (given.length !== 1) {
    context.addIssue({
      code: 'custom',
      path: [`${secret}Env`],
      message: `give exactly one of ${secret}Env and ${secret}File`,
    });
  }
});

/** Every key of a provider of this kind. */
export const airbusPlaygroundConfig = z.strictObject({
  ...baseProviderConfig.shape,
  kind: z.literal('airbus-playground'),
  baseUrl: baseProviderConfig.shape.baseUrl
    .refine((url) => !/[?#]|^\w+:\/*[^/]*@/.test(url), 'must hold no user, password, query or fragment')
    .default(defaultBaseUrl),
  auth,
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
