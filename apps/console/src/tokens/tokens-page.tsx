import { useState } from 'react';
import { useAnswer } from '../api/answering.ts';
import type { NewToken, Token, TokenList } from '../api/token-answers.ts';
import { Trouble, Waiting } from '../parts/trouble.tsx';
import { useTitle } from '../parts/use-title.ts';
import { mayAs, useSession } from '../session/session.tsx';
import { many } from '../words/words.ts';
import { MakeToken } from './make-token.tsx';
import { NewSecret } from './new-secret.tsx';
import { RevokeDialog } from './revoke-dialog.tsx';
import { TokenRow } from './token-row.tsx';

/** What scripts and the command come in with: made, listed and revoked by admins. */
export function TokensPage() {
  useTitle('Tokens');
  const { role, user } = useSession();
  return (
    <>
      <h1>Tokens</h1>
      <p className="lead">
        For scripts, and for <code>nightpass … --url</code>: whoever sends one may do what its role may.
      </p>
      {mayAs(role, 'admin') ? (
        <Tokens />
      ) : (
        <p className="why-not">
          You are here as {role} ({user}): tokens are made, listed and revoked by admins.
        </p>
      )}
    </>
  );
}

function Tokens() {
  const { data, error, refetch } = useAnswer<TokenList>('/tokens');
  /** Only here, and only until it is put away: nothing keeps it. */
  const [made, setMade] = useState<NewToken | undefined>();
  const [revoking, setRevoking] = useState<Token | undefined>();
  if (error && !data) return <Trouble error={error} onRetry={() => void refetch()} />;
  if (!data) return <Waiting what="Reading the tokens" />;
  const { items } = data;
  return (
    <>
      {made ? (
        <NewSecret token={made} onDone={() => setMade(undefined)} />
      ) : (
        <MakeToken
          onMade={(token) => {
            setMade(token);
            void refetch();
          }}
        />
      )}
      <h2>{items.length === 0 ? 'There is none yet' : many(items.length, 'token')}</h2>
      <ul className="rows">
        {items.map((token) => (
          <TokenRow key={token.id} token={token} onRevoke={() => setRevoking(token)} />
        ))}
      </ul>
      {revoking && (
        <RevokeDialog
          token={revoking}
          onClose={(isRevoked) => {
            setRevoking(undefined);
            if (made?.id === revoking.id && isRevoked) setMade(undefined);
            void refetch();
          }}
        />
      )}
    </>
  );
}
