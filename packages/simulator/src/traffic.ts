import { z } from 'zod';
import { calls } from './fault-script.ts';

const seconds = z.number().min(0).max(1e9);

/** A number from 0 up to `most`, or two between which one is drawn. */
export function range(most: number) {
  const number = z.number().min(0).max(most);
  return z.union([number, z.tuple([number, number]).refine(([from, to]) => from <= to, 'the lesser bound first')]);
}

/** Behaviour that every simulated platform has, of the gateway in front of it. */
export const trafficBehaviour = {
  latencyMs: range(600_000).default(0).describe('Half of it passes before the call takes effect, half after.'),
  rateLimit: z
    .strictObject({
      perSecond: z
        .number()
        .int()
        .min(1)
        .optional()
        .describe('Calls let through in any sliding second; each beyond is answered 429.'),
      perMinute: z.number().int().min(1).optional().describe('The same in any sliding minute.'),
      on: z.array(z.enum(calls)).default(['launch']),
      retryAfter: z.enum(['seconds', 'http-date', 'none']).default('seconds'),
      retryAfterSeconds: seconds.default(1),
    })
    .refine((limit) => limit.perSecond !== undefined || limit.perMinute !== undefined, 'give perSecond or perMinute')
    .optional(),
};
export const trafficSchema = z.object(trafficBehaviour);
export type Traffic = z.output<typeof trafficSchema>;

/** Rounded up to whole seconds in both forms, since neither can say less. */
export function retryAfterHeader(afterSeconds: number, form: 'seconds' | 'http-date', wallMs: number): string {
  if (form === 'seconds') return String(Math.ceil(afterSeconds));
  return new Date(Math.ceil((wallMs + afterSeconds * 1000) / 1000) * 1000).toUTCString();
}
