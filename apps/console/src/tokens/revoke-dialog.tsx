import { useState } from 'react';
import { Problem, sendJson } from '../api/fetching.ts';
import type { Token } from '../api/token-answers.ts';
import { Dialog } from '../parts/dialog.tsx';
import { Since } from '../parts/moment.tsx';
import { Trouble } from '../parts/trouble.tsx';

export function RevokeDialog({ token, onClose }: { token: Token; onClose: (isRevoked: boolean) => void }) {
  const [state, setState] = useState<'idle' | 'sending' | Error>('idle');

  async function revoke(): Promise<void> {
    setState('sending');
    try {
      await sendJson('DELETE', `/tokens/${encodeURIComponent(token.id)}`);
      onClose(true);
    } catch (error) {
      // Somebody else was quicker.
      if (error instanceof Problem && error.status === 404) onClose(true);
      else setState(error as Error);
    }
  }

  return (
    <Dialog title={`Revoke ${token.name}?`} onClose={() => onClose(false)}>
      <p>
        Whatever uses it is refused from now on; that cannot be taken back.{' '}
        {token.lastUsedAtMs === undefined ? (
          'It has never been used.'
        ) : (
          <>
            It was last used <Since ms={token.lastUsedAtMs} />.
          </>
        )}
      </p>
      {state instanceof Error && <Trouble error={state} />}
      <p className="buttons">
        <button type="button" className="danger" disabled={state === 'sending'} onClick={() => void revoke()}>
          Revoke it
        </button>
        <button type="button" onClick={() => onClose(false)}>
          Leave it
        </button>
      </p>
    </Dialog>
  );
}
