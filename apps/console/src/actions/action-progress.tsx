import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { Action } from '../api/action-answers.ts';
import { useAnswer } from '../api/answering.ts';
import { Link } from '../parts/link.tsx';
import { many, num, sentence } from '../words/words.ts';
import { verbs } from './verbs.ts';

const everyMs = 400;

/** It goes on by itself, whoever looks. */
export function ActionProgress(props: { begun: Action; isProvider: boolean; onClose: () => void }) {
  const { begun, isProvider, onClose } = props;
  const isRunning = (it: Action) => it.state === 'running';
  const answers = useQueryClient();
  const { data = begun } = useAnswer<Action>(`/actions/${begun.id}`, {
    refetchInterval: ({ state }) => (state.data && !isRunning(state.data) ? false : everyMs),
  });
  const done = !isRunning(data);
  useEffect(() => {
    if (done) void answers.invalidateQueries();
  }, [done, answers]);
  return (
    <div aria-live="polite" data-action={data.state}>
      {isProvider ? (
        <p className="count">{done ? sentence(verbs[data.action].done) : 'Under way …'}</p>
      ) : (
        <>
          <p className="count">
            <b>{num(data.changed)}</b> of {num(data.tasks)} {verbs[data.action].done}
          </p>
          <progress max={Math.max(1, data.tasks)} value={data.state === 'done' ? Math.max(1, data.tasks) : data.looked}>
            {num(data.looked)} of {num(data.tasks)}
          </progress>
          {data.skipped > 0 && (
            <p className="small">{num(data.skipped)} had moved on by themselves meanwhile, and were left alone.</p>
          )}
        </>
      )}
      {data.error && <p className="note bad">{sentence(data.error)}</p>}
      <p className="small">
        {done ? 'On record in the audit log, with who and why.' : 'It goes on if you close this.'}
        {!done &&
          data.perMinute !== undefined &&
          ` ${sentence(`At most ${many(data.perMinute, 'task')} a minute; to be seen on the overview, and stopped there`)}`}
      </p>
      <p className="buttons">
        <button type="button" className="primary" onClick={onClose}>
          {done ? 'Done' : 'Close'}
        </button>
        <Link className="button" href="/audit" onClick={onClose}>
          To the audit log
        </Link>
      </p>
    </div>
  );
}
