import { ledgerNow, openActions, readAction, readProviderStatus, readSummaries } from '@nightpass/engine';
import { batchOf } from '../overview.ts';
import type { BoardParts } from '../server.ts';
import { actionOf } from './actions.ts';

/** What changes, once a second at most, for all who listen: looked at only while somebody does. */

export interface Change {
  id: string;
  /** What changed; its data are what the API answers about it. `reset`: too much was missed, read everything anew. */
  event: 'provider' | 'batch' | 'action' | 'reset';
  data: unknown;
}

export interface Changes {
  /** @param lastId of the last change that was heard; undefined to hear from now on */
  listen(lastId: string | undefined, hear: (change: Change) => void): () => void;
  listeners(): number;
  stop(): void;
}

const everyMs = 1_000;
const newestBatches = 50;
/** For those who lost their connection for a while. */
const kept = 1_000;

export function createChanges({ ledger, settings, log }: BoardParts): Changes {
  const boot = Date.now().toString(36);
  const hearing = new Set<(change: Change) => void>();
  const past: Change[] = [];
  const known = new Map<string, string>();
  let told = 0;
  let timer: NodeJS.Timeout | undefined;
  let looking = false;

  function tell(event: Change['event'], key: string, data: unknown, quietly: boolean): void {
    const text = JSON.stringify(data);
    if (known.get(key) === text) return;
    known.set(key, text);
    if (quietly) return;
    const change = { id: `${boot}-${++told}`, event, data };
    past.push(change);
    if (past.length > kept) past.shift();
    for (const hear of hearing) hear(change);
  }

  async function look(quietly: boolean): Promise<void> {
    const [summaries, actions] = await Promise.all([
      readSummaries(ledger, { offset: 0, limit: newestBatches }),
      openActions(ledger),
    ]);
    for (const summary of summaries) {
      const { id, counts, settled, endedAtMs, priority, taskCount } = batchOf(summary);
      tell('batch', `batch ${id}`, { id, counts, settled, endedAtMs, priority, taskCount }, quietly);
    }
    for (const [name, { kind, limits }] of settings.providers) {
      const { behindMs: _, ...status } = await readProviderStatus(ledger, name, limits);
      tell('provider', `provider ${name}`, { kind, ...status }, quietly);
    }
    const ended = [...known.keys()].filter((key) => key.startsWith('action ')).map((key) => key.slice(7));
    for (const id of new Set([...actions, ...ended])) {
      const action = await readAction(ledger, id);
      if (action) tell('action', `action ${id}`, actionOf(action), quietly);
      if (action?.state !== 'running') known.delete(`action ${id}`);
    }
  }

  async function turn(): Promise<void> {
    if (looking) return;
    looking = true;
    try {
      // The first look only learns how things stand.
      await look(known.size === 0);
      if (known.size === 0) known.set('clock', String(await ledgerNow(ledger)));
    } catch (error) {
      log.debug({ error: (error as Error).message }, 'changes not looked for');
    } finally {
      looking = false;
    }
  }

  function begin(): void {
    if (timer) return;
    timer = setInterval(() => void turn(), everyMs);
    void turn();
  }

  return {
    listen(lastId, hear) {
      begin();
      if (lastId !== undefined) {
        const at = past.findIndex(({ id }) => id === lastId);
        const isNow = lastId === `${boot}-${told}`;
        if (at === -1 && !isNow) hear({ id: `${boot}-${told}`, event: 'reset', data: {} });
        else for (const change of at === -1 ? [] : past.slice(at + 1)) hear(change);
      }
      hearing.add(hear);
      return () => {
        hearing.delete(hear);
        if (hearing.size > 0) return;
        clearInterval(timer);
        timer = undefined;
      };
    },
    listeners: () => hearing.size,
    stop() {
      clearInterval(timer);
      timer = undefined;
      hearing.clear();
    },
  };
}
