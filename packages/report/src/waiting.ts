import { shapeOf, type TaskLine } from '@nightpass/engine';
import type { Waiting } from './snapshot.ts';

/** Reasons told apart; beyond them, tasks are counted without theirs. */
const mostReasons = 200;

/** What open tasks wait for, counted by the shape of the reason on record. */
export function createWaiting(providers: readonly string[]) {
  const counts = new Map<string, Waiting>();
  const count = (task: TaskLine, text: string): boolean => {
    const { phase, processIndex } = task;
    const provider = providers[processIndex] ?? '';
    const key = `${phase}\n${provider}\n${text}`;
    const known = counts.get(key);
    if (!known && text !== '' && counts.size >= mostReasons) return false;
    if (known) known.count += 1;
    else counts.set(key, { phase, provider, text, count: 1 });
    return true;
  };
  return {
    add(task: TaskLine): void {
      if (task.phase === 'succeeded') return;
      const text = task.reason === undefined ? '' : shapeOf('', task.reason).text;
      if (!count(task, text)) count(task, '');
    },
    list: (): Waiting[] => [...counts.values()].sort((a, b) => b.count - a.count),
  };
}
