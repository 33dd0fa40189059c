import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Action, Preview, Wanted } from '../api/action-answers.ts';
import { sendJson } from '../api/fetching.ts';
import { Dialog } from '../parts/dialog.tsx';
import { Trouble } from '../parts/trouble.tsx';
import { sentence } from '../words/words.ts';
import { ActionProgress } from './action-progress.tsx';
import { noPace, PaceField, PaceNote, paceOf } from './pace-field.tsx';
import { buttonWords, countWords, verbs } from './verbs.ts';

/** First the exact count, then a reason, then the deed with its progress, then where it is on record. */
export function ActionDialog(props: { wanted: Wanted; what: string; onClose: () => void }) {
  const { what, onClose } = props;
  const [priority, setPriority] = useState(10);
  const [pace, setPace] = useState(noPace);
  const [begun, setBegun] = useState<Action | undefined>();
  const perMinute = paceOf(pace);
  const wanted: Wanted = {
    ...props.wanted,
    ...(props.wanted.action === 'priority' && { priority }),
    ...(perMinute !== undefined && { perMinute }),
  };
  const { does, says } = verbs[wanted.action];
  return (
    <Dialog title={`${does} ${what}`} onClose={onClose}>
      {begun ? (
        <ActionProgress begun={begun} isProvider={wanted.target.kind === 'provider'} onClose={onClose} />
      ) : (
        <>
          <p>{says}</p>
          {wanted.action === 'priority' && <PriorityField value={priority} onChange={setPriority} />}
          {wanted.action === 'redrive' && <PaceField value={pace} onChange={setPace} />}
          <Confirm wanted={wanted} isComplete={pace.isValid} onBegun={setBegun} onClose={onClose} />
        </>
      )}
    </Dialog>
  );
}

function PriorityField({ value, onChange }: { value: number; onChange: (value: number) => void }) {
  return (
    <label className="field">
      Priority <small>above 0 goes first, below 0 last</small>
      <input
        type="number"
        min={-1000}
        max={1000}
        value={value}
        onChange={({ target }) => onChange(Math.max(-1000, Math.min(1000, Math.round(Number(target.value)))))}
      />
    </label>
  );
}

function Confirm(props: {
  wanted: Wanted;
  /** Whether all that was filled in can be understood. */
  isComplete: boolean;
  onBegun: (action: Action) => void;
  onClose: () => void;
}) {
  const { wanted, isComplete, onBegun, onClose } = props;
  const [why, setWhy] = useState('');
  const [state, setState] = useState<'idle' | 'sending' | Error>('idle');
  const previewed = useQuery<Preview>({
    queryKey: ['preview', JSON.stringify(wanted)],
    queryFn: () => sendJson<Preview>('POST', '/actions/preview', wanted),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    refetchInterval: false,
    refetchOnWindowFocus: false,
    retry: false,
    enabled: isComplete,
  });
  const preview = previewed.data;
  const isProvider = wanted.target.kind === 'provider';
  const none = preview !== undefined && !isProvider && preview.tasks === 0;

  async function begin(): Promise<void> {
    if (!preview || !isComplete) return;
    setState('sending');
    try {
      onBegun(await sendJson<Action>('POST', '/actions', { ...wanted, preview: preview.preview, why: why.trim() }));
    } catch (error) {
      setState(error as Error);
      await previewed.refetch();
    }
  }

  return (
    <form
      method="dialog"
      onSubmit={(event) => {
        event.preventDefault();
        void begin();
      }}
    >
      <div className="preview" aria-live="polite" aria-busy={!preview && !previewed.error}>
        {preview ? <Counted preview={preview} wanted={wanted} /> : !previewed.error && <p>Counting …</p>}
        {previewed.error && <Trouble error={previewed.error} />}
      </div>
      <label className="field">
        Why <small>for the history of each task and the audit log</small>
        <textarea rows={2} maxLength={500} required value={why} onChange={({ target }) => setWhy(target.value)} />
      </label>
      {state instanceof Error && <Trouble error={state} />}
      <p className="buttons">
        <button
          type="submit"
          className={wanted.action === 'cancel' ? 'danger' : 'primary'}
          disabled={!preview || !isComplete || none || why.trim() === '' || state === 'sending'}
        >
          {preview ? buttonWords(wanted, preview.tasks) : verbs[wanted.action].does}
        </button>
        <button type="button" onClick={onClose}>
          Leave it
        </button>
        {preview && !none && why.trim() === '' && <span className="small">Say why first.</span>}
      </p>
    </form>
  );
}

function Counted({ preview, wanted }: { preview: Preview; wanted: Wanted }) {
  const { tasks, phases, untouched, providers, says } = preview;
  const { perMinute, target } = wanted;
  if (target.kind === 'provider') return <p>{sentence(says)}</p>;
  const left = countWords(untouched);
  return (
    <>
      <p className="count" data-count={tasks}>
        <b>{tasks.toLocaleString('en')}</b> {tasks === 1 ? 'task' : 'tasks'}
      </p>
      {tasks > 0 && (
        <p className="small">
          {countWords(phases)} · on {countWords(providers)}
        </p>
      )}
      {left && <p className="small">Not touched: {left}.</p>}
      {tasks > 0 && perMinute !== undefined && <PaceNote tasks={tasks} perMinute={perMinute} />}
    </>
  );
}
