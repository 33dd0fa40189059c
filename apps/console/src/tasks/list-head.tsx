import { amendQuery } from '../shell/place.ts';

const columns = [
  { name: 'Phase', sort: 'phase' },
  { name: 'Task', sort: 'task' },
  { name: 'Location', sort: 'location' },
  { name: 'Zone', sort: 'zone' },
  { name: 'Remote job' },
  { name: 'Why, or what it says' },
  { name: 'Since' },
];

/** @param sort a column; with `-` in front, downwards */
export function ListHead({ sort, mayTick }: { sort: string; mayTick: boolean }) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: see the table
    // biome-ignore lint/a11y/useFocusableInteractive: its buttons are
    <div role="row" className={`line list-head ${mayTick ? 'may-tick' : ''}`} aria-rowindex={1}>
      {mayTick && (
        // biome-ignore lint/a11y/useSemanticElements: see the table
        // biome-ignore lint/a11y/useFocusableInteractive: nothing to be done with it
        <span role="columnheader">
          <span className="unseen">Ticked</span>
        </span>
      )}
      {columns.map((column) => (
        <Column key={column.name} {...column} current={sort} />
      ))}
    </div>
  );
}

function Column({ name, sort, current }: { name: string; sort?: string; current: string }) {
  const state = sort === current ? 'ascending' : `-${sort}` === current ? 'descending' : 'none';
  const next = state === 'ascending' ? `-${sort}` : (sort ?? '');
  return (
    // biome-ignore lint/a11y/useSemanticElements: see the table
    // biome-ignore lint/a11y/useFocusableInteractive: its button is
    <span role="columnheader" aria-sort={sort ? state : undefined}>
      {sort ? (
        <button type="button" className="quiet" onClick={() => amendQuery((all) => all.set('sort', next))}>
          {name} <span aria-hidden="true">{{ ascending: '↑', descending: '↓', none: '' }[state]}</span>
        </button>
      ) : (
        name
      )}
    </span>
  );
}
