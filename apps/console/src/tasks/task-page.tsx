import { ActionButtons } from '../actions/action-buttons.tsx';
import { useAnswer } from '../api/answering.ts';
import type { TaskDetail } from '../api/answers.ts';
import { HoldNote } from '../overview/holds.tsx';
import { Link } from '../parts/link.tsx';
import { At, Since } from '../parts/moment.tsx';
import { PhaseTag } from '../parts/phase-parts.tsx';
import { Trouble, Waiting } from '../parts/trouble.tsx';
import { useTitle } from '../parts/use-title.ts';
import { WhyNoButtons } from '../session/session.tsx';
import { sentence } from '../words/words.ts';
import { TaskAttempts } from './task-attempts.tsx';
import { TaskFacts } from './task-facts.tsx';

/** One task: what it waits for, what was tried, what was sent. */
export function TaskPage({ id }: { id: string }) {
  const { data, error, refetch } = useAnswer<TaskDetail>(`/tasks/${encodeURIComponent(id)}`);
  useTitle(data ? `${data.task.phase} · ${data.task.process.name}` : id);
  if (!data) {
    return error ? <Trouble error={error} onRetry={() => void refetch()} /> : <Waiting what="Reading the task" />;
  }
  const { task, batch, why } = data;
  return (
    <article className="task-page">
      <p className="crumbs">
        <Link href="/">Overview</Link> / <Link href={`/batches/${batch.id}`}>{batch.name ?? batch.file}</Link> /{' '}
        <Link href={`/batches/${batch.id}?process=${task.processIndex}&zone=${task.zoneIndex}`}>in the grid</Link>
      </p>
      <div className="page-head">
        <h1>
          <bdi>{task.process.name}</bdi> · <bdi>{task.zone.location || task.zone.imageId}</bdi>
        </h1>
        <ActionButtons
          target={{ kind: 'tasks', tasks: [task.id] }}
          what={`task ${task.id}`}
          counts={{ [task.phase]: 1 }}
        />
      </div>
      <p className="lead why">
        <PhaseTag phase={task.phase} /> · <bdi>{sentence(why.answer)}</bdi>
        <small>
          since <At ms={why.sinceMs} precision="seconds" />
          {why.untilMs !== undefined && (
            <>
              , looked at again <Since ms={why.untilMs} />
            </>
          )}
        </small>
      </p>
      <WhyNoButtons to="redrive, cancel or park it" />
      {why.holds.map((hold) => (
        <HoldNote key={hold.kind} hold={hold} provider={task.provider} />
      ))}
      <div className="two-columns">
        <TaskAttempts detail={data} />
        <TaskFacts detail={data} />
      </div>
    </article>
  );
}
