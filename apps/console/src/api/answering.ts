import {
  keepPreviousData,
  QueryClient,
  queryOptions,
  type UseQueryOptions,
  type UseQueryResult,
  useQuery,
} from '@tanstack/react-query';
import { getJson, Problem } from './fetching.ts';

/** What is shown, by the path it is asked under. Live changes make it old; it is shown until the new one is there. */

const againMs = 15_000;

export function createAnswers(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 1_000,
        refetchInterval: againMs,
        refetchOnWindowFocus: true,
        // The network may be switched off for our host only: asking tells.
        networkMode: 'always',
        retry: (failures, error) =>
          failures < 2 && !(error instanceof Problem && error.status >= 400 && error.status < 500),
        retryDelay: 1_000,
      },
    },
  });
}

type Options<T> = Partial<Pick<UseQueryOptions<T>, 'enabled' | 'refetchInterval' | 'staleTime'>>;

/** What asks for it: whoever asks early shares the answer with whoever shows it. */
export const answerOf = <T>(path: string) =>
  queryOptions<T>({
    queryKey: [path],
    queryFn: async ({ signal }) => {
      const answer = await getJson<T>(path, signal);
      learnClock(answer);
      return answer;
    },
  });

/** @param path under the API; undefined: nothing is asked */
export function useAnswer<T>(path: string | undefined, options: Options<T> = {}): UseQueryResult<T> {
  return useQuery<T>({ ...answerOf<T>(path ?? ''), enabled: path !== undefined, ...options });
}

/** While the answer to a changed question is on its way, the last one stays. */
export function useSteadyAnswer<T>(path: string): UseQueryResult<T> {
  return useQuery<T>({
    queryKey: [path],
    queryFn: ({ signal }) => getJson<T>(path, signal),
    placeholderData: keepPreviousData,
  });
}

let aheadMs = 0;

/** Times are on the ledger's clock, which need not be this machine's. */
function learnClock(answer: unknown): void {
  if (typeof answer !== 'object' || answer === null || !('nowMs' in answer)) return;
  if (typeof answer.nowMs === 'number') aheadMs = answer.nowMs - Date.now();
}

export const ledgerNowMs = (): number => Date.now() + aheadMs;
