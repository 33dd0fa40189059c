import { amendQuery } from '../shell/place.ts';

/** A first press on a column sorts upwards, unless it is read from its end. */
const columns: { name: string; sort?: string; first?: string }[] = [
  { name: 'Phase', sort: 'phase' },
  { name: 'Task', sort: 'task' },
  { name: 'Location', sort: 'location' },
  { name: 'Zone', sort: 'zone' },
  { name: 'Remote job' },
  { name: 'Why, or what it says' },
  { name: 'Since', sort: 'moved', first: '-moved' },
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

function Column(props: { name: string; sort?: string; first?: string; current: string }) {
  const { name, sort, first = sort ?? '', current } = props;
  const state = sort === current ? 'ascending' : `-${sort}` === current ? 'descending' : 'none';
  const next = { none: first, ascending: `-${sort}`, descending: sort ?? '' }[state];
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
