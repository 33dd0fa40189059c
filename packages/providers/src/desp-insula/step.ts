import { z } from 'zod';

/**
 * What is on record of a launch in the moment before the one request that makes its job run. Without it, no such
 * request was sent.
 */
export interface Step {
  configId: string;
  /** The highest id of any job that showed then: ours is above it. */
  watermark: number;
  /** Whose the config is; undefined where the platform did not say. */
  owner?: string | undefined;
}

const step = z.object({
  configId: z.string(),
  watermark: z.number().int().nonnegative(),
  owner: z.string().optional(),
});

export const writeStep = (made: Step): string => JSON.stringify(made);

/** Undefined where there is none, or none that we wrote. */
export function readStep(text: string | undefined): Step | undefined {
  try {
    const parsed = step.safeParse(JSON.parse(text ?? ''));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}
