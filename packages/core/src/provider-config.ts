import { z } from 'zod';
import { authConfig } from './auth-config.ts';
import { isTimeZone, type LaunchWindow } from './launch-window.ts';

/**
 * What every kind of provider is configured with. A kind adds its own keys (see packages/providers/src/<kind>);
 * `kind` chooses them.
 */

const clockTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time of day such as 20:00');

const rate = {
  perSecond: z.number().positive().max(1000).optional(),
  perMinute: z.number().positive().max(60_000).optional(),
};

function oneRate(value: { perSecond?: number | undefined; perMinute?: number | undefined }): boolean {
  return value.perSecond === undefined || value.perMinute === undefined;
}
const oneRateMessage = 'give perSecond or perMinute, not both';

const positiveInt = (most: number) => z.number().int().min(1).max(most);

/** Keys every provider has. Loose: the kind's own schema checks the rest, strictly. */
export const baseProviderConfig = z.object({
  kind: z.string(),
  baseUrl: z
    .url({ protocol: /^https?$/ })
    .refine((url) => !/[?#]|^\w+:\/*[^/]*@/.test(url), 'must hold no user, password, query or fragment')
    .describe('Origin (and path prefix, if any) of the platform. Credentials go nowhere else.'),
  auth: authConfig,
  launch: z
    .strictObject({
      ...rate,
      concurrency: positiveInt(64).default(4).describe('Launches one worker prepares at a time.'),
      maxInFlight: positiveInt(1_000_000)
        .default(200)
        .describe('Tasks launched and not yet ended, across all workers.'),
      maxAttempts: positiveInt(100).default(5).describe('Launches sent for one task before it is parked.'),
    })
    .refine(oneRate, oneRateMessage)
    .prefault({}),
  read: z
    .strictObject({
      ...rate,
      minLookSeconds: z.number().positive().default(5).describe('A job is never looked at more often than this.'),
      maxLookSeconds: z.number().positive().default(300).describe('A job is looked at at least this often.'),
    })
    .refine(oneRate, oneRateMessage)
    .prefault({}),
  window: z
    .strictObject({
      from: clockTime,
      to: clockTime,
      timeZone: z.string().refine(isTimeZone, 'must be a time zone such as Europe/Paris'),
    })
    .optional()
    .describe('Launches go in these hours only; what runs is followed at any time.'),
  probeSeconds: z
    .number()
    .positive()
    .default(60)
    .describe(
      'While it is held for an outage or its credentials, it is tried again after this, then after twice as long …',
    ),
  remoteJobTimeoutHours: z
    .number()
    .positive()
    .max(24 * 365)
    .default(12),
  processTimeoutHours: z
    .record(z.string(), z.number().positive())
    .default({})
    .describe('Other timeouts, by process id.'),
  onUnconfirmed: z.enum(['park', 'relaunch']).default('park'),
  /** How long, and how often, a lost launch is searched for before "not found" is believed. */
  reconcile: z
    .strictObject({
      reads: positiveInt(20).default(2),
      everySeconds: z.number().positive().default(60),
    })
    .prefault({}),
});
export type BaseProviderConfig = z.infer<typeof baseProviderConfig>;

/** Limits as the engine uses them, in its units. */
export interface Limits {
  launchesPerSecond: number;
  launchConcurrency: number;
  maxInFlight: number;
  maxLaunchAttempts: number;
  readsPerSecond: number;
  minLookMs: number;
  maxLookMs: number;
  remoteJobTimeoutMs: number;
  /** Other timeouts, by process id. */
  processTimeoutMs: Readonly<Record<string, number>>;
  /** Launches go in these hours only. */
  window: LaunchWindow | undefined;
  /** The first wait of a hold that only success ends. */
  probeEveryMs: number;
  onUnconfirmed: 'park' | 'relaunch';
  reconcileReads: number;
  reconcileEveryMs: number;
}

/** Defaults of one launch and five reads a second are what the platforms' own sample scripts keep. */
export function limitsOf(config: BaseProviderConfig): Limits {
  const perSecond = (r: { perSecond?: number | undefined; perMinute?: number | undefined }, otherwise: number) =>
    r.perSecond ?? (r.perMinute === undefined ? otherwise : r.perMinute / 60);
  return {
    launchesPerSecond: perSecond(config.launch, 1),
    launchConcurrency: config.launch.concurrency,
    maxInFlight: config.launch.maxInFlight,
    maxLaunchAttempts: config.launch.maxAttempts,
    readsPerSecond: perSecond(config.read, 5),
    minLookMs: config.read.minLookSeconds * 1000,
    maxLookMs: config.read.maxLookSeconds * 1000,
    remoteJobTimeoutMs: config.remoteJobTimeoutHours * 3_600_000,
    processTimeoutMs: Object.fromEntries(
      Object.entries(config.processTimeoutHours).map(([process, hours]) => [process, hours * 3_600_000]),
    ),
    window: config.window,
    probeEveryMs: config.probeSeconds * 1000,
    onUnconfirmed: config.onUnconfirmed,
    reconcileReads: config.reconcile.reads,
    reconcileEveryMs: config.reconcile.everySeconds * 1000,
  };
}
