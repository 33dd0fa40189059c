import type { BatchId, Cost } from '@nightpass/core';
import type { LedgerContext } from './context.ts';

/** What jobs cost, as their platforms told it. Put on record by `include/cost.lua`; of what was not told, nothing is. */

export interface TaskCost {
  unit: string;
  /** Of its last job; undefined where that has told none (yet). */
  amount: number | undefined;
  /** Of all its jobs: a redrive is paid for again. */
  total: number;
}

/** One provider's sum in one unit. Sums of different providers are never added, even of units of one name. */
export interface CostSum {
  provider: string;
  unit: string;
  total: number;
  /** Of how many tasks something was told: the sum says nothing of the others. */
  tasks: number;
}

/** As scripts take it; empty where nothing was told. */
export const costArgs = (cost: Cost | undefined) => ({ amount: cost?.amount ?? '', unit: cost?.unit ?? '' });

type Stored = string | null | undefined;

export function parseTaskCost(amount: Stored, unit: Stored, total: Stored): TaskCost | undefined {
  if (!unit) return undefined;
  return { unit, amount: amount ? Number(amount) : undefined, total: tidySum(Number(total ?? 0)) };
}

/** A sum without the dust of binary fractions. */
export const tidySum = (sum: number) => Number(sum.toPrecision(12));

/** What a batch has cost so far: kept with it, whatever its size. */
export async function readBatchCosts({ redis, keys }: LedgerContext, id: BatchId): Promise<CostSum[]> {
  const hash = await redis.hgetall(keys.cost(id));
  return Object.entries(hash)
    .flatMap(([field, total]) => {
      const [, provider = '', unit = ''] = /^sum:([^:]*):(.*)$/s.exec(field) ?? [];
      if (unit === '') return [];
      return [{ provider, unit, total: tidySum(Number(total)), tasks: Number(hash[`tasks:${provider}:${unit}`] ?? 0) }];
    })
    .sort((a, b) => (`${a.provider}:${a.unit}` < `${b.provider}:${b.unit}` ? -1 : 1));
}
