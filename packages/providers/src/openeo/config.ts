import { authFor, baseProviderConfig } from '@nightpass/core';
import { z } from 'zod';

/** Every key of a provider of this kind. */
export const openEoConfig = z
  .strictObject({
    ...baseProviderConfig.shape,
    kind: z.literal('openeo'),
    baseUrl: baseProviderConfig.shape.baseUrl.describe(
      'Where the back-end is found: its origin, or the URL of one version of its API.',
    ),
    // With oidc, a person names the issuer: a back-end lists issuers too, but whoever answers in its place must not
    // choose where a client's secret goes.
    auth: authFor('openeo', ['none', 'basic', 'bearer', 'oidc']),
    apiVersion: z
      .string()
      .regex(/^1\.\d+(\.\d+)?$/, 'must be a version such as 1.2')
      .optional()
      .describe('This version of the API only. Without it, the highest that is in production.'),
    oidcProvider: z
      .string()
      .regex(/^[\w.~-]+$/, 'must be an id as /credentials/oidc lists it')
      .optional()
      .describe('The id by which the back-end knows the issuer. Without it, it is looked up by the issuer.'),
    statusLagSeconds: z
      .number()
      .min(0)
      .max(3600)
      .default(60)
      .describe('For so long after its start a job may still be shown as created.'),
    jobOptions: z.record(z.string(), z.json()).optional().describe('Sent with each job as job_options.'),
    plan: z.string().min(1).optional().describe('The billing plan of each job.'),
    budget: z.number().min(0).optional().describe('What each job may cost, in the currency of the back-end.'),
    logLevel: z.enum(['debug', 'info', 'warning', 'error']).optional(),
  })
  .superRefine(({ auth: { kind, ...rest }, oidcProvider }, context) => {
    if (kind !== 'oidc' || oidcProvider !== undefined || 'issuer' in rest) return;
    context.addIssue({ code: 'custom', path: ['oidcProvider'], message: 'is needed where auth names no issuer' });
  });
export type OpenEoConfig = z.infer<typeof openEoConfig>;
