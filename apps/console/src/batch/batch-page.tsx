import { useMemo } from 'react';
import { ledgerNowMs } from '../api/answering.ts';
import type { BatchDetail } from '../api/answers.ts';
import { GridPanel } from '../grid/grid-panel.tsx';
import { MapPanel } from '../map/map-panel.tsx';
import { PhaseSwitches } from '../parts/phase-parts.tsx';
import { Trouble, Waiting } from '../parts/trouble.tsx';
import { useTitle } from '../parts/use-title.ts';
import { countSelected, isEmpty, maskOf, nothing, type Selection, tidied } from '../selection/selection.ts';
import { isSpan, spanWords } from '../selection/span.ts';
import { select, useTaskQuery } from '../selection/use-selection.ts';
import { FilterBar } from '../tasks/filter-bar.tsx';
import { TaskList } from '../tasks/task-list.tsx';
import { TimelinePanel } from '../timeline/timeline-panel.tsx';
import { many, percent } from '../words/words.ts';
import { BatchHead } from './batch-head.tsx';
import { useDetail, useGrid, useProcesses, useZones } from './use-batch.ts';
import { useTimes } from './use-times.ts';

/** One batch: its grid, its map, its time, its tasks. What is selected in one is selected in all. */
export function BatchPage({ id }: { id: string }) {
  const detail = useDetail(id);
  // Asked for beside it, not after it.
  const parts = { grid: useGrid(id), zones: useZones(id), processes: useProcesses(id) };
  const batch = detail.data?.batch;
  useTitle(batch ? `${percent(batch.settled, batch.taskCount)} · ${batch.name ?? batch.file}` : id);
  if (!detail.data) {
    if (!detail.error) return <Waiting what="Reading the batch" />;
    return <Trouble error={detail.error} onRetry={() => void detail.refetch()} />;
  }
  return (
    <>
      <BatchHead detail={detail.data} />
      <Pictures detail={detail.data} id={id} {...parts} />
    </>
  );
}

function Pictures(props: {
  detail: BatchDetail;
  id: string;
  grid: ReturnType<typeof useGrid>;
  zones: ReturnType<typeof useZones>;
  processes: ReturnType<typeof useProcesses>;
}) {
  const { detail, id, grid, zones, processes } = props;
  const query = useTaskQuery(id);
  const size = useMemo(
    () => ({ processes: detail.batch.processCount, zones: detail.batch.zoneCount }),
    [detail.batch.processCount, detail.batch.zoneCount],
  );
  const { phases, processes: chosen, zones: places, span } = query;
  const key = JSON.stringify([phases, chosen, places, span]);
  const selection = useMemo<Selection>(() => ({ phases, processes: chosen, zones: places, span }), [key]);
  const isTimed = isSpan(selection.span);
  const times = useTimes(id, isTimed);
  const isSelected = !isEmpty(selection);
  const mask = useMemo(
    () => (!isSelected || (isTimed && !times.data) ? undefined : maskOf(selection, size, times.data)),
    [selection, size, isSelected, isTimed, times.data],
  );
  const codes = grid.data?.codes;
  const counts = useMemo(() => (codes && mask ? countSelected(codes, mask) : undefined), [codes, mask]);
  const choose = (change: Partial<Selection>) => select(tidied({ ...selection, ...change }, size));
  const clear = () => select(nothing);
  const names = processes.data?.items.map(({ name }) => name) ?? [];
  const [process, zone] = [selection.processes[0], selection.zones[0]];
  const isOneZone = selection.zones.length === 1;
  const isOneTask = isOneZone && selection.processes.length === 1;
  const selected = counts ? Object.values(counts).reduce((sum, count) => sum + count, 0) : 0;
  return (
    <>
      <div className="selection-bar">
        <PhaseSwitches
          label="Phases: what is switched on is selected"
          counts={detail.batch.counts}
          chosen={selection.phases}
          onChange={(phases) => choose({ phases })}
        />
        <p role="status" className="selected">
          {mask && counts && (
            <>
              <b>{many(selected, 'task')}</b> selected
              {selection.processes.length > 0 && ` · ${processWords(selection, names)}`}
              {selection.zones.length > 0 && ` · ${many(selection.zones.length, 'zone')}`}
              {isTimed && ` · ${spanWords(selection.span, ledgerNowMs())}`}{' '}
              <button type="button" className="quiet" onClick={clear}>
                Select nothing
              </button>
            </>
          )}
          {isTimed &&
            !times.data &&
            (times.error ? 'The times of the tasks could not be read.' : 'Reading the times …')}
        </p>
      </div>
      <div className="pictures">
        {grid.data ? (
          <GridPanel
            batch={id}
            data={grid.data}
            mask={mask}
            names={names}
            chosen={isOneTask ? (process ?? 0) * size.zones + (zone ?? 0) : -1}
            onSelect={choose}
            onClear={clear}
          />
        ) : (
          <Pending error={grid.error} what="Reading the grid" />
        )}
        {grid.data && zones.data ? (
          <MapPanel
            batch={id}
            data={grid.data}
            zones={zones.data}
            mask={mask}
            chosen={isOneZone ? (zone ?? -1) : -1}
            onSelect={(its) => choose({ zones: its })}
            onClear={clear}
          />
        ) : (
          <Pending error={zones.error} what="Reading the footprints" />
        )}
      </div>
      <TimelinePanel
        batch={id}
        chosen={selection.phases}
        span={selection.span}
        onSelect={(its) => choose({ phases: its })}
        onSpan={(its) => choose({ span: its })}
        onClear={clear}
      />
      <section aria-labelledby="tasks-title">
        <h2 id="tasks-title">{isSelected ? 'Selected tasks' : 'Tasks'}</h2>
        <FilterBar query={query} processes={processes.data?.items ?? []} providers={detail.batch.providers} />
        <TaskList query={query} counts={counts ?? detail.batch.counts} />
      </section>
    </>
  );
}

function processWords({ processes }: Selection, names: readonly string[]): string {
  return processes.length === 1 ? (names[processes[0] ?? 0] ?? '') : many(processes.length, 'process', 'processes');
}

function Pending({ error, what }: { error: Error | null; what: string }) {
  return <section className="panel">{error ? <Trouble error={error} /> : <Waiting what={what} />}</section>;
}
