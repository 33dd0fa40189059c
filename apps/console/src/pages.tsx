import { type QueryClient, queryOptions, useQuery } from '@tanstack/react-query';
import { AuditPage } from './audit/audit-page.tsx';
import { askForBatch } from './batch/use-batch.ts';
import { FailuresPage } from './failures/failures-page.tsx';
import { OverviewPage } from './overview/overview-page.tsx';
import { Link } from './parts/link.tsx';
import { Trouble, Waiting } from './parts/trouble.tsx';
import { useTitle } from './parts/use-title.ts';
import { usePlace } from './shell/place.ts';
import { TaskPage } from './tasks/task-page.tsx';
import { TasksPage } from './tasks/tasks-page.tsx';
import { TokensPage } from './tokens/tokens-page.tsx';

// The pictures come when they are wanted: most looks are at the overview. Not by React's own `lazy`, which keeps back what
// has come within 300 ms.
const pictures = queryOptions({
  queryKey: ['pictures'],
  queryFn: () => import('./batch/batch-page.tsx'),
  staleTime: Number.POSITIVE_INFINITY,
  gcTime: Number.POSITIVE_INFINITY,
  refetchInterval: false,
  structuralSharing: false,
});

/** What the first page needs is asked for before anything is drawn. */
export function begin(answers: QueryClient): void {
  const [, first, id = '', third] = location.pathname.split('/');
  if (first !== 'batches' || id === '' || third !== undefined) return;
  void answers.prefetchQuery(pictures);
  askForBatch(answers, decodeURIComponent(id));
}

/** Which page an address shows. The board serves the console under each of these: see its console-routes.ts. */
export function Pages() {
  const { path } = usePlace();
  const [, first = '', id = '', third = ''] = path.split('/').map(decodeURIComponent);
  if (first === '') return <OverviewPage />;
  if (first === 'tasks') return id === '' ? <TasksPage /> : <TaskPage key={id} id={id} />;
  if (first === 'audit') return <AuditPage />;
  if (first === 'tokens' && id === '') return <TokensPage />;
  if (first === 'batches' && id !== '' && third === 'failures') return <FailuresPage key={id} id={id} />;
  if (first === 'batches' && id !== '') return <Batch key={id} id={id} />;
  return <NoPage />;
}

function Batch({ id }: { id: string }) {
  const { data, error, refetch } = useQuery(pictures);
  if (data) return <data.BatchPage id={id} />;
  return error ? <Trouble error={error} onRetry={() => void refetch()} /> : <Waiting what="Loading the pictures" />;
}

function NoPage() {
  useTitle('No such page');
  return (
    <div className="trouble">
      <h1>There is no such page</h1>
      <p>
        <Link href="/">The overview</Link> shows what there is.
      </p>
    </div>
  );
}
