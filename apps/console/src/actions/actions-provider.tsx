import { createContext, type ReactNode, useContext, useMemo, useState } from 'react';
import type { Wanted } from '../api/action-answers.ts';
import { ActionDialog } from './action-dialog.tsx';

/** Anything on a page may ask for an action; one dialog previews it, begins it, and follows it. */

export interface Actions {
  /** @param what it is done to, in words */
  ask(wanted: Wanted, what: string): void;
}

const Context = createContext<Actions | undefined>(undefined);

export function ActionsProvider({ children }: { children: ReactNode }) {
  const [asked, setAsked] = useState<{ wanted: Wanted; what: string } | undefined>();
  const actions = useMemo<Actions>(() => ({ ask: (wanted, what) => setAsked({ wanted, what }) }), []);
  return (
    <Context.Provider value={actions}>
      {children}
      {asked && <ActionDialog {...asked} onClose={() => setAsked(undefined)} />}
    </Context.Provider>
  );
}

export function useActions(): Actions {
  const actions = useContext(Context);
  if (!actions) throw new Error('there are no actions above this part');
  return actions;
}
