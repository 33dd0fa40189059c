import { many, span } from '../words/words.ts';

/** A redrive at a pace of its own; empty: all at once. */
export interface PaceText {
  text: string;
  /** As the browser sees it. */
  isValid: boolean;
}

export const noPace: PaceText = { text: '', isValid: true };

/** Undefined: none. */
export const paceOf = ({ text, isValid }: PaceText): number | undefined =>
  text !== '' && isValid ? Number(text) : undefined;

export function PaceField({ value, onChange }: { value: PaceText; onChange: (value: PaceText) => void }) {
  return (
    <label className="field">
      At most, a minute <small>empty: all at once, launched at the pace of their provider</small>
      <input
        type="number"
        min={0.01}
        max={60_000}
        step="any"
        value={value.text}
        onChange={({ target }) => onChange({ text: target.value, isValid: target.validity.valid })}
      />
      {!value.isValid && <span className="note bad">A number from 0.01 to 60,000.</span>}
    </label>
  );
}

export function PaceNote({ tasks, perMinute }: { tasks: number; perMinute: number }) {
  const forMs = (Math.max(0, tasks - 1) * 60_000) / perMinute;
  return (
    <p className="small">
      {many(perMinute, 'task')} a minute are taken back at most{forMs < 1_000 ? '' : `: about ${span(forMs)}`}. It rests
      while the provider is held, and goes on without this page.
    </p>
  );
}
