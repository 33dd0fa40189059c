import { useQuery } from '@tanstack/react-query';
import { getBytes } from '../api/fetching.ts';

/**
 * When each task last moved, in the order of the grid: Unix seconds, 0 where it is not known. It is four times the grid, and
 * asked for only where it is needed.
 */
export function useTimes(batch: string, isNeeded: boolean) {
  const path = `/batches/${batch}/times`;
  return useQuery<Uint32Array>({
    queryKey: [path],
    queryFn: async ({ signal }) => secondsOf((await getBytes(path, signal)).bytes),
    enabled: isNeeded,
    structuralSharing: false,
  });
}

export function secondsOf(bytes: Uint8Array): Uint32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const seconds = new Uint32Array(bytes.byteLength >> 2);
  for (let i = 0; i < seconds.length; i++) seconds[i] = view.getUint32(i * 4);
  return seconds;
}
