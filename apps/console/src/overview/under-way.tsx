import { StopAction } from '../actions/stop-action.tsx';
import { verbs } from '../actions/verbs.ts';
import type { Action, OpenActions } from '../api/action-answers.ts';
import { useAnswer } from '../api/answering.ts';
import { At } from '../parts/moment.tsx';
import { num, shortRate, span } from '../words/words.ts';

/** What people began and what goes on by itself. Nothing is shown where nothing is under way. */
export function UnderWay() {
  const { data } = useAnswer<OpenActions>('/actions');
  // What is over in a moment is not worth a line.
  const shown = data?.items.filter(({ perMinute, tasks }) => perMinute !== undefined || tasks > 5_000) ?? [];
  if (shown.length === 0) return undefined;
  return (
    <section aria-labelledby="under-way-title" className="under-way">
      <h2 id="under-way-title">Under way</h2>
      <ul className="rows">
        {shown.map((action) => (
          <ActionRow key={action.id} action={action} />
        ))}
      </ul>
    </section>
  );
}

function ActionRow({ action }: { action: Action }) {
  const { id, words, tasks, looked, perMinute, who, why, begunAtMs } = action;
  const leftMs = perMinute === undefined ? 0 : ((tasks - looked) * 60_000) / perMinute;
  const { does, done } = verbs[action.action];
  return (
    <li className="row" data-under-way={id}>
      <div className="head">
        <h3>
          {does} {words}
        </h3>
        {perMinute !== undefined && <span className="pill open">{shortRate(perMinute / 60)}</span>}
        <span className="share">
          <StopAction action={action} />
        </span>
      </div>
      <progress max={Math.max(1, tasks)} value={looked} aria-label={`${num(looked)} of ${num(tasks)} ${done}`} />
      <p className="small">
        {num(looked)} of {num(tasks)} {done}
        {leftMs >= 1_000 && ` · about ${span(leftMs)} left`} · by <bdi>{who}</bdi> at <At ms={begunAtMs} />:{' '}
        <bdi>{why}</bdi>
      </p>
    </li>
  );
}
