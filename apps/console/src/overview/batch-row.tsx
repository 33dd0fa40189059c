import { useAnswer } from '../api/answering.ts';
import type { Batch, BatchDetail } from '../api/answers.ts';
import { Link } from '../parts/link.tsx';
import { At } from '../parts/moment.tsx';
import { Legend, PhaseBar } from '../parts/phase-parts.tsx';
import { many, num, percent, rate, span } from '../words/words.ts';
import { Forecast } from './forecast.tsx';

export function BatchRow({ batch }: { batch: Batch }) {
  const { id, name, file, counts, taskCount, endedAtMs } = batch;
  const isOpen = endedAtMs === undefined;
  const { data: detail } = useAnswer<BatchDetail>(isOpen || counts.parked > 0 ? `/batches/${id}` : undefined);
  return (
    <li className="row" data-batch={id}>
      <div className="head">
        <h3>
          <Link href={`/batches/${id}`}>
            <bdi>{name ?? file}</bdi>
          </Link>
        </h3>
        <BatchState batch={batch} />
        <span className="share">
          <b>{percent(endedCount(batch), taskCount)}</b> ended
        </span>
      </div>
      <PhaseBar counts={counts} />
      <Legend counts={counts} />
      {isOpen && detail && <Progress detail={detail} />}
      <Needs needs={detail?.needs ?? []} batch={id} />
      <p className="small">
        {name !== undefined && (
          <>
            <bdi>{file}</bdi> ·{' '}
          </>
        )}
        {many(batch.processCount, 'process', 'processes')} × {many(batch.zoneCount, 'zone')} on{' '}
        {batch.providers.join(', ')} · accepted <At ms={batch.acceptedAtMs} />
        {endedAtMs !== undefined && (
          <>
            {' '}
            · {counts.parked > 0 ? 'at rest since' : 'ended'} <At ms={endedAtMs} />, after{' '}
            {span(endedAtMs - batch.acceptedAtMs)}
          </>
        )}
      </p>
    </li>
  );
}

/** What is parked has not ended: a person decides. */
export const endedCount = ({ settled, counts }: Pick<Batch, 'settled' | 'counts'>) => settled - counts.parked;

export function Progress({ detail }: { detail: BatchDetail }) {
  const { rate: pace, forecast } = detail;
  return (
    <p className="progress">
      {pace ? (
        <>
          <b>{rate(pace.perSecond)}</b> over the last {span(pace.overMs)}
        </>
      ) : (
        'too early for a rate'
      )}
      {forecast && (
        <>
          {' · '}
          <Forecast forecast={forecast} nowMs={detail.nowMs} />
        </>
      )}
    </p>
  );
}

export function Needs({ needs, batch }: { needs: BatchDetail['needs']; batch: string }) {
  if (needs.length === 0) return undefined;
  return (
    <ul className="needs" aria-label="Needs a person">
      {needs.map(({ kind, says, provider }) => (
        <li key={kind + provider}>
          {kind === 'parked' ? <Link href={`/batches/${batch}?phase=parked`}>{says}</Link> : says}
        </li>
      ))}
    </ul>
  );
}

export function BatchState({ batch }: { batch: Pick<Batch, 'endedAtMs' | 'cancelledAtMs' | 'counts' | 'taskCount'> }) {
  const { endedAtMs, cancelledAtMs, counts, taskCount } = batch;
  if (cancelledAtMs !== undefined) {
    return <span className="pill">{endedAtMs === undefined ? 'being cancelled' : 'cancelled'}</span>;
  }
  if (endedAtMs === undefined) return <span className="pill open">open</span>;
  if (counts.parked > 0) return <span className="pill held">{num(counts.parked)} parked for a person</span>;
  if (counts.succeeded === taskCount) return <span className="pill good">all succeeded</span>;
  return <span className="pill bad">ended, {num(taskCount - counts.succeeded)} not succeeded</span>;
}
