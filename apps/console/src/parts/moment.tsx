import { useEffect, useState } from 'react';
import { ledgerNowMs } from '../api/answering.ts';
import { moment } from '../words/times.ts';
import { when } from '../words/words.ts';

/** The ledger's time, as it goes on. */
export function useNow(everyMs = 1_000): number {
  const [nowMs, setNowMs] = useState(ledgerNowMs);
  useEffect(() => {
    const timer = setInterval(() => setNowMs(ledgerNowMs()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return nowMs;
}

/** A moment by the reader's clock. */
export function At({ ms, precision = 'minutes' }: { ms: number; precision?: 'minutes' | 'seconds' }) {
  const iso = new Date(ms).toISOString();
  return (
    <time dateTime={iso} title={iso}>
      {moment(ms, ledgerNowMs(), precision)}
    </time>
  );
}

/** How long ago, or in how long. */
export function Since({ ms }: { ms: number }) {
  const nowMs = useNow();
  const iso = new Date(ms).toISOString();
  return (
    <time dateTime={iso} title={iso}>
      {when(ms, nowMs)}
    </time>
  );
}
