import { z } from 'zod';
import { range, type Traffic, trafficBehaviour } from '../traffic.ts';
import { type PresetName, presetNames, presets } from './presets.ts';
import { simulatedProcess } from './processes.ts';

const percent = z.number().min(0).max(100);
const seconds = z.number().min(0).max(1e9);
const origin = z.union([z.literal('own'), z.url()]);

const keys = z.strictObject({
  root: z
    .string()
    .regex(/^(\/[\w.-]+)*$/)
    .describe('Path before all others. Read at the start only: a later change does nothing.'),

  // A job's life. What happens to a job depends on the seed and its inputs, not on the order of launches.
  queueSeconds: range(1e9).describe('"accepted" for so long.'),
  jobSeconds: range(1e9).describe('"running" for so long.'),
  failPercent: percent,
  strandPercent: percent.describe('Stays as it is at first for ever, as after a restart of the server.'),
  vanishPercent: percent.describe('Answers 404 from half way through its run.'),
  overturnPercent: percent.describe('Says "successful", and "failed" some time later.'),
  overturnSeconds: seconds,

  // How a job is shown.
  acceptedWholeRun: z.boolean().describe('Never says "running".'),
  runningAtOnce: z.boolean().describe('Says "running" from the first answer on, waiting or not.'),
  progress: z.enum(['shown', 'until-success', 'standing-still', 'never']),
  words: z.record(z.string(), z.string()).describe('Other words for the standard ones.'),
  idMember: z.enum(['jobID', 'id', 'both']),
  processMember: z.enum(['processID', 'process', 'uri', 'none']).describe('uri: processID, as a URI.'),
  withDates: z.boolean(),
  clockSkewSeconds: z.number().min(-1e6).max(1e6).describe("The server's clock ahead of ours."),
  inputsShown: z.enum(['never', 'on-look', 'everywhere']),
  inputsMember: z.enum(['request', 'parameters']).describe('request: the whole body of the launch.'),

  // Launching.
  prefers: z
    .enum(['listed', 'whole', 'substring', 'never'])
    .describe('When Prefer is taken for asynchronous; else the launch runs at once and is answered 200.'),
  syncJob: z.enum(['none', 'location', 'monitor-link']).describe('How an answer of 200 shows a job, if it has one.'),
  launchStatus: z.union([z.literal(200), z.literal(201), z.literal(202)]),
  location: z.enum(['absolute', 'path', 'none']),
  linkHost: origin.describe('Origin written into links and Location.'),
  launchBody: z.enum(['status', 'minimal', 'null', 'empty']),
  preferenceApplied: z.enum(['none', 'plain', 'echo']),
  bodyId: z.enum(['ignored', 'names-process']).describe('What a member `id` in the body of a launch does.'),
  missingInput: z.enum(['refused', 'runs-for-ever']),
  concurrentJobs: z.strictObject({
    limit: z.number().int().min(1),
    status: z.number().int().min(400).max(599).default(429),
    message: z.string().default('Quota exceeded: too many jobs are running'),
  }),
  processes: z.array(simulatedProcess).describe('Given: any other process is answered 404.'),

  // Lists.
  list: z.enum(['served', 'absent', 'not-allowed']),
  listFailsFrom: z.number().int().min(1).describe('An empty 500 as soon as there are so many jobs to show.'),
  filters: z.enum(['kept', 'ignored', 'refused']),
  listOrder: z.enum(['newest', 'oldest', 'random', 'oldest-pages']).describe('oldest-pages: newest first within each.'),
  listMost: z.number().int().min(1).describe('More are never on one page.'),
  fullPage: z.enum(['last', 'has-next']).describe('Whether a full page that is the last has a next, empty one.'),
  nextKeepsQuery: z.boolean().describe('Or offset and limit only.'),
  listLagSeconds: seconds.describe('A job shows in lists only after this.'),

  // The rest.
  errors: z.enum(['problem', 'bare-words', 'zoo', 'html']),
  html: z.enum(['never', 'unless-json-is-asked-for']),
  dismissal: z
    .enum(['kept', 'removed', 'not-allowed'])
    .describe('What becomes of the record of a job that is deleted.'),
  dismissalType: z.string().describe('Media type of the answer.'),
  goneStatus: z.union([z.literal(404), z.literal(410)]).describe('Of a job that was deleted.'),
  results: z.enum(['map', 'outputs-list', 'one-output', 'raw']),
  transmission: z.enum(['value', 'reference', 'both']),
  fileHost: origin.describe('Where results by reference lie.'),
  failedResults: z.enum(['error-400', 'error-404', 'empty-object']),
  conformance: z.enum(['1.0', '2.0', 'zoo', 'absent']),
  letsIn: z.enum(['anybody', 'known']).describe('known: by a bearer token, or by name and password.'),
  tokenSeconds: seconds,
});
type Keys = z.output<typeof keys>;
/** Without these, there is no such limit, and no declared process. */
type Free = 'concurrentJobs' | 'processes' | 'listFailsFrom';
export type Described = Omit<Keys, Free> & Partial<Pick<Keys, Free>>;

/** A server of version 1.0 as the standard has it. */
const plain: Described = {
  root: '',
  queueSeconds: 0,
  jobSeconds: 1,
  failPercent: 0,
  strandPercent: 0,
  vanishPercent: 0,
  overturnPercent: 0,
  overturnSeconds: 1,
  acceptedWholeRun: false,
  runningAtOnce: false,
  progress: 'shown',
  words: {},
  idMember: 'jobID',
  processMember: 'processID',
  withDates: true,
  clockSkewSeconds: 0,
  inputsShown: 'never',
  inputsMember: 'request',
  prefers: 'listed',
  syncJob: 'none',
  launchStatus: 201,
  location: 'absolute',
  linkHost: 'own',
  launchBody: 'status',
  preferenceApplied: 'plain',
  bodyId: 'ignored',
  missingInput: 'refused',
  list: 'served',
  filters: 'kept',
  listOrder: 'newest',
  listMost: 1000,
  fullPage: 'last',
  nextKeepsQuery: true,
  listLagSeconds: 0,
  errors: 'problem',
  html: 'never',
  dismissal: 'kept',
  dismissalType: 'application/json',
  goneStatus: 404,
  results: 'map',
  transmission: 'both',
  fileHost: 'own',
  failedResults: 'error-400',
  conformance: '1.0',
  letsIn: 'anybody',
  tokenSeconds: 3600,
};

export type OgcBehaviour = Described & Traffic & { preset: PresetName };

/**
 * How a simulated OGC API - Processes server behaves when nothing goes wrong. All of it may be left out: `preset` names
 * a server whose ways are then taken, and what is given beside it goes before them.
 */
export const ogcBehaviour = keys
  .partial()
  .extend({ ...trafficBehaviour, preset: z.enum(presetNames).default('ogc-1.0') })
  .transform((said): OgcBehaviour => {
    const given = Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined));
    return { ...plain, ...presets[said.preset], ...given } as OgcBehaviour;
  });
