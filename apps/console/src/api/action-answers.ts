import type { Phase } from '@nightpass/core';
import type { Numbers } from './answers.ts';

/** What people do: asked for, previewed, under way, on record. */

export type TaskActionKind = 'redrive' | 'cancel' | 'park' | 'priority';
export type ActionKind = TaskActionKind | 'pause' | 'resume';

export interface TaskFilter {
  batch: string;
  phases?: Phase[] | undefined;
  processes?: number[] | undefined;
  zones?: number[] | undefined;
  location?: string | undefined;
  image?: string | undefined;
  error?: string | undefined;
  provider?: string | undefined;
  family?: string | undefined;
  movedSinceMs?: number | undefined;
  movedUntilMs?: number | undefined;
}

export type Target =
  | { kind: 'tasks'; tasks: string[] }
  | { kind: 'filter'; filter: TaskFilter }
  | { kind: 'family'; batch: string; family: string }
  | { kind: 'batch'; batch: string }
  | { kind: 'provider'; provider: string };

export interface Wanted {
  action: ActionKind;
  target: Target;
  priority?: number | undefined;
  /** Of a redrive with a pace of its own. */
  perMinute?: number | undefined;
}

export interface Preview {
  preview: string;
  expiresAtMs: number;
  action: ActionKind;
  tasks: number;
  matched: number;
  phases: Numbers;
  untouched: Numbers;
  providers: Numbers;
  batches: Numbers;
  says: string;
}

export interface Action {
  id: string;
  action: ActionKind;
  /** What it is done to. */
  words: string;
  perMinute?: number | undefined;
  who: string;
  why: string;
  state: 'running' | 'done' | 'failed' | 'stopped';
  tasks: number;
  looked: number;
  changed: number;
  skipped: number;
  begunAtMs: number;
  endedAtMs?: number | undefined;
  error?: string | undefined;
}

export interface OpenActions {
  items: Action[];
}

export interface AuditEntry {
  id: string;
  atMs: number;
  event: string;
  who: string;
  role?: string | undefined;
  action?: string | undefined;
  actionId?: string | undefined;
  target?: string | undefined;
  why?: string | undefined;
  tasks?: number | undefined;
  changed?: number | undefined;
  skipped?: number | undefined;
  outcome?: string | undefined;
}
