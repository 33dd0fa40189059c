import { amendQuery, usePlace } from '../shell/place.ts';
import { readTaskQuery, type TaskQuery } from '../tasks/task-query.ts';
import type { Selection } from './selection.ts';
import { writeSpan } from './span.ts';

/** The selection stands in the address, so that it can be sent to somebody; very many zones beside it. */

/** More make an address that servers refuse. */
const mostInAddress = 200;
const zonesKey = 'zones';

function zonesBeside(): number[] | undefined {
  const state: unknown = history.state;
  if (typeof state !== 'object' || state === null || !(zonesKey in state)) return undefined;
  return Array.isArray(state[zonesKey]) ? (state[zonesKey] as number[]) : undefined;
}

export function useTaskQuery(batch: string): TaskQuery {
  const { query } = usePlace();
  const beside = new URLSearchParams(query).get('zone') === 'many' ? zonesBeside() : undefined;
  return readTaskQuery(query, { batch, ...(beside && { zones: beside }) });
}

export function select({ phases, processes, zones, span }: Selection): void {
  const isMany = zones.length > mostInAddress;
  amendQuery(
    (all) => {
      const set = (name: string, list: readonly (string | number)[]) =>
        list.length === 0 ? all.delete(name) : all.set(name, list.join(','));
      set('phase', phases);
      set('process', processes);
      set('zone', isMany ? ['many'] : zones);
      writeSpan(all, span);
    },
    isMany ? { [zonesKey]: zones } : null,
  );
}
