import { type BatchRecord, type TaskLine, tidySum } from '@nightpass/engine';
import type { CostOfTasks, ProviderCost } from './snapshot.ts';

/** What tasks cost, summed where it may be: within a process, and within a provider, never across units. */
export function createCosts() {
  const perProcess = new Map<number, Map<string, CostOfTasks>>();
  return {
    add({ processIndex, cost }: Pick<TaskLine, 'processIndex' | 'cost'>): void {
      if (!cost) return;
      const byUnit = perProcess.get(processIndex) ?? new Map<string, CostOfTasks>();
      perProcess.set(processIndex, byUnit);
      count(byUnit, { unit: cost.unit, total: cost.total, tasks: 1 });
    },
    ofProcess: (process: number) => listed(perProcess.get(process)),
    perProvider({ providers, zoneCount }: Pick<BatchRecord, 'providers' | 'zoneCount'>): ProviderCost[] {
      return [...new Set(providers)].flatMap((provider) => {
        const byUnit = new Map<string, CostOfTasks>();
        const its = [...providers.keys()].filter((process) => providers[process] === provider);
        for (const process of its) for (const cost of perProcess.get(process)?.values() ?? []) count(byUnit, cost);
        return listed(byUnit).map((cost) => ({ provider, ...cost, of: its.length * zoneCount }));
      });
    },
  };
}

function count(byUnit: Map<string, CostOfTasks>, { unit, total, tasks }: CostOfTasks): void {
  const sum = byUnit.get(unit) ?? { unit, total: 0, tasks: 0 };
  byUnit.set(unit, { unit, total: sum.total + total, tasks: sum.tasks + tasks });
}

const listed = (byUnit: ReadonlyMap<string, CostOfTasks> | undefined): CostOfTasks[] =>
  [...(byUnit?.values() ?? [])].map((cost) => ({ ...cost, total: tidySum(cost.total) }));
