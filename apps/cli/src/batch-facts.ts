import type { Phase } from '@nightpass/core';
import type { BatchSummary } from '@nightpass/engine';
import { iso, isoOrNull } from './view/time.ts';

/** A batch as `--json` tells it. Scripts read this: fields are only ever added. */
export interface BatchFacts {
  batch: string;
  name: string | null;
  file: string;
  priority: number;
  providers: string[];
  processes: number;
  zones: number;
  tasks: number;
  phases: Record<Phase, number>;
  acceptedAt: string;
  endedAt: string | null;
  cancelledAt: string | null;
  deadline: string | null;
}

export function batchFacts({ batch, counts }: BatchSummary): BatchFacts {
  return {
    batch: batch.id,
    name: batch.name ?? null,
    file: batch.file,
    priority: batch.priority,
    providers: [...new Set(batch.providers)],
    processes: batch.processCount,
    zones: batch.zoneCount,
    tasks: batch.taskCount,
    phases: counts,
    acceptedAt: iso(batch.acceptedAtMs),
    endedAt: isoOrNull(batch.endedAtMs),
    cancelledAt: isoOrNull(batch.cancelledAtMs),
    deadline: isoOrNull(batch.deadlineMs),
  };
}

export const titleOf = ({ batch }: BatchSummary) => batch.name ?? batch.file;
