import { z } from 'zod';
import { range, trafficBehaviour } from '../traffic.ts';

const percent = z.number().min(0).max(100).default(0);
const seconds = z.number().min(0).max(1e9);
const secondsOrForEver = z.union([seconds, z.literal('for-ever')]);

const process = z.strictObject({
  id: z.string().min(1),
  title: z.string().default('Simulated process'),
  family: z.string().default('object-detection'),
  images: z.union([z.literal(1), z.literal(2)]).default(1),
  firstImageField: z.enum(['imageId', 'imageId1']).default('imageId').describe('What its input schema requires.'),
  version: z.string().default('1.0'),
  description: z.string().default('simulated'),
  projects: z.array(z.string().min(1)).optional().describe('Only these have it; every project unless given.'),
});
export type SimulatedProcess = z.output<typeof process>;

/** How the simulated Airbus Playground behaves when nothing goes wrong. All of it may be left out. */
export const airbusPlaygroundBehaviour = z.strictObject({
  ...trafficBehaviour,

  // A job's life. What happens to a job depends on the seed and its payload, not on the order of launches.
  queueSeconds: range(1e9).default(0).describe('ACCEPTED for so long.'),
  jobSeconds: range(1e9).default(1).describe('RUNNING for so long.'),
  progressSteps: z.number().int().min(1).max(100).default(10),
  failPercent: percent,
  pausePercent: percent,
  pauseSeconds: secondsOrForEver.default(1).describe('Half way through its run.'),
  unknownPercent: percent,
  unknownSeconds: secondsOrForEver.default(1).describe('From the launch on.'),
  vanishPercent: percent.describe('Answers 404 from half way through its run.'),

  // Launching.
  launchStatus: z.union([z.literal(200), z.literal(201), z.literal(202)]).default(201),
  minimalLaunchAnswer: z.boolean().default(false).describe('200 and nothing but the link to the job.'),
  concurrentJobs: z
    .strictObject({
      limit: z.number().int().min(1),
      status: z.number().int().min(400).max(599).default(403),
      message: z.string().default('Quota exceeded: too many jobs are running'),
    })
    .optional()
    .describe('The published description names no such limit; the answer is a guess, hence configurable.'),
  processes: z.array(process).optional().describe('Given: any other process is answered 404.'),

  // Answers.
  echoInput: z.boolean().default(true),
  showInputSchema: z.boolean().default(true).describe('Whether the description of a process has its input schema.'),
  withLinks: z.boolean().default(true),
  withLocation: z.boolean().default(true),
  linkHost: z
    .string()
    .default('https://playground-api-gateway.playground.airbusds-geo.com')
    .describe('Origin written into links; "own" is the one that the client used.'),
  selfLinkCarriesProjectId: z.boolean().default(true),
  epochDates: z.boolean().default(false).describe('Seconds since 1970 instead of ISO 8601.'),
  clockSkewSeconds: z.number().min(-1e6).max(1e6).default(0).describe("The platform's clock ahead of ours."),

  // Lists.
  listOrder: z.enum(['newest', 'oldest', 'random']).default('newest').describe('random: by id.'),
  listLagSeconds: seconds.default(0).describe('A job shows in lists only after this.'),
  staleList: z
    .strictObject({ percent, seconds: seconds.default(60) })
    .prefault({})
    .describe('This share of list answers shows what was true so long ago.'),

  // Records.
  recordsPerJob: z.number().int().min(0).max(100_000).default(5).describe('Points in its GeoJSON.'),
  recordsInParts: z.boolean().default(true).describe('Honours Range and If-Range, and says an ETag.'),

  // Deleting.
  deleteStatus: z.union([z.literal(202), z.literal(204)]).default(202),
  deleteSeconds: seconds.default(0).describe('202: the job goes on for so long.'),
  afterDelete: z.enum(['cancelled', 'gone']).default('cancelled').describe('204 is always gone.'),

  tokenSeconds: seconds.default(3600),
});
export type AirbusPlaygroundBehaviour = z.output<typeof airbusPlaygroundBehaviour>;
