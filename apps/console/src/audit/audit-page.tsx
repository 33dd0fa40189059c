import { useInfiniteQuery } from '@tanstack/react-query';
import type { AuditEntry } from '../api/action-answers.ts';
import type { Page } from '../api/answers.ts';
import { getJson, queryOf } from '../api/fetching.ts';
import { At } from '../parts/moment.tsx';
import { Trouble, Waiting } from '../parts/trouble.tsx';
import { useTitle } from '../parts/use-title.ts';
import { many } from '../words/words.ts';
import { entryWords } from './entry-words.ts';

/** Who did what, and why: newest first. */
export function AuditPage() {
  useTitle('Audit');
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery({
    queryKey: ['/audit'],
    queryFn: ({ pageParam, signal }) => getJson<Page<AuditEntry>>(`/audit${queryOf({ cursor: pageParam })}`, signal),
    initialPageParam: '',
    getNextPageParam: (page) => page.next,
  });
  if (error) return <Trouble error={error} onRetry={() => void refetch()} />;
  if (!data) return <Waiting what="Reading the audit log" />;
  const entries = data.pages.flatMap(({ items }) => items);
  return (
    <>
      <h1>Audit</h1>
      <p className="lead">
        {entries.length === 0
          ? 'Nobody has changed anything yet. Whatever people do from now on stands here, with who and why.'
          : `${many(data.pages[0]?.total ?? 0, 'entry', 'entries')}, newest first.`}
      </p>
      <ol className="audit">
        {entries.map((entry) => (
          <li key={entry.id}>
            <At ms={entry.atMs} precision="seconds" />
            <span>
              <b>{entry.who}</b> {entry.role && <small>{entry.role}</small>}
            </span>
            <span>
              {entryWords(entry)}
              {entry.why && (
                <small>
                  “<bdi>{entry.why}</bdi>”
                </small>
              )}
            </span>
          </li>
        ))}
      </ol>
      {hasNextPage && (
        <button type="button" disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          Earlier entries
        </button>
      )}
    </>
  );
}
