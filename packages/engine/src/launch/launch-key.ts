import { createHash } from 'node:crypto';

/** Short, unique to task and attempt, and the same after any crash: the name token where a platform allows one. */
export function launchKeyOf(task: { id: string }, attempt: number): string {
  const hash = createHash('sha256').update(`${task.id}.${attempt}`).digest();
  return hash.readBigUInt64BE().toString(36).padStart(13, '0').slice(-10);
}
