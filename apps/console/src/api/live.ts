import type { QueryClient } from '@tanstack/react-query';
import { api } from './fetching.ts';

/** Word of what changes, as it happens: what is shown of it is asked for anew, and nothing else. */

export type LiveState = 'starting' | 'live' | 'lost';

export interface Live {
  state(): LiveState;
  subscribe(hear: () => void): () => void;
  stop(): void;
}

/** A batch changes every second; its pictures need not. */
const restMs = 1_500;
/** A connection that is back within this was never lost to the reader. */
const graceMs = 3_000;
const againMs = 5_000;

export function startLive(answers: QueryClient): Live {
  const hearing = new Set<() => void>();
  const due = new Set<string>();
  let resting: ReturnType<typeof setTimeout> | undefined;
  let losing: ReturnType<typeof setTimeout> | undefined;
  let again: ReturnType<typeof setTimeout> | undefined;
  let state: LiveState = 'starting';
  let source: EventSource | undefined;

  function become(next: LiveState): void {
    clearTimeout(losing);
    losing = undefined;
    if (state === next) return;
    state = next;
    for (const hear of hearing) hear();
  }

  function renew(prefixes: readonly string[]): void {
    for (const prefix of prefixes) due.add(prefix);
    if (resting) return;
    flush();
    resting = setTimeout(rested, restMs);
  }

  function rested(): void {
    resting = undefined;
    if (due.size > 0) renew([]);
  }

  function flush(): void {
    const now = [...due];
    due.clear();
    void answers.invalidateQueries(
      { predicate: ({ queryKey }) => now.some((prefix) => String(queryKey[0]).startsWith(prefix)) },
      { cancelRefetch: false },
    );
  }

  function open(): void {
    const stream = new EventSource(`${api}/events`);
    source = stream;
    stream.onopen = () => {
      if (state === 'lost') renew(['/']);
      become('live');
    };
    stream.onerror = () => {
      losing ??= setTimeout(() => become('lost'), graceMs);
      if (stream.readyState !== EventSource.CLOSED) return;
      // A refusal ends it for good, unlike a broken connection.
      clearTimeout(again);
      again = setTimeout(open, againMs);
    };
    stream.addEventListener('batch', ({ data }) => {
      const { id } = JSON.parse(data) as { id: string };
      renew([`/batches/${id}`, '/batches?', '/tasks']);
    });
    stream.addEventListener('provider', () => renew(['/providers']));
    stream.addEventListener('action', () => renew(['/actions', '/audit']));
    stream.addEventListener('reset', () => renew(['/']));
  }

  open();
  return {
    state: () => state,
    subscribe(hear) {
      hearing.add(hear);
      return () => hearing.delete(hear);
    },
    stop() {
      source?.close();
      for (const timer of [resting, losing, again]) clearTimeout(timer);
    },
  };
}
