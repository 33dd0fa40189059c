import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { getText } from '../api/fetching.ts';

/** What zones are called: read some at a time, where somebody looks, since nobody reads a hundred thousand names. */

export interface ZoneName {
  location: string;
  image: string;
}

/** Neighbours are likely to be asked for next. */
const atOnce = 256;
/** A pointer on its way to somewhere asks nothing. */
const restMs = 60;

/** @returns undefined until it is known; of no zone (-1), always */
export function useZoneName(batch: string, zone: number): ZoneName | undefined {
  const rests = useRests(zone);
  const from = Math.floor(zone / atOnce) * atOnce;
  const { data } = useQuery({
    queryKey: ['zone names', batch, from],
    queryFn: async ({ signal }) =>
      namesIn(await getText(`/batches/${batch}/zones?shape=none&from=${from}&limit=${atOnce}`, signal)),
    enabled: zone >= 0 && rests,
    staleTime: Number.POSITIVE_INFINITY,
    refetchInterval: false,
  });
  return zone < 0 ? undefined : data?.get(zone);
}

/** The first line tells of the lines. */
export function namesIn(lines: string): Map<number, ZoneName> {
  const names = new Map<number, ZoneName>();
  for (const line of lines.split('\n').slice(1)) {
    if (line === '') continue;
    const [zone, location, image] = JSON.parse(line) as [number, string, string];
    names.set(zone, { location, image });
  }
  return names;
}

/** Whether it has been the same for a moment. */
function useRests(value: number): boolean {
  const [rested, setRested] = useState(-1);
  useEffect(() => {
    const timer = setTimeout(() => setRested(value), restMs);
    return () => clearTimeout(timer);
  }, [value]);
  return rested === value;
}
