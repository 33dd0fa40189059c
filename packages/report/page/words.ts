import { phaseOf } from '@nightpass/pictures/phases';
import type { PageFacts } from '@nightpass/report/page-facts';

/** What is said of the task or the zone that is pointed at. */

export interface Texts {
  /** Each name once; and of each zone, which it has. */
  names: readonly string[];
  nameOf: Int32Array;
  /** Of zones that have one of their own. */
  ids: readonly string[];
  /** Of each task, 1 + the family that it failed with; 0: none. */
  familyOf: Uint8Array;
}

export function createWords(facts: PageFacts, codes: Uint8Array, { names, nameOf, ids, familyOf }: Texts) {
  const { processCount, zoneCount, families } = facts;

  function zoneWords(zone: number): string {
    const id = ids[zone] ? ` (${ids[zone]})` : '';
    return `zone ${zone}${id}, ${names[nameOf[zone] ?? 0] || 'unnamed'}`;
  }

  function whyWords(rank: number): string {
    const family = families[rank - 1];
    if (family) return ` · ${family.id} ${family.text}`;
    return rank > 0 ? ' · a cause of its own' : '';
  }

  return {
    task(index: number): string {
      const [process, zone] = [Math.floor(index / zoneCount), index % zoneCount];
      const id = `${facts.batch}-${process}-${zone}`;
      const phase = phaseOf(codes[index] ?? 0);
      return `${phase} · ${facts.processes[process]} · ${zoneWords(zone)} · ${id}${whyWords(familyOf[index] ?? 0)}`;
    },
    zone(zone: number): string {
      const counts = new Map<string, number>();
      for (let process = 0; process < processCount; process++) {
        const phase = phaseOf(codes[process * zoneCount + zone] ?? 0);
        counts.set(phase, (counts.get(phase) ?? 0) + 1);
      }
      return `${zoneWords(zone)} · ${[...counts].map(([phase, n]) => `${n} ${phase}`).join(', ')}`;
    },
  };
}
