import { lazy, Suspense } from 'react';
import { AuditPage } from './audit/audit-page.tsx';
import { FailuresPage } from './failures/failures-page.tsx';
import { OverviewPage } from './overview/overview-page.tsx';
import { Link } from './parts/link.tsx';
import { Waiting } from './parts/trouble.tsx';
import { useTitle } from './parts/use-title.ts';
import { usePlace } from './shell/place.ts';
import { TaskPage } from './tasks/task-page.tsx';
import { TasksPage } from './tasks/tasks-page.tsx';

// The pictures come when they are wanted: most looks are at the overview.
const BatchPage = lazy(async () => ({ default: (await import('./batch/batch-page.tsx')).BatchPage }));

/** Which page an address shows. The board serves the console under each of these: see its console-routes.ts. */
export function Pages() {
  const { path } = usePlace();
  const [, first = '', id = '', third = ''] = path.split('/').map(decodeURIComponent);
  if (first === '') return <OverviewPage />;
  if (first === 'tasks') return id === '' ? <TasksPage /> : <TaskPage key={id} id={id} />;
  if (first === 'audit') return <AuditPage />;
  if (first === 'batches' && id !== '' && third === 'failures') return <FailuresPage key={id} id={id} />;
  if (first === 'batches' && id !== '') {
    return (
      <Suspense fallback={<Waiting what="Loading the pictures" />}>
        <BatchPage key={id} id={id} />
      </Suspense>
    );
  }
  return <NoPage />;
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
