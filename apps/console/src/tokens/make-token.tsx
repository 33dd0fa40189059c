import type { Role } from '@nightpass/core';
import { useId, useState } from 'react';
import { sendJson } from '../api/fetching.ts';
import type { NewToken, TokenWanted } from '../api/token-answers.ts';
import { Trouble } from '../parts/trouble.tsx';

const roles: { role: Role; may: string }[] = [
  { role: 'viewer', may: 'viewer: may look' },
  { role: 'operator', may: 'operator: may act' },
  { role: 'admin', may: 'admin: may make tokens too' },
];
const mostDays = 3_650;

export function MakeToken({ onMade }: { onMade: (token: NewToken) => void }) {
  const title = useId();
  const [name, setName] = useState('');
  const [role, setRole] = useState<Role>('viewer');
  const [days, setDays] = useState('90');
  const [state, setState] = useState<'idle' | 'sending' | Error>('idle');

  async function make(): Promise<void> {
    setState('sending');
    try {
      const wanted: TokenWanted = { name: name.trim(), role, ...(days !== '' && { days: Number(days) }) };
      onMade(await sendJson<NewToken>('POST', '/tokens', wanted));
    } catch (error) {
      setState(error as Error);
    }
  }

  return (
    <form
      className="row make-token"
      aria-labelledby={title}
      onSubmit={(event) => {
        event.preventDefault();
        void make();
      }}
    >
      <h2 id={title}>Make a token</h2>
      <div className="fields">
        <label className="field">
          What it is for
          <input
            type="text"
            required
            maxLength={100}
            autoComplete="off"
            value={name}
            onChange={({ target }) => setName(target.value)}
          />
        </label>
        <label className="field">
          Role
          <select value={role} onChange={({ target }) => setRole(target.value as Role)}>
            {roles.map((it) => (
              <option key={it.role} value={it.role}>
                {it.may}
              </option>
            ))}
          </select>
        </label>
        <label className="field">
          Days <small>empty: for ever</small>
          <input
            type="number"
            min={1}
            max={mostDays}
            step={1}
            value={days}
            onChange={({ target }) => setDays(target.value)}
          />
        </label>
      </div>
      {state instanceof Error && <Trouble error={state} />}
      <p className="buttons">
        <button type="submit" className="primary" disabled={name.trim() === '' || state === 'sending'}>
          Make it
        </button>
      </p>
    </form>
  );
}
