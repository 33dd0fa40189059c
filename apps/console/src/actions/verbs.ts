import type { Phase } from '@nightpass/pictures/phases';
import type { ActionKind, TaskActionKind, Wanted } from '../api/action-answers.ts';
import { many, num } from '../words/words.ts';

/** Actions in words. */

export const verbs: Record<ActionKind, { does: string; done: string; says: string }> = {
  redrive: {
    does: 'Redrive',
    done: 'redriven',
    says: 'They are launched again, as new attempts; what succeeded or still runs is never touched.',
  },
  cancel: {
    does: 'Cancel',
    done: 'cancelled',
    says: 'What runs is cancelled on its platform; what waits is not launched.',
  },
  park: { does: 'Park', done: 'parked', says: 'They wait until a person redrives or cancels them.' },
  priority: { does: 'Change priority of', done: 'moved', says: 'Only what waits for its launch can be moved.' },
  pause: {
    does: 'Pause',
    done: 'paused',
    says: 'Nothing is launched there until somebody resumes it; what runs is followed.',
  },
  resume: { does: 'Resume', done: 'resumed', says: 'A hold that a person placed is lifted; others stay.' },
};

/** In which phases each action touches a task: the preview has the last word. */
const touched: Record<TaskActionKind, readonly Phase[]> = {
  redrive: ['failed', 'expired', 'cancelled', 'parked'],
  cancel: ['queued', 'launching', 'unconfirmed', 'running'],
  park: ['queued', 'unconfirmed'],
  priority: ['queued'],
};

export const taskActions = ['redrive', 'cancel', 'park', 'priority'] as const satisfies readonly TaskActionKind[];

export function actionsFor(counts: Partial<Record<Phase, number>>): TaskActionKind[] {
  return taskActions.filter((action) => touched[action].some((phase) => (counts[phase] ?? 0) > 0));
}

/** What the button says: exactly what it will do. */
export function buttonWords({ action, target }: Wanted, tasks: number): string {
  if (target.kind === 'provider') return `${verbs[action].does} ${target.provider}`;
  return `${verbs[action].does} ${many(tasks, 'task')}`;
}

export const countWords = (counts: Record<string, number>): string =>
  Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${num(count)} ${name}`)
    .join(', ');
