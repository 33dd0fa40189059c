import { ActionButtons } from '../actions/action-buttons.tsx';
import type { BatchDetail } from '../api/answers.ts';
import { BatchState, endedCount, Needs, Progress } from '../overview/batch-row.tsx';
import { HoldNote } from '../overview/holds.tsx';
import { Link } from '../parts/link.tsx';
import { At } from '../parts/moment.tsx';
import { PhaseBar } from '../parts/phase-parts.tsx';
import { WhyNoButtons } from '../session/session.tsx';
import { amount, many, num, percent, span } from '../words/words.ts';
import { ReportLinks } from './report-links.tsx';

export function BatchHead({ detail }: { detail: BatchDetail }) {
  const { batch, needs, holds, costs } = detail;
  const { id, name, file, counts, taskCount, endedAtMs } = batch;
  const bad = counts.failed + counts.expired + counts.cancelled + counts.parked;
  return (
    <header className="batch-head">
      <p className="crumbs">
        <Link href="/">Overview</Link>
      </p>
      <div className="page-head">
        <h1>
          <bdi>{name ?? file}</bdi>
        </h1>
        <BatchState batch={batch} />
        <ActionButtons target={{ kind: 'batch', batch: id }} what="this batch" counts={counts} />
      </div>
      <p className="small">
        {name !== undefined && (
          <>
            <bdi>{file}</bdi> ·{' '}
          </>
        )}
        {many(taskCount, 'task')} on {batch.providers.join(', ')} · batch <code>{id}</code> · accepted{' '}
        <At ms={batch.acceptedAtMs} />
        {endedAtMs !== undefined && (
          <>
            {' '}
            · ended <At ms={endedAtMs} />, after {span(endedAtMs - batch.acceptedAtMs)}
          </>
        )}
        {batch.deadlineMs !== undefined && (
          <>
            {' '}
            · no launch after <At ms={batch.deadlineMs} />
          </>
        )}
        {batch.priority !== 0 && ` · priority ${num(batch.priority)}`}
      </p>
      <PhaseBar counts={counts} size="tall" />
      <div className="head">
        <span>
          <b>{percent(endedCount(batch), taskCount)}</b> ended
        </span>
        {endedAtMs === undefined && <Progress detail={detail} />}
        {bad > 0 && <Link href={`/batches/${id}/failures`}>Failures: why {num(bad)} ended badly or wait</Link>}
        <ReportLinks batch={id} />
      </div>
      {costs.length > 0 && (
        <p className="small">
          Cost so far, where it is told:{' '}
          {costs.map((it, i) => (
            <span key={it.provider + it.unit}>
              {i > 0 && ' · '}
              <b>
                {amount(it.total)} <bdi>{it.unit}</bdi>
              </b>{' '}
              on {it.provider}, of {many(it.tasks, 'task')}
            </span>
          ))}
        </p>
      )}
      <Needs needs={needs} batch={id} />
      {holds.map((hold) => (
        <HoldNote key={hold.provider + hold.kind} hold={hold} provider={hold.provider} />
      ))}
      <WhyNoButtons to="redrive, cancel or park tasks" />
    </header>
  );
}
