import type { Phase } from '@nightpass/pictures/phases';
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { ActionButtons } from '../actions/action-buttons.tsx';
import type { TaskRow } from '../api/answers.ts';
import { Trouble } from '../parts/trouble.tsx';
import { mayAs, useSession } from '../session/session.tsx';
import { many, num } from '../words/words.ts';
import { ListHead } from './list-head.tsx';
import { TaskLine } from './task-line.tsx';
import { mostActedZones, mostListedZones, type TaskQuery, targetOf } from './task-query.ts';
import { useTaskList } from './use-task-list.ts';

/** All tasks that match, of which only those in view are in the page. */
export function TaskList({ query, counts }: { query: TaskQuery; counts?: Partial<Record<Phase, number>> }) {
  const list = useTaskList(query);
  const [ticked, setTicked] = useState<ReadonlyMap<string, TaskRow>>(new Map());
  const mayTick = mayAs(useSession().role, 'operator');
  const { rows, total } = list;
  const toggle = (row: TaskRow) =>
    setTicked((before) => {
      const next = new Map(before);
      if (!next.delete(row.id)) next.set(row.id, row);
      return next;
    });
  if (list.error && rows.length === 0) return <Trouble error={list.error} onRetry={list.retry} />;
  const target = targetOf(query);
  return (
    <div className={`task-list ${list.isOld ? 'old' : ''}`}>
      <div className="list-told">
        <p role="status" data-total={total}>
          {total === undefined ? 'Searching …' : many(total, 'task matches', 'tasks match')}
          {!list.complete && '; reasons are still being read, there may be more'}
          {query.zones.length > mostListedZones && `; listed are those of the first ${num(mostListedZones)} zones`}
        </p>
        {ticked.size > 0 ? (
          <p className="ticked">
            <b>{num(ticked.size)}</b> ticked{' '}
            <ActionButtons
              target={{ kind: 'tasks', tasks: [...ticked.keys()] }}
              what={many(ticked.size, 'ticked task')}
              counts={countsOf(ticked.values())}
            />
            <button type="button" className="quiet" onClick={() => setTicked(new Map())}>
              Tick none
            </button>
          </p>
        ) : (
          target &&
          (total ?? 0) > 0 && (
            <ActionButtons target={target} what="all that match" counts={among(counts, query.phases)} />
          )
        )}
        {query.zones.length > mostActedZones && (
          <p className="small">Actions take at most {num(mostActedZones)} zones: choose fewer.</p>
        )}
      </div>
      <Rows list={list} ticked={ticked} onTick={mayTick ? toggle : undefined} sort={query.sort} />
    </div>
  );
}

function countsOf(rows: Iterable<TaskRow>): Partial<Record<Phase, number>> {
  const counts: Partial<Record<Phase, number>> = {};
  for (const { phase } of rows) counts[phase] = (counts[phase] ?? 0) + 1;
  return counts;
}

/** Of what may match, at most: the preview counts exactly. */
function among(counts: Partial<Record<Phase, number>> | undefined, chosen: readonly Phase[]) {
  if (!counts || chosen.length === 0) return counts ?? Object.fromEntries(chosen.map((phase) => [phase, 1]));
  return Object.fromEntries(chosen.map((phase) => [phase, counts[phase] ?? 0]));
}

function Rows(props: {
  list: ReturnType<typeof useTaskList>;
  ticked: ReadonlyMap<string, TaskRow>;
  onTick: ((row: TaskRow) => void) | undefined;
  sort: string;
}) {
  const { list, ticked, onTick, sort } = props;
  const { rows, total = 0, more } = list;
  const place = useRef<HTMLDivElement>(null);
  const [margin, setMargin] = useState(0);
  const isNarrow = useNarrow();
  useLayoutEffect(() => {
    const top = place.current ? place.current.getBoundingClientRect().top + scrollY : 0;
    if (Math.abs(top - margin) > 1) setMargin(top);
  });
  const virtual = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => (isNarrow ? 92 : 38),
    overscan: 12,
    scrollMargin: margin,
    getItemKey: (index) => rows[index]?.id ?? index,
  });
  useEffect(() => virtual.measure(), [virtual, isNarrow]);
  const shown = virtual.getVirtualItems();
  const last = shown.at(-1)?.index ?? 0;
  useEffect(() => {
    if (last >= rows.length - 30) more();
  }, [last, rows.length, more]);

  function step(event: KeyboardEvent): void {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const from = (event.target as HTMLElement).closest<HTMLElement>('[data-index]')?.dataset.index;
    if (by === undefined || from === undefined) return;
    event.preventDefault();
    const next = Math.max(0, Math.min(rows.length - 1, Number(from) + by));
    virtual.scrollToIndex(next);
    requestAnimationFrame(() => place.current?.querySelector<HTMLElement>(`[data-index="${next}"] a`)?.focus());
  }

  if (rows.length === 0)
    return <p className="empty">{list.total === undefined ? 'Searching …' : 'No task matches.'}</p>;
  return (
    // biome-ignore lint/a11y/useSemanticElements: rows that are not there cannot be in a table element
    <div role="table" aria-label="Tasks" aria-rowcount={total + 1} onKeyDown={step}>
      <ListHead sort={sort} mayTick={onTick !== undefined} />
      {/* biome-ignore lint/a11y/useSemanticElements: as above */}
      <div role="rowgroup" ref={place} className="lines" style={{ height: virtual.getTotalSize() }}>
        {shown.map(({ index, start, size }) => {
          const row = rows[index];
          return (
            row && (
              <TaskLine
                key={row.id}
                row={row}
                index={index}
                top={start - margin}
                height={size}
                isTicked={ticked.has(row.id)}
                onTick={onTick}
              />
            )
          );
        })}
      </div>
      {rows.length < total && (
        <p className="small" aria-hidden="true">
          {num(rows.length)} of {num(total)} read; more as you scroll
        </p>
      )}
    </div>
  );
}

const narrow = matchMedia('(max-width: 760px)');

function useNarrow(): boolean {
  const [is, setIs] = useState(narrow.matches);
  useEffect(() => {
    const hear = () => setIs(narrow.matches);
    narrow.addEventListener('change', hear);
    return () => narrow.removeEventListener('change', hear);
  }, []);
  return is;
}
