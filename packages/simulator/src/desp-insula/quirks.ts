import { z } from 'zod';
import { words } from './job-plan.ts';

/**
 * In what the generations of this family of servers differ. Each can be switched by itself.
 * 1: 2019 (OSIRIS, FS-TEP) · 2: 2021 (F-TEP) · 3: hosted Insula, 2023 to 2025 · 4: the open processing core, 2026.
 */
const quirks = z.strictObject({
  // Creating.
  slashes: z.enum(['both', 'without', 'with']).describe('Which form of an address is known.'),
  race: z
    .enum(['409', '500', 'duplicate'])
    .describe('Equal configs at once (see raceMs); duplicate: a second row, and 500 for every equal one after that.'),
  subJobConfigsClash: z.boolean().describe('A config that equals one of a sub-job is answered 500.'),
  configReading: z.boolean().describe('Configs can be listed and deleted; 405 otherwise.'),
  estimateCost: z.boolean(),

  // Launching.
  launchStatus: z.union([z.literal(200), z.literal(202)]),
  launchForm: z.enum(['content', 'flat']).describe('Where the job is in the answer: under "content", or at its top.'),
  launchSelfLink: z.boolean(),
  launchedConfig: z.enum(['same', 'new']).describe('new: the job has a config of its own, with the same label.'),
  refusedLaunch: z.enum(['403', '500']).describe('500: of what fails its validation, a job in ERROR is left.'),

  // Jobs.
  queueWords: z.array(z.enum(words)).min(1).describe('Statuses before RUNNING; they share the time in the queue.'),
  modernFields: z.boolean().describe('phase, created, lastUpdated and serviceId are shown.'),
  shortJobLabel: z.boolean().describe('Lists show the label.'),
  echoConfig: z.boolean().describe('detailedJob shows the config, and it can be read.'),

  // Lists.
  search: z
    .union([z.enum(['label', 'id', 'service', 'ignored']), z.literal(400), z.literal(404), z.literal(405)])
    .describe('What the filter of parametricFind matches ("label": id, label or service name), or how it is refused.'),
  olderSearches: z.boolean().describe('findByFilter… are there.'),
  statusHidesParents: z.boolean().describe('A search by status leaves parents out.'),
  jobsList: z.union([z.literal('offered'), z.literal(404), z.literal(405)]),
  sorts: z.boolean().describe('false: the oldest first, whatever is asked for.'),
  mostPerPage: z.number().int().min(1),

  // Stopping.
  cancel: z.boolean(),
  terminated: z.enum(['CANCELLED', 'COMPLETED', 'ERROR', 'nothing']).describe('What a running job becomes.'),

  // Results, links, errors.
  filesRel: z.enum(['platformFiles', 'ftepFiles']),
  outputs: z.enum(['files', 'stac']),
  linkHost: z.string().describe('Origin written into links; "own" is the one that the client used.'),
  templatedLinks: z.boolean(),
  errorForm: z.enum(['spring', 'status', 'text', 'empty', 'cause', 'message', 'html']),
  refusal: z.enum(['401', '403', 'redirect', 'page']).describe('How wrong credentials are answered.'),
});
export type Quirks = z.output<typeof quirks>;

export const quirkSwitches = quirks.partial().shape;

const common = {
  slashes: 'both',
  race: '409',
  subJobConfigsClash: false,
  configReading: true,
  estimateCost: true,
  launchStatus: 202,
  launchForm: 'flat',
  launchSelfLink: true,
  launchedConfig: 'same',
  refusedLaunch: '403',
  queueWords: ['CREATED', 'PENDING', 'WAITING'],
  modernFields: false,
  shortJobLabel: true,
  echoConfig: true,
  search: 'service',
  olderSearches: false,
  statusHidesParents: false,
  jobsList: 'offered',
  sorts: true,
  mostPerPage: 1000,
  cancel: true,
  terminated: 'CANCELLED',
  filesRel: 'platformFiles',
  outputs: 'files',
  linkHost: 'http://insula-server.processing.svc.cluster.local:8080',
  templatedLinks: true,
  errorForm: 'spring',
  refusal: '401',
} as const satisfies z.input<typeof quirks>;

export const generations = {
  1: { ...common, launchForm: 'content', shortJobLabel: false, search: 'id', olderSearches: true },
  2: {
    ...common,
    race: '500',
    subJobConfigsClash: true,
    queueWords: ['CREATED'],
    search: 404,
    olderSearches: true,
    cancel: false,
    filesRel: 'ftepFiles',
    refusal: '403',
  },
  3: { ...common, modernFields: true },
  4: {
    ...common,
    slashes: 'without',
    race: 'duplicate',
    configReading: false,
    estimateCost: false,
    launchStatus: 200,
    launchedConfig: 'new',
    refusedLaunch: '500',
    queueWords: ['CREATED', 'PENDING', 'CONDITION_WAIT', 'WAITING'],
    modernFields: true,
    search: 'ignored',
    statusHidesParents: true,
    terminated: 'COMPLETED',
    outputs: 'stac',
    errorForm: 'empty',
  },
} as const satisfies Record<number, z.input<typeof quirks>>;
export type Generation = keyof typeof generations;

/** The quirks of a generation, but for those that are switched. */
export function quirksOf(
  generation: Generation,
  switched: Partial<{ [K in keyof Quirks]: Quirks[K] | undefined }>,
): Quirks {
  const given = Object.entries(switched).filter(([key, value]) => value !== undefined && key in quirks.shape);
  return quirks.parse({ ...generations[generation], ...Object.fromEntries(given) });
}
