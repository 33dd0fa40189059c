import type { Cost } from '@nightpass/core';
import { z } from 'zod';

/** Beyond it no job costs anything: a number gone wrong must not spoil a night's sum. */
const most = 1e12;

/** A strange one is none: what a job cost never keeps it from its end. */
export const amountReply = z.number().min(0).max(most).optional().catch(undefined);

/** In one line, and short: it becomes a name in sums, on pages and in metrics. */
export const unitReply = z
  .string()
  .trim()
  .min(1)
  .max(32)
  .regex(/^[^\p{C}\p{Z}](?: ?[^\p{C}\p{Z}])*$/u)
  .optional()
  .catch(undefined);

/** Undefined where either is not told: an amount of nothing known is no cost. */
export const costOf = (amount: number | undefined, unit: string | undefined): Cost | undefined =>
  amount === undefined || unit === undefined ? undefined : { amount, unit };
