import type { ReactNode } from 'react';
import type { TaskDetail } from '../api/answers.ts';
import { Link } from '../parts/link.tsx';
import { At } from '../parts/moment.tsx';
import { amount, bytes, many, num, span } from '../words/words.ts';

export function TaskFacts({ detail }: { detail: TaskDetail }) {
  const { task, looks, links, payload, cancel } = detail;
  const { launchedAtMs, endedAtMs } = task;
  return (
    <section aria-labelledby="facts-title">
      <h2 id="facts-title">Facts</h2>
      <dl className="facts">
        <Fact label="Task">
          <code>{task.id}</code>
        </Fact>
        <Fact label="Provider">{task.provider}</Fact>
        <Fact label="Remote job">
          {task.remoteJobId && (
            <>
              <code>{task.remoteJobId}</code>
              {links.remote && (
                <>
                  {' '}
                  <a href={links.remote} rel="noreferrer noopener" target="_blank">
                    on its platform
                  </a>
                  {links.logs && (
                    <>
                      {', '}
                      <a href={links.logs} rel="noreferrer noopener" target="_blank">
                        its logs
                      </a>
                    </>
                  )}
                </>
              )}
            </>
          )}
        </Fact>
        <Fact label="Remote status">
          {task.remoteWord &&
            `${task.remoteWord}${task.progressPercent === undefined ? '' : `, ${task.progressPercent} %`}`}
        </Fact>
        <Fact label="Attempts">
          {task.attempt > 0 && `${num(task.attempt)}${task.drive > 1 ? `, driven ${num(task.drive)} times` : ''}`}
        </Fact>
        <Fact label="Launched">{launchedAtMs !== undefined && <At ms={launchedAtMs} precision="seconds" />}</Fact>
        <Fact label="Ended">
          {endedAtMs !== undefined && (
            <>
              <At ms={endedAtMs} precision="seconds" />
              {launchedAtMs !== undefined && endedAtMs > launchedAtMs && (
                <small> after {span(endedAtMs - launchedAtMs)}</small>
              )}
            </>
          )}
        </Fact>
        <Fact label="Cost">{task.cost && <CostWords cost={task.cost} />}</Fact>
        <Fact label="Rule that decided">{task.rule && <code>{task.rule}</code>}</Fact>
        <Fact label="The platform says">{task.message && <bdi>{task.message}</bdi>}</Fact>
        <Fact label="Cause">
          {task.family && (
            <Link href={`/tasks?batch=${task.batch}&family=${task.family}`}>others of {task.family}</Link>
          )}
        </Fact>
        <Fact label="Looks">{looks.count > 0 && <LookWords looks={looks} />}</Fact>
        <Fact label="Cancel">{cancel && `${cancel.reason}; asked ${many(cancel.tries, 'time')}`}</Fact>
        <Fact label="Zone">{num(task.zoneIndex)}</Fact>
        <Fact label="Image">
          <code>{task.zone.imageId}</code>
          {task.zone.image2Id && <code> {task.zone.image2Id}</code>}
        </Fact>
      </dl>
      {links.results.length > 0 && (
        <>
          <h3>Results</h3>
          <ul className="results">
            {links.results.map(({ name, type, sizeBytes }) => (
              <li key={name}>
                <code>{name}</code>{' '}
                <small>{[type, sizeBytes !== undefined && bytes(sizeBytes)].filter(Boolean).join(', ')}</small>
              </li>
            ))}
            {links.resultsCut > 0 && <li>and {num(links.resultsCut)} more</li>}
          </ul>
        </>
      )}
      <details className="payload">
        <summary>What it was launched with</summary>
        <h3>Process</h3>
        <Json value={payload.process} name="Process" />
        <h3>Zone</h3>
        <Json value={payload.zone} name="Zone" />
      </details>
    </section>
  );
}

function CostWords({ cost: { unit, amount: last, total } }: { cost: NonNullable<TaskDetail['task']['cost']> }) {
  return (
    <>
      {amount(last ?? total)} <bdi>{unit}</bdi>
      {last === undefined && <small> for its jobs before this one</small>}
      {last !== undefined && last !== total && <small>; with its jobs before, {amount(total)}</small>}
    </>
  );
}

function LookWords({ looks }: { looks: TaskDetail['looks'] }) {
  const { count, lastAtMs, failedInARow, missingInARow, emptySearches } = looks;
  const troubles = [
    failedInARow > 0 && `${many(failedInARow, 'look')} failed in a row`,
    missingInARow > 0 && `${many(missingInARow, 'look')} found no such job`,
    emptySearches > 0 && `${many(emptySearches, 'search', 'searches')} found nothing`,
  ].filter((it) => it !== false);
  return (
    <>
      {num(count)}
      {lastAtMs !== undefined && (
        <>
          , the last <At ms={lastAtMs} precision="seconds" />
        </>
      )}
      {troubles.length > 0 && <small> {troubles.join(', ')}</small>}
    </>
  );
}

function Json({ value, name }: { value: unknown; name: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys
    <section className="json" tabIndex={0} aria-label={name}>
      <pre>{JSON.stringify(value, null, 2)}</pre>
    </section>
  );
}

function Fact({ label, children }: { label: string; children: ReactNode }) {
  if (children === undefined || children === false || children === '' || children === null) return undefined;
  return (
    <div>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}
