import { z } from 'zod';

/**
 * What a request asks of a platform. `create` makes what a later `launch` starts, where that takes two steps; `delete`
 * is any way to stop a job; `describe` reads processes; `other` is anything else, addresses it does not have included.
 */
export const calls = [
  'token',
  'create',
  'launch',
  'look',
  'list',
  'delete',
  'describe',
  'results',
  'logs',
  'other',
] as const;
export type Call = (typeof calls)[number];

const wait = z.number().min(0).max(3_600_000);
const status = z.number().int().min(200).max(599);
const effect = z.enum(['none', 'taken']);

/**
 * When a rule strikes. A rule counts the requests that reach it: right call, matching, within its time, and left
 * over by the rules above it. All conditions must hold.
 */
const when = z
  .strictObject({
    times: z.number().int().min(1).optional().describe('Strikes at most so often.'),
    after: z.number().int().min(0).optional().describe('Lets so many pass first.'),
    everyN: z.number().int().min(1).optional().describe('Strikes each n-th of those that come after.'),
    percent: z.number().min(0).max(100).optional().describe('Strikes this share, drawn from the seed.'),
    fromMs: z.number().min(0).optional().describe('Milliseconds since the start of the simulator.'),
    untilMs: z.number().min(0).optional(),
    match: z
      .strictObject({
        nameIncludes: z.string().optional(),
        imageId: z.string().optional(),
        processId: z.string().optional(),
        jobId: z.string().optional(),
        correlationIdIncludes: z.string().optional(),
      })
      .optional(),
  })
  .prefault({});

const rule = { on: z.enum([...calls, 'any']), when };

const answer = {
  status,
  body: z.json().optional().describe('A string is sent as it is, anything else as JSON.'),
  html: z.string().optional().describe('Sent as text/html instead of a body.'),
  headers: z.record(z.string(), z.string()).optional(),
  retryAfterSeconds: z.number().min(0).optional(),
  retryAfterAs: z.enum(['seconds', 'http-date']).default('seconds'),
};

/** One thing that goes wrong, and when. */
export const faultRule = z.discriminatedUnion('do', [
  z.strictObject({ ...rule, do: z.literal('reply').describe('Answers so; nothing takes effect.'), ...answer }),
  z.strictObject({
    ...rule,
    do: z.literal('reply-after-accept').describe('Takes effect, then answers so.'),
    ...answer,
  }),
  z.strictObject({ ...rule, do: z.literal('drop').describe('Closes the connection; nothing takes effect.') }),
  z.strictObject({ ...rule, do: z.literal('drop-after-accept').describe('Takes effect, then closes the connection.') }),
  z.strictObject({ ...rule, do: z.literal('truncate').describe('Takes effect; half of the body, as if it were all.') }),
  z.strictObject({ ...rule, do: z.literal('cut').describe('Takes effect; closes the connection amid the body.') }),
  z.strictObject({
    ...rule,
    do: z.literal('html').describe("A gateway's page."),
    status: status.default(502),
    effect: effect.default('none'),
  }),
  z.strictObject({
    ...rule,
    do: z.literal('empty').describe('No body.'),
    status: status.optional().describe("The answer's own unless given."),
    effect: effect.default('taken'),
  }),
  z.strictObject({ ...rule, do: z.literal('stall').describe('Takes effect; answers so much later.'), ms: wait }),
  z.strictObject({ ...rule, do: z.literal('slow').describe('Takes effect; the body trickles so long.'), ms: wait }),
  z.strictObject({
    ...rule,
    do: z.literal('late-effect').describe('Takes effect and answers only after this, even if the client has gone.'),
    ms: wait,
  }),
  z.strictObject({
    ...rule,
    do: z.literal('hang').describe('No effect, no answer; the connection is closed after this.'),
    ms: wait,
  }),
  z.strictObject({
    ...rule,
    do: z.literal('huge').describe('Takes effect; a valid JSON body of this size.'),
    bytes: z.number().int().min(1).max(1_000_000_000),
  }),
  z.strictObject({
    ...rule,
    do: z.literal('alter').describe('Takes effect; the JSON answer with some values changed.'),
    set: z.record(z.string(), z.json()).default({}).describe('By path, such as "status.status".'),
    remove: z.array(z.string()).default([]),
  }),
  z.strictObject({ ...rule, do: z.literal('expire-tokens').describe('All tokens given so far end before this call.') }),
]);
/** A rule as it is written: everything with a default may be left out. */
export type FaultRule = z.input<typeof faultRule>;
export type CheckedFaultRule = z.output<typeof faultRule>;

/** Rules in order: the first that strikes decides. */
export const faultScript = z.array(faultRule);

/** @throws Error naming every bad place of the script. */
export function readFaultScript(value: unknown): CheckedFaultRule[] {
  const result = faultScript.safeParse(value);
  if (!result.success) throw new Error(`bad fault script:\n${z.prettifyError(result.error)}`);
  return result.data;
}
