/**
 * One reading of a list serves all who asked before it began: it shows whatever they look for. Who asks while it is
 * under way waits for the next, since theirs may have come to be behind its back. All who share are of one process:
 * what stops one of them stops them all.
 */
export function createSharedReading<T>(): (key: string, read: () => Promise<T>) => Promise<T> {
  const readings = new Map<string, { running: Promise<unknown>; next: Promise<T> | undefined }>();
  return (key, read) => {
    const there = readings.get(key);
    if (there?.next) return there.next;
    const begin = () => {
      const running = read();
      const mine = { running, next: undefined };
      readings.set(key, mine);
      const forget = () => {
        if (readings.get(key) === mine && !mine.next) readings.delete(key);
      };
      running.then(forget, forget);
      return running;
    };
    if (!there) return begin();
    there.next = there.running.then(begin, begin);
    return there.next;
  };
}
