import type { Role } from '@nightpass/core';
import { createContext, type ReactNode, useContext } from 'react';
import { useAnswer } from '../api/answering.ts';
import type { Session } from '../api/answers.ts';
import { Trouble, Waiting } from '../parts/trouble.tsx';

/** Who the reader is here, and what that lets them do. */

const Context = createContext<Session | undefined>(undefined);

export function SessionGate({ children }: { children: ReactNode }) {
  const { data, error, refetch } = useAnswer<Session>('/session', { refetchInterval: 60_000 });
  if (data) return <Context.Provider value={data}>{children}</Context.Provider>;
  return (
    <main className="page" id="main" tabIndex={-1}>
      {error ? (
        <Trouble error={error} onRetry={() => void refetch()} />
      ) : (
        <Waiting what="Asking the board who you are" />
      )}
    </main>
  );
}

export function useSession(): Session {
  const session = useContext(Context);
  if (!session) throw new Error('there is no session above this part');
  return session;
}

const order: readonly Role[] = ['viewer', 'operator', 'admin'];

export const mayAs = (role: Role, needed: Role): boolean => order.indexOf(role) >= order.indexOf(needed);

/** What is not for everybody: absent for whom it is not. */
export function ForOperators({ children }: { children: ReactNode }) {
  return mayAs(useSession().role, 'operator') ? children : undefined;
}

/** Said once on a page, where a viewer would look for buttons. */
export function WhyNoButtons({ to }: { to: string }) {
  const { role, user } = useSession();
  if (mayAs(role, 'operator')) return undefined;
  return (
    <p className="why-not">
      You are here as {role} ({user}): to {to}, sign in as an operator.
    </p>
  );
}
