import { useAnswer } from '../api/answering.ts';
import type { BatchDetail, Family, FamilyList } from '../api/answers.ts';
import { Link } from '../parts/link.tsx';
import { Trouble, Waiting } from '../parts/trouble.tsx';
import { useTitle } from '../parts/use-title.ts';
import { WhyNoButtons } from '../session/session.tsx';
import { many } from '../words/words.ts';
import { FamilyRow } from './family-row.tsx';

/** Why tasks of a batch ended badly, cause by cause. */
export function FailuresPage({ id }: { id: string }) {
  const detail = useAnswer<BatchDetail>(`/batches/${id}`);
  const { data, error, refetch } = useAnswer<FamilyList>(`/batches/${id}/families`);
  const name = detail.data?.batch.name ?? detail.data?.batch.file ?? id;
  useTitle(data ? `${many(data.items.length, 'cause')} · ${name}` : `Failures · ${name}`);
  if (error && !data) return <Trouble error={error} onRetry={() => void refetch()} />;
  return (
    <>
      <p className="crumbs">
        <Link href="/">Overview</Link> / <Link href={`/batches/${id}`}>{name}</Link>
      </p>
      <h1>Failures</h1>
      {data ? <Families batch={id} list={data} /> : <Waiting what="Reading why tasks failed" />}
    </>
  );
}

function Families({ batch, list: { items, tasks, complete } }: { batch: string; list: FamilyList }) {
  const most = Math.max(1, ...items.map(({ count }) => count));
  return (
    <>
      <p className="lead" role="status">
        {summary(items, tasks)} {!complete && 'Reasons are still being read: there may be more.'}
      </p>
      <WhyNoButtons to="redrive a cause" />
      <ol className="families">
        {items.map((family) => (
          <FamilyRow key={family.id} family={family} batch={batch} most={most} />
        ))}
      </ol>
    </>
  );
}

function summary(items: readonly Family[], tasks: number): string {
  if (items.length === 0) return 'Nothing has failed, expired, been cancelled or been parked.';
  return `${many(tasks, 'task')} ended badly or wait for a person, of ${many(items.length, 'cause')}.`;
}
