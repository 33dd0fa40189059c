import { authFor, baseProviderConfig } from '@nightpass/core';
import { z } from 'zod';

/** Every key of a provider of this kind. */
export const ogcApiProcessesConfig = z.strictObject({
  ...baseProviderConfig.shape,
  kind: z.literal('ogc-api-processes'),
  baseUrl: baseProviderConfig.shape.baseUrl.describe(
    'The landing page of the server, with its path: what stands before /processes and /jobs.',
  ),
  auth: authFor('ogc-api-processes', ['none', 'basic', 'bearer', 'oidc']),
  list: z
    .enum(['auto', 'off'])
    .default('auto')
    .describe("off: the server's list of jobs is not read, so that each lost launch waits for a person."),
  soleClient: z
    .boolean()
    .default(false)
    .describe(
      'Nothing but this Nightpass launches these processes with these credentials: the one job that is nobody else’s is then taken for a lost launch. Launches of one process go one at a time.',
    ),
  response: z
    .enum(['document', 'raw', 'unsaid'])
    .default('document')
    .describe('The member "response" of a launch, which version 1.0 has and 2.0 has no more.'),
});
export type OgcApiProcessesConfig = z.infer<typeof ogcApiProcessesConfig>;
