import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Action } from '../api/action-answers.ts';
import { sendJson } from '../api/fetching.ts';
import { Dialog } from '../parts/dialog.tsx';
import { Trouble } from '../parts/trouble.tsx';
import { ForOperators } from '../session/session.tsx';
import { num } from '../words/words.ts';
import { verbs } from './verbs.ts';

/** Ends an action before its time, after a question. */
export function StopAction({ action }: { action: Action }) {
  const [isAsked, setAsked] = useState(false);
  return (
    <ForOperators>
      <button type="button" onClick={() => setAsked(true)}>
        Stop …<span className="unseen"> {`${verbs[action.action].does} ${action.words}`}</span>
      </button>
      {isAsked && <StopDialog action={action} onClose={() => setAsked(false)} />}
    </ForOperators>
  );
}

function StopDialog({ action, onClose }: { action: Action; onClose: () => void }) {
  const answers = useQueryClient();
  const [why, setWhy] = useState('');
  const [state, setState] = useState<'idle' | 'sending' | Error>('idle');

  async function stop(): Promise<void> {
    setState('sending');
    try {
      await sendJson<Action>('POST', `/actions/${action.id}/stop`, { why: why.trim() });
      await answers.invalidateQueries();
      onClose();
    } catch (error) {
      setState(error as Error);
    }
  }

  return (
    <Dialog title={`Stop: ${verbs[action.action].does.toLowerCase()} ${action.words}`} onClose={onClose}>
      <form
        method="dialog"
        onSubmit={(event) => {
          event.preventDefault();
          void stop();
        }}
      >
        <p>
          {num(action.looked)} of {num(action.tasks)} are done, and stay so. The others are left as they are.
        </p>
        <label className="field">
          Why <small>for the audit log</small>
          <textarea rows={2} maxLength={500} required value={why} onChange={({ target }) => setWhy(target.value)} />
        </label>
        {state instanceof Error && <Trouble error={state} />}
        <p className="buttons">
          <button type="submit" className="danger" disabled={why.trim() === '' || state === 'sending'}>
            Stop it
          </button>
          <button type="button" onClick={onClose}>
            Let it go on
          </button>
          {why.trim() === '' && <span className="small">Say why first.</span>}
        </p>
      </form>
    </Dialog>
  );
}
