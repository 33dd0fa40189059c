import type { Listing } from './list-jobs.ts';

/**
 * One reading of a list serves all who asked before it began: it shows whatever they look for. Who asks while it is
 * under way waits for the next, since theirs may have come to be behind its back.
 */
export function createSharedListing(): (key: string, read: () => Promise<Listing>) => Promise<Listing> {
  const lists = new Map<string, { running: Promise<unknown>; next: Promise<Listing> | undefined }>();
  return (key, read) => {
    const list = lists.get(key);
    if (list?.next) return list.next;
    const begin = () => {
      const running = read();
      const mine = { running, next: undefined };
      lists.set(key, mine);
      const forget = () => {
        if (lists.get(key) === mine && !mine.next) lists.delete(key);
      };
      running.then(forget, forget);
      return running;
    };
    if (!list) return begin();
    list.next = list.running.then(begin, begin);
    return list.next;
  };
}
