import { createHash } from 'node:crypto';
import { type BatchId, openPhases, type Phase, redrivablePhases } from '@nightpass/core';
import type { MovedSpan } from '../ledger/moved.ts';
import type { HoldKind } from '../pacing/holds.ts';

/** What people may do, and to what. Pure. */

export const taskActions = ['redrive', 'cancel', 'park', 'priority'] as const;
export const providerActions = ['pause', 'resume'] as const;
export type RedrivablePhase = (typeof redrivablePhases)[number];
export type TaskAction = (typeof taskActions)[number];
export type ActionKind = TaskAction | (typeof providerActions)[number];

/** Every condition that is given must hold. */
export interface TaskFilter extends MovedSpan {
  batch: string;
  phases?: readonly Phase[] | undefined;
  /** Indexes within the batch. */
  processes?: readonly number[] | undefined;
  zones?: readonly number[] | undefined;
  /** Parts of texts, whatever their case and accents. */
  location?: string | undefined;
  image?: string | undefined;
  error?: string | undefined;
  provider?: string | undefined;
  /** Of failures of one cause: see `shapeOf`. */
  family?: string | undefined;
}

export type Target =
  | { kind: 'tasks'; tasks: readonly string[] }
  | { kind: 'filter'; filter: TaskFilter }
  | { kind: 'family'; batch: string; family: string }
  | { kind: 'batch'; batch: string }
  | { kind: 'provider'; provider: string };

export interface Wanted {
  action: ActionKind;
  target: Target;
  /** For `priority`: above 0 goes first, below 0 last. */
  priority?: number | undefined;
  /** For `resume`: what is lifted; unless given, what a person placed. */
  holds?: readonly HoldKind[] | undefined;
  /** For `redrive`: so many tasks are taken back a minute at most; unless given, all at once. */
  perMinute?: number | undefined;
}

/** Slower or faster paces than these mean nothing. */
export const perMinuteRange = { min: 0.01, max: 60_000 } as const;

const touched: Record<TaskAction, readonly Phase[]> = {
  redrive: redrivablePhases,
  cancel: openPhases,
  park: ['queued', 'unconfirmed'],
  priority: ['queued'],
};

/** Tasks in other phases are never touched by it. */
export const phasesTouched = (action: TaskAction): readonly Phase[] => touched[action];

export const actionsFor = (phase: Phase): TaskAction[] => taskActions.filter((it) => touched[it].includes(phase));

/** Unless phases are named: a cancelled task was ended on purpose, a parked one may run on its platform. */
export const usualRedrive: readonly Phase[] = ['failed', 'expired'];

export const isTaskAction = (action: ActionKind): action is TaskAction =>
  (taskActions as readonly string[]).includes(action);

/** What does not fit together, in words; undefined where all does. */
export function misfit({ action, target, priority, holds, perMinute }: Wanted): string | undefined {
  if (isTaskAction(action) === (target.kind === 'provider')) {
    return isTaskAction(action) ? `${action} is for tasks, not for a provider` : `${action} is for a provider`;
  }
  if ((action === 'priority') !== (priority !== undefined)) {
    return action === 'priority' ? 'priority needs a number' : `a priority means nothing to ${action}`;
  }
  if (holds && action !== 'resume') return `holds mean nothing to ${action}`;
  if (perMinute === undefined) return undefined;
  if (action !== 'redrive') return `a pace of its own means nothing to ${action}`;
  const { min, max } = perMinuteRange;
  if (!(perMinute >= min && perMinute <= max)) return `a pace is ${min} to ${max} tasks a minute, not ${perMinute}`;
  return undefined;
}

/** The same for the same, however it was written down. */
export function digestOf({ action, target, priority, holds, perMinute }: Wanted): string {
  const plain = JSON.stringify(
    [action, priority ?? null, target, holds ?? null, perMinute ?? null],
    (_, value: unknown) =>
      typeof value === 'object' && value !== null && !Array.isArray(value)
        ? Object.fromEntries(
            Object.entries(value)
              .filter(([, it]) => it !== undefined)
              .sort(([a], [b]) => (a < b ? -1 : 1)),
          )
        : value,
  );
  return createHash('sha256').update(plain).digest('hex');
}

/** For the audit log: what an action is done to, and how far it goes. */
export function wantedWords({ target, priority, holds, perMinute }: Wanted): string {
  const also = [
    ...(priority === undefined ? [] : [`priority ${priority}`]),
    ...(holds ? [`holds ${holds.join(', ')}`] : []),
    ...(perMinute === undefined ? [] : [`at most ${perMinute} a minute`]),
  ];
  return [targetWords(target), ...also].join('; ');
}

export function targetWords(target: Target): string {
  switch (target.kind) {
    case 'tasks':
      return target.tasks.length === 1 ? `task ${target.tasks[0]}` : `${target.tasks.length} named tasks`;
    case 'family':
      return `family ${target.family} of ${target.batch}`;
    case 'batch':
      return `batch ${target.batch}`;
    case 'provider':
      return `provider ${target.provider}`;
    case 'filter': {
      const { batch, ...conditions } = target.filter;
      const words = Object.entries(conditions).flatMap(([name, value]) =>
        value === undefined ? [] : [conditionWords(name, value)],
      );
      return [`batch ${batch}`, ...words].join('; ').slice(0, 500);
    }
    default:
      return target satisfies never;
  }
}

function conditionWords(name: string, value: unknown): string {
  if (name === 'movedSinceMs' || name === 'movedUntilMs') {
    return `${name === 'movedSinceMs' ? 'moved since' : 'moved until'} ${new Date(Number(value)).toISOString()}`;
  }
  return `${name} ${Array.isArray(value) ? value.slice(0, 20).join(',') : String(value)}`;
}

/** An action, from its preview on. */
export interface Action extends Wanted {
  id: string;
  who: string;
  why: string;
  state: 'previewed' | 'running' | 'done' | 'failed' | 'stopped';
  /** Chosen. */
  tasks: number;
  looked: number;
  changed: number;
  previewedAtMs: number;
  begunAtMs: number | undefined;
  endedAtMs: number | undefined;
  error: string | undefined;
  /** Of the chosen tasks, in the order in which they are gone through. */
  batches: readonly BatchId[];
  /** The phases that were chosen. */
  phases: readonly Phase[];
  cursor: string;
}
