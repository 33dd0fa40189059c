import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import type { TaskPage } from '../api/answers.ts';
import { getJson } from '../api/fetching.ts';
import { type TaskQuery, tasksPath } from './task-query.ts';

const pageSize = 100;
const freshMs = 3_000;
/** Whoever has scrolled this far reads, and is not disturbed. */
const mostFreshPages = 4;

/** The tasks that match, page by page as they are scrolled to. */
export function useTaskList(query: TaskQuery) {
  const path = tasksPath(query, pageSize);
  const list = useInfiniteQuery({
    queryKey: ['task list', path],
    queryFn: ({ pageParam, signal }) =>
      getJson<TaskPage>(pageParam === '' ? path : `${path}&cursor=${encodeURIComponent(pageParam)}`, signal),
    initialPageParam: '',
    getNextPageParam: (page) => page.next,
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) => ((state.data?.pages.length ?? 0) <= mostFreshPages ? freshMs : false),
  });
  const pages = list.data?.pages ?? [];
  return {
    rows: pages.flatMap(({ items }) => items),
    total: pages[0]?.total,
    complete: pages.every(({ complete }) => complete),
    error: list.error,
    /** The list is of the question before. */
    isOld: list.isPlaceholderData,
    retry: () => void list.refetch(),
    more: () => {
      if (list.hasNextPage && !list.isFetchingNextPage) void list.fetchNextPage();
    },
  };
}
