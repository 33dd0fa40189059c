import type { Phase } from '@nightpass/core';

/**
 * What the ledger should be, in memory: the life of each task without Lua, Redis or time. Whatever the scripts answer and
 * leave behind is compared with it.
 */

export const processCount = 2;
export const zoneCount = 3;
export const taskCount = processCount * zoneCount;
export const mostInFlight = 4;

/** When the sweep looks at a task: now, later, in the hands of whoever made that claim, or never. */
type Due = 'now' | 'later' | { claim: number } | undefined;

interface ModelTask {
  phase: Phase;
  attempt: number;
  drive: number;
  remoteId: string | undefined;
  lock: string | undefined;
  due: Due;
  /** Somebody has cancelled it while it was out. */
  cancelled: boolean;
}

export type EndedAs = 'failed' | 'cancelled' | 'expired' | 'parked';
const open: readonly Phase[] = ['queued', 'launching', 'unconfirmed', 'running'];
const inTheAir: readonly Phase[] = ['launching', 'unconfirmed'];

export const processOfTask = (index: number) => Math.floor(index / zoneCount);

export class Model {
  readonly tasks: ModelTask[] = Array.from({ length: taskCount }, () => ({
    phase: 'queued',
    attempt: 0,
    drive: 1,
    remoteId: undefined,
    lock: undefined,
    due: undefined,
    cancelled: false,
  }));
  /** Remote id → the task that it belongs to, for ever. */
  readonly owners = new Map<string, number>();
  /** What each claim took. */
  readonly claims: number[][] = [];
  cancelled = false;
  held = false;

  at(index: number): ModelTask {
    const task = this.tasks[index];
    if (!task) throw new Error(`no task ${index}`);
    return task;
  }

  indexes(wanted: (task: ModelTask) => boolean): number[] {
    return this.tasks.flatMap((task, index) => (wanted(task) ? [index] : []));
  }

  inFlight = () => this.indexes(({ phase }) => phase !== 'queued' && open.includes(phase));
  ofProcess = (phase: Phase, process: number) =>
    this.indexes((task) => task.phase === phase).filter((index) => processOfTask(index) === process);
  isOver = () => !this.tasks.some(({ phase }) => open.includes(phase));

  intent(index: number, token: string, how: { alone: boolean }): string {
    const task = this.at(index);
    if (inTheAir.includes(task.phase)) {
      if (task.lock !== token) return 'lostLock';
      if (task.phase === 'launching') Object.assign(task, { phase: 'unconfirmed', due: 'now' });
      return 'unconfirmed';
    }
    if (task.phase !== 'queued') return 'known';
    if (task.lock !== token) return 'lostLock';
    if (this.cancelled || task.cancelled) {
      this.#end(task, 'cancelled');
      return 'cancelled';
    }
    if (this.held) return 'held';
    if (this.inFlight().length >= mostInFlight) return 'full';
    if (how.alone && this.ofProcess('unconfirmed', processOfTask(index)).length > 0) return 'doubt';
    Object.assign(task, { phase: 'launching', attempt: task.attempt + 1, due: 'now' });
    return 'go';
  }

  launched(index: number, attempt: number, remoteId: string): string {
    const task = this.at(index);
    if (task.phase === 'running' && task.remoteId === remoteId) return 'known';
    const mayRun: readonly Phase[] = [...inTheAir, 'queued', 'parked'];
    if (attempt !== task.attempt || !mayRun.includes(task.phase)) return 'orphan';
    if ((this.owners.get(remoteId) ?? index) !== index) return 'claimed';
    this.owners.set(remoteId, index);
    Object.assign(task, { phase: 'running', remoteId, due: 'now' });
    return 'running';
  }

  lost(index: number, attempt: number): string {
    const task = this.at(index);
    if (task.phase !== 'launching' || task.attempt !== attempt) return 'moved';
    Object.assign(task, { phase: 'unconfirmed', due: 'now' });
    return 'unconfirmed';
  }

  requeue(index: number, attempt: number, sent: boolean): string {
    const task = this.at(index);
    if (!this.#isOut(task, attempt)) return 'moved';
    Object.assign(task, { phase: 'queued', due: undefined, attempt: sent ? attempt : attempt - 1 });
    return 'queued';
  }

  finish(index: number, attempt: number, as: EndedAs): string {
    const task = this.at(index);
    if (!this.#isOut(task, attempt)) return 'moved';
    this.#end(task, as);
    return 'ended';
  }

  claim(): number[] {
    const taken = this.indexes(({ due }) => due === 'now');
    for (const index of taken) this.at(index).due = { claim: this.claims.length };
    this.claims.push(taken);
    return taken;
  }

  /** @returns those that ended by it. */
  settle(claim: number, as: EndedAs | 'succeeded' | 'again'): number[] {
    const ended: number[] = [];
    for (const index of this.claims[claim] ?? []) {
      const task = this.at(index);
      const isHeld = typeof task.due === 'object' && task.due.claim === claim;
      if (!isHeld || (task.phase !== 'running' && task.phase !== 'unconfirmed')) continue;
      if (as === 'again') task.due = 'now';
      else {
        this.#end(task, as);
        ended.push(index);
      }
    }
    return ended;
  }

  timePasses(): void {
    for (const task of this.tasks) if (task.due !== undefined) task.due = 'now';
  }

  redrive(phases: readonly Phase[]): number {
    const back = this.indexes(({ phase }) => phases.includes(phase));
    for (const index of back) {
      const task = this.at(index);
      Object.assign(task, {
        phase: 'queued',
        due: undefined,
        remoteId: undefined,
        drive: task.drive + 1,
        cancelled: false,
      });
    }
    if (back.length > 0) this.cancelled = false;
    return back.length;
  }

  cancel(): { ended: number; remote: number } {
    this.cancelled = true;
    const queued = this.indexes(({ phase }) => phase === 'queued');
    const remote = this.inFlight();
    for (const index of remote) this.at(index).cancelled = true;
    for (const index of remote) if (this.at(index).phase !== 'launching') this.at(index).due = 'now';
    for (const index of queued) this.at(index).phase = 'cancelled';
    return { ended: queued.length, remote: remote.length };
  }

  close(index: number): void {
    const task = this.at(index);
    if (!this.inFlight().includes(index)) task.due = undefined;
  }

  #isOut = (task: ModelTask, attempt: number) => inTheAir.includes(task.phase) && task.attempt === attempt;

  #end(task: ModelTask, as: Phase): void {
    Object.assign(task, { phase: as, due: 'later', cancelled: false });
  }
}
