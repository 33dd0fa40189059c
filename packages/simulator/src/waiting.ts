interface Waiter {
  check(): boolean;
  giveUp(reason: string): void;
}

/** States of jobs change with time alone, without any request: they are looked at so often while someone waits. */
const lookEveryMs = 20;

/** Promises that are kept as soon as something is true. */
export class Waiting {
  #waiters = new Set<Waiter>();
  #woken = false;

  /** Call whenever something may have changed; calls in one turn of the event loop cost one check. */
  wake(): void {
    if (this.#woken || this.#waiters.size === 0) return;
    this.#woken = true;
    setImmediate(() => {
      this.#woken = false;
      for (const waiter of this.#waiters) waiter.check();
    });
  }

  /**
   * Gives what `predicate` gives, once that is neither false nor undefined.
   * @throws Error when it has not come true within `timeoutMs`, with what `describe` says then.
   */
  until<T>(predicate: () => T | false | undefined, timeoutMs: number, describe: () => string): Promise<T> {
    return new Promise((resolve, reject) => {
      const end = (settle: () => void) => {
        clearInterval(look);
        clearTimeout(limit);
        this.#waiters.delete(waiter);
        settle();
      };
      const waiter: Waiter = {
        check: () => {
          try {
            const value = predicate();
            if (value === false || value === undefined) return false;
            end(() => resolve(value));
          } catch (error) {
            end(() => reject(error));
          }
          return true;
        },
        giveUp: (reason) => end(() => reject(new Error(reason))),
      };
      const look = setInterval(() => waiter.check(), lookEveryMs);
      const limit = setTimeout(() => {
        if (!waiter.check()) waiter.giveUp(`not true within ${timeoutMs} ms; ${describe()}`);
      }, timeoutMs);
      this.#waiters.add(waiter);
      waiter.check();
    });
  }

  close(): void {
    for (const waiter of this.#waiters) waiter.giveUp('the simulator was closed');
  }
}
