import { z } from 'zod';
import { range, trafficBehaviour } from '../traffic.ts';
import { presetOf } from './presets.ts';

const seconds = z.number().min(0).max(1e9);

const process = z.strictObject({
  id: z.string().min(1),
  summary: z.string().default('Simulated process'),
  description: z.string().default('It is simulated: nothing is computed.'),
  parameters: z
    .array(
      z.strictObject({
        name: z.string().min(1),
        type: z.string().default('string'),
        optional: z.boolean().default(false),
        description: z.string().default(''),
      }),
    )
    .default([]),
});
export type SimulatedProcess = z.output<typeof process>;

/** A switch that stands where the preset has it unless given. */
const choice = <const T extends readonly string[]>(...words: T) => z.enum(words).optional();
const yes = z.boolean().optional();

const switches = {
  // Discovery.
  wellKnown: choice('listed', 'missing', 'elsewhere').describe('elsewhere: its URLs are of another origin.'),
  versions: z
    .array(z.strictObject({ version: z.string().min(1), production: z.boolean().optional() }))
    .min(1)
    .optional(),
  urlsEndWithSlash: yes,
  unknownVersion: z.union([z.literal(404), z.literal(501)]).optional(),
  unknownPath: choice('json', 'html'),
  offersValidation: yes,
  processes: z.array(process).optional().describe('Any other is unknown.'),

  // Who is let in.
  badToken: z.union([z.literal(401), z.literal(403), z.literal(500)]).optional(),
  tokenForm: choice('prefixed', 'both', 'bare').describe('bare, both: the 1.3 conformance class for JWT is listed.'),
  basicTokenSaysItsEnd: yes,
  oidcProviderId: z.string().min(1).optional(),
  tokenSeconds: seconds.optional(),
  newRefreshToken: yes.describe('Each use of a refresh token gives another, and ends it.'),
  device: z
    .strictObject({
      approvedAfterSeconds: seconds.default(1),
      intervalSeconds: seconds.default(1).describe('Asked sooner, it answers slow_down.'),
      expiresSeconds: seconds.default(600),
      denied: z.boolean().default(false),
    })
    .optional(),

  // Creating and starting.
  jobNamedIn: choice('both', 'header', 'location', 'nothing').describe('Which headers name the job that was created.'),
  validatesAtCreation: yes.describe('Otherwise an unknown process makes the job fail when it runs.'),
  clientMistake: z.union([z.literal(400), z.literal(500)]).optional(),
  startAgain: choice('ignored', 'reruns-ended', 'refused-while-active').describe(
    'ignored: but of created and canceled jobs. The others run ended jobs again.',
  ),
  concurrentJobs: z.strictObject({ limit: z.number().int().min(1) }).optional(),

  // A job's life. What happens to a job depends on the seed and its payload, not on the order of launches.
  queueSeconds: range(1e9).optional(),
  jobSeconds: range(1e9).optional(),
  failPercent: z.number().min(0).max(100).optional(),
  failMessage: z.string().optional(),
  saysProgress: yes,
  currency: z.string().min(1).optional().describe('What is billed in; without it there is no billing, and no costs.'),
  costPerJob: z.number().min(0).optional().describe('Of one that ran, however it ended; told once it has ended.'),
  listShowsCosts: yes,
  statusLagSeconds: seconds.optional().describe('Still shown as created for so long after its start.'),
  newJobLagSeconds: seconds.optional().describe('Answers 404 for so long after its creation.'),
  cancelledRun: choice('canceled', 'created').describe('What a running job becomes.'),
  cancelStopsWork: yes.describe('Otherwise a canceled job finishes all the same.'),
  patch: choice('unsupported', 'changes'),

  // Lists.
  honoursLimit: yes,
  mostPerPage: z.number().int().min(1).optional().describe('Pages even where no limit is asked for.'),
  listOrder: choice('oldest', 'newest', 'random'),
  listLagSeconds: seconds.optional(),
  listShowsTitle: yes,
  federationMissing: z.array(z.string()).optional(),

  // Results.
  resultsOfError: z.union([z.literal(400), z.literal(424)]).optional(),
  partialResults: yes,
  resultsAs: choice('collection', 'item'),
  assetHrefs: choice('absolute', 'relative', 'signed').describe('signed: open to all, and they end.'),
  assetSeconds: seconds.optional().describe('How long a signed one lasts.'),
} as const;

const asWritten = z.strictObject({
  ...trafficBehaviour,
  like: z.enum(['spec', 'vito', 'earth-engine']).default('spec').describe('Where every switch stands unless given.'),
  ...switches,
});

type Written = z.output<typeof asWritten>;
type Optional = 'rateLimit' | 'concurrentJobs' | 'mostPerPage' | 'currency';
export type OpenEoBehaviour = Required<Omit<Written, Optional>> & Pick<Written, Optional>;
/** All that a preset settles. */
export type Switches = Omit<OpenEoBehaviour, keyof typeof trafficBehaviour | 'like'>;

/** How the simulated openEO back-end behaves when nothing goes wrong. All of it may be left out. */
export const openEoBehaviour = asWritten.transform(
  (written): OpenEoBehaviour => ({ ...presetOf(written.like), ...written }) as OpenEoBehaviour,
);
