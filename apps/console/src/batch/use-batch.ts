import type { Zones } from '@nightpass/pictures';
import { codesOf } from '@nightpass/pictures/phases';
import { type QueryClient, queryOptions, useQuery } from '@tanstack/react-query';
import { answerOf, useAnswer } from '../api/answering.ts';
import type { BatchDetail, BatchProcess } from '../api/answers.ts';
import { getBytes } from '../api/fetching.ts';
import { unpackZones } from '../map/zones.ts';

/** What the pictures of a batch are made of. */

export interface GridData {
  codes: Uint8Array;
  processes: number;
  zones: number;
}

const detailPath = (batch: string) => `/batches/${batch}`;
const processesPath = (batch: string) => `/batches/${batch}/processes`;

function gridOf(batch: string) {
  const path = `/batches/${batch}/grid`;
  return queryOptions<GridData>({
    queryKey: [path],
    queryFn: async ({ signal }) => {
      const { bytes, headers } = await getBytes(path, signal);
      const [processes, zones] = [Number(headers.get('x-processes')), Number(headers.get('x-zones'))];
      if (processes * zones !== bytes.length) throw new Error('the grid is not whole: load the page anew');
      return { codes: codesOf(bytes), processes, zones };
    },
    // What came while the page started is not asked for again once it stands.
    staleTime: 5_000,
    structuralSharing: false,
  });
}

/** They never change. */
const zonesOf = (batch: string) =>
  queryOptions<Zones>({
    queryKey: ['zones', batch],
    queryFn: async ({ signal }) => unpackZones((await getBytes(`/batches/${batch}/footprints`, signal)).bytes),
    staleTime: Number.POSITIVE_INFINITY,
    refetchInterval: false,
    structuralSharing: false,
  });

export const useDetail = (batch: string) => useAnswer<BatchDetail>(detailPath(batch));
export const useGrid = (batch: string) => useQuery(gridOf(batch));
export const useZones = (batch: string) => useQuery(zonesOf(batch));
export const useProcesses = (batch: string) => useAnswer<{ items: BatchProcess[] }>(processesPath(batch));

/** Asks for all of it side by side, before there is anything to show it on. */
export function askForBatch(answers: QueryClient, batch: string): void {
  void answers.prefetchQuery(answerOf(detailPath(batch)));
  void answers.prefetchQuery(gridOf(batch));
  void answers.prefetchQuery(zonesOf(batch));
  void answers.prefetchQuery(answerOf(processesPath(batch)));
}
