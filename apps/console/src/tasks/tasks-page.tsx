import { phases } from '@nightpass/pictures/phases';
import { useAnswer } from '../api/answering.ts';
import type { BatchDetail, BatchPage, BatchProcess, Providers } from '../api/answers.ts';
import { Link } from '../parts/link.tsx';
import { PhaseSwitches } from '../parts/phase-parts.tsx';
import { useTitle } from '../parts/use-title.ts';
import { WhyNoButtons } from '../session/session.tsx';
import { amendQuery, usePlace } from '../shell/place.ts';
import { FilterBar } from './filter-bar.tsx';
import { TaskList } from './task-list.tsx';
import { readTaskQuery } from './task-query.ts';

/** Every task that can be found: of one batch, or of the newest. */
export function TasksPage() {
  const query = readTaskQuery(usePlace().query);
  const { batch } = query;
  const batches = useAnswer<BatchPage>('/batches?limit=50');
  const detail = useAnswer<BatchDetail>(batch ? `/batches/${batch}` : undefined);
  const processes = useAnswer<{ items: BatchProcess[] }>(batch ? `/batches/${batch}/processes` : undefined);
  const providers = useAnswer<Providers>('/providers');
  const its = detail.data?.batch;
  useTitle(its ? `Tasks · ${its.name ?? its.file}` : 'Tasks');
  const counts = its?.counts ?? sumOf(batches.data);
  return (
    <>
      <h1>Tasks</h1>
      <p className="filters">
        <label className="choice">
          Of{' '}
          <select
            value={batch ?? ''}
            onChange={({ target }) =>
              amendQuery((all) => {
                for (const name of ['process', 'zone', 'family']) all.delete(name);
                if (target.value === '') all.delete('batch');
                else all.set('batch', target.value);
              })
            }
          >
            <option value="">the newest batches</option>
            {batch && !batches.data?.items.some(({ id }) => id === batch) && <option value={batch}>{batch}</option>}
            {batches.data?.items.map(({ id, name, file }) => (
              <option key={id} value={id}>
                {name ?? file} ({id})
              </option>
            ))}
          </select>
        </label>
        {batch && (
          <>
            <Link href={`/batches/${batch}`}>Grid and map</Link>
            <Link href={`/batches/${batch}/failures`}>Failures</Link>
          </>
        )}
      </p>
      <PhaseSwitches
        label="Phases"
        counts={counts}
        chosen={query.phases}
        onChange={(chosen) =>
          amendQuery((all) => (chosen.length === 0 ? all.delete('phase') : all.set('phase', chosen.join(','))))
        }
      />
      <FilterBar
        key={batch}
        query={query}
        processes={processes.data?.items ?? []}
        providers={providers.data?.items.map(({ name }) => name) ?? []}
      />
      <WhyNoButtons to="redrive, cancel or park tasks" />
      <TaskList query={query} counts={counts} />
    </>
  );
}

function sumOf(page: BatchPage | undefined) {
  const sum = (phase: (typeof phases)[number]) =>
    (page?.items ?? []).reduce((total, { counts }) => total + counts[phase], 0);
  return Object.fromEntries(phases.map((phase) => [phase, sum(phase)]));
}
