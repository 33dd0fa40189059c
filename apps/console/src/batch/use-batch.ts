import { useQuery } from '@tanstack/react-query';
import { useAnswer } from '../api/answering.ts';
import type { BatchProcess } from '../api/answers.ts';
import { api, getBytes, Problem } from '../api/fetching.ts';
import { readZones, type Zones } from '../map/zones.ts';
import { codesOf } from '../phases/phases.ts';

/** What the pictures of a batch are made of. */

export interface GridData {
  codes: Uint8Array;
  processes: number;
  zones: number;
}

export function useGrid(batch: string) {
  const path = `/batches/${batch}/grid`;
  return useQuery<GridData>({
    queryKey: [path],
    queryFn: async ({ signal }) => {
      const { bytes, headers } = await getBytes(path, signal);
      const [processes, zones] = [Number(headers.get('x-processes')), Number(headers.get('x-zones'))];
      if (processes * zones !== bytes.length) throw new Error('the grid is not whole: load the page anew');
      return { codes: codesOf(bytes), processes, zones };
    },
    structuralSharing: false,
  });
}

/** They never change. */
export function useZones(batch: string) {
  return useQuery<Zones>({
    queryKey: ['zones', batch],
    queryFn: async ({ signal }) => {
      const answer = await fetch(`${api}/batches/${batch}/zones?shape=footprints`, { signal });
      if (!answer.ok) throw new Problem(answer.status, 'The zones could not be read', '');
      return readZones(answer);
    },
    staleTime: Number.POSITIVE_INFINITY,
    refetchInterval: false,
    structuralSharing: false,
  });
}

export const useProcesses = (batch: string) => useAnswer<{ items: BatchProcess[] }>(`/batches/${batch}/processes`);
