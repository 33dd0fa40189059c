import { useActions } from '../actions/actions-provider.tsx';
import type { Provider } from '../api/answers.ts';
import { ForOperators } from '../session/session.tsx';
import { many, num, shortRate, span } from '../words/words.ts';
import { HoldNote } from './holds.tsx';

export function ProviderRow({ provider }: { provider: Provider }) {
  const { name, kind, holds, inFlight, maxInFlight, pace, readBudget, waiting, dueNow, dueLagMs } = provider;
  const isPaused = holds.some((hold) => hold.kind === 'person');
  const { ask } = useActions();
  const queue = (which: string) => `/queues/queue/${encodeURIComponent(`${name}.${which}`)}`;
  const action = isPaused ? 'resume' : 'pause';
  return (
    <li className={`row provider ${holds.length > 0 ? 'held' : ''}`} data-provider={name}>
      <div className="head">
        <h3>{name}</h3>
        <span className="small">{kind}</span>
        {holds.length > 0 ? <span className="pill held">held</span> : <span className="pill open">open</span>}
        <ForOperators>
          <button
            type="button"
            className="share"
            onClick={() => ask({ action, target: { kind: 'provider', provider: name } }, `provider ${name}`)}
          >
            {isPaused ? 'Resume' : 'Pause'}
            <span className="unseen"> {name}</span>
          </button>
        </ForOperators>
      </div>
      {holds.map((hold) => (
        <HoldNote key={hold.kind} hold={hold} />
      ))}
      <dl className="figures">
        <Figure label="Pace" value={shortRate(pace.effectivePerSecond)}>
          {pace.learnedShare < 1
            ? `learned: ${Math.round(pace.learnedShare * 100)} % of ${shortRate(pace.perSecond)}`
            : 'as configured'}
        </Figure>
        <Figure label="In flight" value={`${num(inFlight)} of ${num(maxInFlight)}`}>
          <meter
            min={0}
            max={maxInFlight}
            value={inFlight}
            aria-label={`${num(inFlight)} of at most ${num(maxInFlight)} in flight`}
          />
        </Figure>
        <Figure label="Read budget" value={shortRate(readBudget.perSecond)}>
          {readBudget.spentMs > 0 ? `promised for ${span(readBudget.spentMs)}` : 'there is room'}
        </Figure>
        <Figure label="Looks due" value={dueNow > 0 ? num(dueNow) : 'none'}>
          {dueNow > 0 ? `the oldest for ${span(dueLagMs)}` : `${num(waiting)} in the diary`}
        </Figure>
      </dl>
      {provider.orphans.length > 0 && (
        <p className="note held">{many(provider.orphans.length, 'remote job')} of ours that no task follows</p>
      )}
      <p className="small links">
        <span>{num(provider.launches)} launched</span>
        <a href={queue('launch')}>Launch queue</a> <a href={queue('track')}>Track queue</a>
      </p>
    </li>
  );
}

function Figure({ label, value, children }: { label: string; value: string; children: React.ReactNode }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>
        {value}
        <small>{children}</small>
      </dd>
    </div>
  );
}
