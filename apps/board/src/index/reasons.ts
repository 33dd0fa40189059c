import { setTimeout as sleep } from 'node:timers/promises';
import { type BatchRecord, foldText, type LedgerContext, refAt, shapeOf } from '@nightpass/engine';

/**
 * Why tasks ended badly, by their place in the grid: read once for each, in the background, and held as often as they
 * differ. Beyond a hundred thousand different texts only their shapes are held, and found.
 */
export interface Reasons {
  /** To be read, since their task has just ended badly. */
  want(indexes: readonly number[]): void;
  /** Their task has moved on. */
  forget(indexes: readonly number[]): void;
  /** Resolves when all that were wanted are read, or after so long. @returns whether all are */
  settled(withinMs: number): Promise<boolean>;
  isComplete(): boolean;
  /** Counts up with what is read and forgotten. */
  version(): number;
  /** For each place, 0 or the number of its text. */
  readonly ofTask: Uint32Array;
  /** A byte a text: 1 where it has that part. */
  having(part: string): Uint8Array;
  ofFamily(id: string): Uint8Array;
  bytes(): number;
  stop(): void;
}

const mostTexts = 100_000;
const mostLetters = 400;
const chunkSize = 500;
/** Redis is the launches' first. */
const restMs = 4;

export function createReasons(ledger: LedgerContext, batch: BatchRecord): Reasons {
  const ofTask = new Uint32Array(batch.taskCount);
  const texts: string[] = [''];
  const families: string[] = [''];
  const known = new Map<string, number>();
  const wanted = new Set<number>();
  let letters = 0;
  let version = 0;
  let stopped = false;
  let reading: Promise<void> | undefined;

  function numberOf(rule: string, reason: string, message: string): number {
    const said = `${reason}\n${message}`.slice(0, mostLetters);
    const exact = `${rule}\n${said}`;
    const before = known.get(exact);
    if (before !== undefined) return before;
    const shape = shapeOf(rule, reason);
    const isFull = texts.length > mostTexts;
    const key = isFull ? `shape ${shape.id}` : exact;
    const there = known.get(key);
    if (there !== undefined) return there;
    const text = foldText(isFull ? shape.text : said);
    letters += text.length + exact.length;
    texts.push(text);
    families.push(shape.id);
    known.set(key, texts.length - 1);
    return texts.length - 1;
  }

  async function readAll(): Promise<void> {
    while (wanted.size > 0 && !stopped) {
      const chunk: number[] = [];
      for (const index of wanted) {
        chunk.push(index);
        if (chunk.length === chunkSize) break;
      }
      const pipeline = ledger.redis.pipeline();
      for (const index of chunk) pipeline.hmget(ledger.keys.task(refAt(index, batch)), 'rule', 'reason', 'message');
      const replies = (await pipeline.exec()) ?? [];
      for (const [i, index] of chunk.entries()) {
        const [rule, reason, message] = (replies[i]?.[1] ?? []) as (string | null)[];
        // Forgotten while it was being read: its task has moved on.
        if (wanted.delete(index)) ofTask[index] = numberOf(rule ?? '', reason ?? '', message ?? '');
      }
      version += 1;
      await sleep(restMs);
    }
  }

  const begin = () => {
    reading ??= readAll()
      .catch(() => undefined)
      .finally(() => {
        reading = undefined;
      });
  };
  const maskOf = (list: readonly string[], is: (text: string) => boolean) => {
    const mask = new Uint8Array(list.length);
    for (let i = 1; i < list.length; i++) if (is(list[i] ?? '')) mask[i] = 1;
    return mask;
  };

  return {
    ofTask,
    want(indexes) {
      for (const index of indexes) wanted.add(index);
      if (wanted.size > 0) begin();
    },
    version: () => version,
    forget(indexes) {
      version += 1;
      for (const index of indexes) {
        wanted.delete(index);
        ofTask[index] = 0;
      }
    },
    isComplete: () => wanted.size === 0,
    async settled(withinMs) {
      if (wanted.size > 0) begin();
      if (reading) await Promise.race([reading, sleep(withinMs)]);
      return wanted.size === 0;
    },
    having(part) {
      const folded = foldText(part);
      return maskOf(texts, (text) => text.includes(folded));
    },
    ofFamily: (id) => maskOf(families, (family) => family === id),
    bytes: () => ofTask.byteLength + letters * 2 + texts.length * 120 + wanted.size * 40,
    stop() {
      stopped = true;
    },
  };
}
