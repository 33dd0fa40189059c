import { ActionButtons } from '../actions/action-buttons.tsx';
import type { Family } from '../api/answers.ts';
import { Link } from '../parts/link.tsx';
import { At } from '../parts/moment.tsx';
import { Legend, thereOf } from '../parts/phase-parts.tsx';
import { num } from '../words/words.ts';
import { shapeWords, shareWords } from './share-words.ts';

export function FamilyRow({ family, batch, most }: { family: Family; batch: string; most: number }) {
  const { id, rule, shape, count, phases, example, firstAtMs, lastAtMs, shares } = family;
  const list = `/tasks?batch=${batch}&family=${id}`;
  return (
    <li className="family" data-family={id}>
      <div className="family-count">
        <b>{num(count)}</b>
        <svg className="share-bar" aria-hidden="true">
          <rect className={`fill-${thereOf(phases)[0] ?? 'failed'}`} width={`${(count / most) * 100}%`} height="100%" />
        </svg>
      </div>
      <div className="family-text">
        <h2>
          <Link href={list}>
            <bdi>{shapeWords(shape)}</bdi>
          </Link>
        </h2>
        <Legend counts={phases} />
        {shares.length > 0 && <p>{shareWords(shares, count)}</p>}
        {example.reason !== '' && (
          <p>
            for example “<bdi>{example.reason.slice(0, 300)}</bdi>” (
            <Link href={`/tasks/${example.task}`}>{example.task}</Link>)
          </p>
        )}
        <p className="small">
          {firstAtMs !== undefined && lastAtMs !== undefined && (
            <>
              first <At ms={firstAtMs} />, last <At ms={lastAtMs} /> ·{' '}
            </>
          )}
          rule <code>{rule || 'none'}</code> · family <code>{id}</code>
        </p>
      </div>
      <ActionButtons
        target={{ kind: 'family', batch, family: id }}
        what={`the tasks of “${shapeWords(shape).slice(0, 60)}”`}
        counts={phases}
      />
    </li>
  );
}
