import { z } from 'zod';
import { range, trafficBehaviour } from '../traffic.ts';
import { quirkSwitches } from './quirks.ts';

const percent = z.number().min(0).max(100).default(0);
const seconds = z.number().min(0).max(1e9);

const input = z.strictObject({
  id: z.string().min(1),
  minOccurs: z.number().int().min(0).default(1),
  maxOccurs: z.number().int().min(0).default(1).describe('0: any number.'),
  dataType: z.string().default('string'),
});

const service = z.strictObject({
  id: z.number().int().min(1),
  name: z.string().min(1),
  status: z.enum(['AVAILABLE', 'IN_DEVELOPMENT', 'DISABLED']).default('AVAILABLE'),
  inputs: z.array(input).default([]),
  outputs: z.array(z.string().min(1)).default(['result']),
  parallelInput: z.string().optional().describe('Given: one sub-job for each value of this input.'),
});
export type Service = z.output<typeof service>;

/** How the simulated server behaves when nothing goes wrong. All of it may be left out. */
export const despInsulaBehaviour = z.strictObject({
  ...trafficBehaviour,
  generation: z.union([z.literal(1), z.literal(2), z.literal(3), z.literal(4)]).default(3),
  ...quirkSwitches,

  // A job's life. What happens to a job depends on the seed and its config, not on the order of launches.
  queueSeconds: range(1e9).default(0),
  jobSeconds: range(1e9).default(1).describe('RUNNING for so long.'),
  failPercent: percent,
  failMessage: z.string().default('Simulated failure: no usable product in the area'),

  // Launching.
  appearsAfterSeconds: range(1e9).default(0).describe('A job is hidden everywhere for so long.'),
  hiddenLaunchPercent: percent.describe('Launches that make their job and are answered 500.'),
  concurrentJobs: z
    .strictObject({ limit: z.number().int().min(1) })
    .optional()
    .describe('Beyond it launches are answered 403, in plain text.'),
  wallet: z
    .strictObject({ balance: z.number().int().min(0), costPerJob: z.number().int().min(0) })
    .optional()
    .describe('What cannot be paid for is launched all the same, and ends in ERROR.'),
  recurrence: z
    .enum(['ONE_OFF', 'HOURLY', 'DAILY', 'MONTHLY'])
    .optional()
    .describe('Of the cost that is quoted: once with a wallet, by the hour without.'),
  services: z.array(service).optional().describe('Given: there are no others.'),
  raceMs: z.number().min(0).max(600_000).default(0).describe('Equal configs posted within this are "at once".'),

  outputBytes: z.number().int().min(0).max(10_000_000).default(1_000),
  tokenSeconds: seconds.default(300),
  refreshTokenSeconds: seconds.default(1_800),
});
export type DespInsulaBehaviour = z.output<typeof despInsulaBehaviour>;
