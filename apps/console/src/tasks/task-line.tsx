import { memo } from 'react';
import type { TaskRow } from '../api/answers.ts';
import { Link } from '../parts/link.tsx';
import { At } from '../parts/moment.tsx';
import { PhaseTag } from '../parts/phase-parts.tsx';

/** One task in a list. */
export const TaskLine = memo(function TaskLine(props: {
  row: TaskRow;
  index: number;
  top: number;
  height: number;
  isTicked: boolean;
  onTick: ((row: TaskRow) => void) | undefined;
}) {
  const { row, index, top, height, isTicked, onTick } = props;
  const { id, phase, process, zone, zoneIndex, provider, remoteJobId, attempt } = row;
  // What moved before that was kept has only the other two.
  const sinceMs = row.movedAtMs ?? row.endedAtMs ?? row.launchedAtMs;
  return (
    // biome-ignore lint/a11y/useSemanticElements: see the table
    // biome-ignore lint/a11y/useFocusableInteractive: its link is
    <div
      role="row"
      className={`line ${isTicked ? 'is-ticked' : ''} ${onTick ? 'may-tick' : ''}`}
      aria-rowindex={index + 2}
      data-index={index}
      data-task={id}
      style={{ transform: `translateY(${top}px)`, height }}
      onKeyDown={(event) => {
        if (event.key !== ' ' || !onTick || !(event.target as HTMLElement).matches('a')) return;
        event.preventDefault();
        onTick(row);
      }}
    >
      {onTick && (
        <Cell className="tick">
          <input type="checkbox" checked={isTicked} onChange={() => onTick(row)} aria-label={`Tick ${id}`} />
        </Cell>
      )}
      <Cell className="phase">
        <PhaseTag phase={phase} />
      </Cell>
      <Cell className="name">
        <Link href={`/tasks/${id}`} title={id}>
          <bdi>{process.name}</bdi>
        </Link>
      </Cell>
      <Cell className="place">
        <bdi title={zone.imageId}>{zone.location || zone.imageId}</bdi>
      </Cell>
      <Cell className="zone n">{zoneIndex}</Cell>
      <Cell className="remote">
        {provider}
        {remoteJobId && (
          <>
            {' '}
            <code title={remoteJobId}>{remoteJobId}</code>
          </>
        )}
      </Cell>
      <Cell className="says">
        {attempt > 1 && <b>attempt {attempt} · </b>}
        <bdi title={sayingOf(row)}>{sayingOf(row)}</bdi>
      </Cell>
      <Cell className="since n">{sinceMs !== undefined && <At ms={sinceMs} />}</Cell>
    </div>
  );
});

function Cell({ className, children }: { className?: string; children: React.ReactNode }) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: see the table
    <span role="cell" className={className}>
      {children}
    </span>
  );
}

function sayingOf({ phase, reason, message, remoteWord, progressPercent }: TaskRow): string {
  if (phase === 'running')
    return [remoteWord, progressPercent !== undefined && `${progressPercent} %`].filter(Boolean).join(', ');
  if (phase === 'succeeded') return '';
  return [reason, message !== reason && message].filter(Boolean).join(': ');
}
