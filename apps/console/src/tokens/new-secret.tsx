import { useEffect, useId, useRef, useState } from 'react';
import type { NewToken } from '../api/token-answers.ts';

/** What a token is opened with: shown this once. */
export function NewSecret({ token, onDone }: { token: NewToken; onDone: () => void }) {
  const title = useId();
  const field = useRef<HTMLInputElement>(null);
  const [said, setSaid] = useState('');
  useEffect(() => field.current?.focus(), []);

  async function copy(): Promise<void> {
    field.current?.select();
    try {
      await navigator.clipboard.writeText(token.secret);
      setSaid('Copied.');
    } catch {
      // Without https a browser lets no page copy.
      setSaid('It is selected: copy it with Ctrl+C.');
    }
  }

  return (
    <section className="note good new-secret" aria-labelledby={title} data-made={token.id}>
      <h2 id={title}>{token.name}: keep this now, it is not shown again</h2>
      <div className="secret">
        <input
          ref={field}
          type="text"
          readOnly
          spellCheck={false}
          aria-label="The token"
          value={token.secret}
          onFocus={({ target }) => target.select()}
        />
        <button type="button" className="primary" onClick={() => void copy()}>
          Copy
        </button>
        <button type="button" onClick={onDone}>
          I have kept it
        </button>
      </div>
      <p className="small" role="status">
        {said || 'The board itself keeps only its digest.'}
      </p>
    </section>
  );
}
