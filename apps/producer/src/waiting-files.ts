import type { Candidate } from './scan-inbox.ts';

/** What is known of the files that lie in the inbox, from one scan to the next. */
export interface WaitingFiles {
  /**
   * Takes note of a scan, and says which files may be taken now, oldest first, and when the next may be.
   * @param nowMs of a clock that never jumps
   */
  look(candidates: readonly Candidate[], nowMs: number): { ready: ReadyFile[]; nextInMs: number | undefined };
  /**
   * The file could not be taken; it is tried again later (less and less often, where nobody knows when), and sooner
   * when it changes.
   * @returns whether that reason is news
   */
  putOff(file: string, why: { reason: string; againInMs?: number | undefined; nowMs: number }): boolean;
}

export interface ReadyFile {
  file: string;
  unchangedForMs: number;
}

interface Waiting {
  version: string;
  sinceMs: number;
  notBeforeMs: number;
  waitMs: number;
  reason: string | undefined;
}

/** Trouble that lasts is looked at less and less often. */
const longestWaitMs = 60_000;

export function createWaitingFiles({ settleMs, retryMs }: { settleMs: number; retryMs: number }): WaitingFiles {
  let files = new Map<string, Waiting>();
  return {
    look(candidates, nowMs) {
      const fresh = (version: string): Waiting => ({
        version,
        sinceMs: nowMs,
        notBeforeMs: nowMs + settleMs,
        waitMs: retryMs,
        reason: undefined,
      });
      const ready: (ReadyFile & { mtimeMs: number })[] = [];
      let nextInMs: number | undefined;
      const seen = new Map<string, Waiting>();
      for (const { file, version, mtimeMs } of candidates) {
        const known = files.get(file);
        const waiting = known?.version === version ? known : fresh(version);
        seen.set(file, waiting);
        const inMs = waiting.notBeforeMs - nowMs;
        if (inMs <= 0) ready.push({ file, mtimeMs, unchangedForMs: nowMs - waiting.sinceMs });
        else nextInMs = Math.min(nextInMs ?? inMs, inMs);
      }
      files = seen;
      ready.sort((a, b) => a.mtimeMs - b.mtimeMs || (a.file < b.file ? -1 : 1));
      return { ready, nextInMs };
    },
    putOff(file, { reason, againInMs, nowMs }) {
      const waiting = files.get(file);
      if (!waiting) return false;
      const isNews = waiting.reason !== reason;
      waiting.waitMs = isNews ? retryMs : Math.min(waiting.waitMs * 2, longestWaitMs);
      waiting.notBeforeMs = nowMs + (againInMs ?? waiting.waitMs);
      waiting.reason = reason;
      return isNews;
    },
  };
}
