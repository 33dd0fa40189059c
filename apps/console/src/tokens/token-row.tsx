import type { Token } from '../api/token-answers.ts';
import { At, Since, useNow } from '../parts/moment.tsx';

export function TokenRow({ token, onRevoke }: { token: Token; onRevoke: () => void }) {
  const { id, name, role, createdBy, createdAtMs, expiresAtMs, lastUsedAtMs } = token;
  const nowMs = useNow(10_000);
  const isOver = expiresAtMs !== undefined && expiresAtMs <= nowMs;
  return (
    <li className="row token" data-token={id}>
      <div className="head">
        <h3>{name}</h3>
        <span className={`pill ${isOver ? '' : 'open'}`}>{role}</span>
        {isOver && <span className="pill bad">over</span>}
        <button type="button" className="share" onClick={onRevoke}>
          Revoke <span className="unseen">{name}</span>
        </button>
      </div>
      <p className="small">
        Made by {createdBy}, <At ms={createdAtMs} /> · {expires(expiresAtMs, isOver)} ·{' '}
        {lastUsedAtMs === undefined ? (
          'never used'
        ) : (
          <>
            last used <Since ms={lastUsedAtMs} />
          </>
        )}{' '}
        · <code>{id}</code>
      </p>
    </li>
  );
}

function expires(ms: number | undefined, isOver: boolean) {
  if (ms === undefined) return 'never expires';
  return (
    <>
      {isOver ? 'expired' : 'expires'} <At ms={ms} />
    </>
  );
}
