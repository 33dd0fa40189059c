import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OpenAnswer } from '@nightpass/core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type FetchOptions, fetchFile } from './fetch-file.ts';
import { createRoom, NoRoom, type ReadSpace } from './room.ts';

const gib = 1024 ** 3;
const mib = 1024 ** 2;
let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'nightpass-fetch-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const plenty: ReadSpace = async () => ({ totalBytes: 100 * gib, freeBytes: 90 * gib });
const space =
  (totalBytes: number, freeBytes: number): ReadSpace =>
  async () => ({ totalBytes, freeBytes });

async function* pieces(...parts: (string | Uint8Array | Error)[]): AsyncGenerator<Uint8Array, void> {
  for (const part of parts) {
    if (part instanceof Error) throw part;
    yield Buffer.from(part);
  }
}
const opened = (fromByte: number, sizeBytes: number | undefined, ...parts: Parameters<typeof pieces>): OpenAnswer => ({
  kind: 'open',
  fromByte,
  sizeBytes,
  body: pieces(...parts),
  etag: '"one"',
});

/** Gives these answers in turn. */
function fetching(answers: OpenAnswer[], also: Partial<FetchOptions> = {}) {
  const asked: Parameters<FetchOptions['open']>[0][] = [];
  const options: FetchOptions = {
    open: async (from) => {
      asked.push(from);
      return answers.shift() ?? { kind: 'gone', reason: 'nothing more' };
    },
    room: createRoom(dir, plenty),
    signal: new AbortController().signal,
    onBytes: () => {},
    pauseMs: 1,
    ...also,
  };
  const wanted = { path: join(dir, 't', 'a.bin'), sizeBytes: undefined, sha256: undefined };
  return { asked, run: (more: object = {}) => fetchFile({ ...wanted, ...more }, options) };
}
const filesIn = () => readdir(join(dir, 't'));
const cut = new Error('cut');
const lost: OpenAnswer = { kind: 'ambiguous', rule: 'lost', reason: 'lost' };

describe('one file', () => {
  test('it goes on after each cut, and stands under its name only when it is whole', async () => {
    const { asked, run } = fetching([opened(0, 6, 'ab', cut), lost, opened(2, 6, 'cd'), opened(4, 6, 'ef')]);
    expect(await run()).toMatchObject({ kind: 'fetched', size: 6 });
    expect(asked.map(({ byte, etag }) => [byte, etag])).toEqual([
      [0, undefined],
      [2, '"one"'],
      [2, '"one"'],
      [4, '"one"'],
    ]);
    expect(await filesIn()).toEqual(['a.bin']);
    expect(await readFile(join(dir, 't', 'a.bin'), 'utf8')).toBe('abcdef');
  });

  test('another run goes on where this one stopped, but for what is soon there again', async () => {
    const big = Buffer.alloc(2 * mib, 'x');
    const first = fetching([opened(0, big.length, big.subarray(0, mib), cut), ...Array(5).fill(lost)]);
    expect(await first.run()).toMatchObject({ kind: 'failed', reason: 'lost' });
    expect((await filesIn()).sort()).toEqual(['a.bin.part', 'a.bin.part.json']);
    const second = fetching([opened(mib, big.length, big.subarray(mib))]);
    expect(await second.run()).toMatchObject({ kind: 'fetched', size: big.length });
    expect(second.asked).toEqual([{ byte: mib, etag: '"one"' }]);
    expect(await filesIn()).toEqual(['a.bin']);
    expect((await readFile(join(dir, 't', 'a.bin'))).equals(big)).toBe(true);
  });

  test('a source that begins at the beginning again is taken from there', async () => {
    const { run } = fetching([opened(0, 4, 'ab', cut), opened(0, 4, 'wxyz')]);
    expect(await run()).toMatchObject({ kind: 'fetched', size: 4 });
    expect(await readFile(join(dir, 't', 'a.bin'), 'utf8')).toBe('wxyz');
  });

  test('a rest of another size than before is not joined to what is there', async () => {
    const { asked, run } = fetching([opened(0, 4, 'ab', cut), opened(2, 5, 'cde'), opened(0, 5, 'vwxyz')]);
    expect(await run()).toMatchObject({ kind: 'fetched', size: 5 });
    expect(asked.map(({ byte }) => byte)).toEqual([0, 2, 0]);
  });

  test('a rest of what had no size is joined by its tag alone', async () => {
    const { asked, run } = fetching([opened(0, undefined, 'ab', cut), opened(2, 4, 'cd')]);
    expect(await run()).toMatchObject({ kind: 'fetched', size: 4 });
    expect(asked.map(({ byte }) => byte)).toEqual([0, 2]);
    const untagged = { ...opened(2, 4, 'cd'), etag: undefined } as OpenAnswer;
    const other = fetching([opened(0, undefined, 'ab', cut), untagged, opened(0, 4, 'abcd')]);
    expect(await other.run()).toMatchObject({ kind: 'fetched', size: 4 });
    expect(other.asked.map(({ byte }) => byte)).toEqual([0, 2, 0]);
  });

  test('two halves that do not fit are fetched once more whole; then it is an error, and nothing is left', async () => {
    const halves = () => [opened(0, 4, 'ab', cut), opened(2, 4, 'xx')];
    const sha256 = '88d4266fd4e6338d13b845fcf289579d209c897823b9217da3e161936f031589';
    expect(await fetching([...halves(), opened(0, 4, 'abcd')]).run({ sha256 })).toMatchObject({ kind: 'fetched' });
    await rm(join(dir, 't'), { recursive: true });
    const { run } = fetching([...halves(), ...halves()]);
    expect(await run({ sha256 })).toEqual({ kind: 'refused', reason: 'its sha256 is not the one that was said' });
    expect(await filesIn()).toEqual([]);
  });

  test('more than was said is not written', async () => {
    const { run } = fetching([opened(0, undefined, 'abc', 'def')]);
    expect(await run({ sizeBytes: 5 })).toMatchObject({ kind: 'refused' });
    expect(await filesIn()).toEqual([]);
  });

  test('an empty file is a file', async () => {
    expect(await fetching([opened(0, 0)]).run()).toMatchObject({ kind: 'fetched', size: 0 });
    expect(await filesIn()).toEqual(['a.bin']);
  });

  test('a held provider is not waited for; one that asks for a minute is', async () => {
    const held: OpenAnswer = { kind: 'notSent', rule: 'no-slot', reason: 'held' };
    const { asked, run } = fetching([held, opened(0, 1, 'a')]);
    expect(await run()).toEqual({ kind: 'failed', reason: 'held' });
    expect(asked).toHaveLength(1);
    const throttled: OpenAnswer = { kind: 'throttled', rule: '429', reason: 'slow down', retryAfterMs: 40 };
    const startMs = performance.now();
    expect(await fetching([throttled, opened(0, 1, 'a')]).run()).toMatchObject({ kind: 'fetched' });
    expect(performance.now() - startMs).toBeGreaterThan(39);
    const forever: OpenAnswer = { ...throttled, retryAfterMs: 86_400_000 };
    expect(await fetching([forever]).run()).toEqual({ kind: 'failed', reason: 'slow down' });
  });
});

describe('room on the disk', () => {
  test('a file that would leave less than 5 %, or less than 1 GiB, is not begun', async () => {
    for (const [total, free, size, fits] of [
      [100 * gib, 6 * gib, gib, true],
      [100 * gib, 6 * gib, gib + 1, false],
      [4 * gib, 2 * gib, gib, true],
      [4 * gib, 2 * gib, gib + 1, false],
    ] as const) {
      const claim = createRoom(dir, space(total, free)).claim(size);
      await (fits ? expect(claim).resolves.toBeDefined() : expect(claim).rejects.toThrow(NoRoom));
    }
    const room = createRoom(dir, space(100 * gib, 5 * gib));
    await expect(fetching([opened(0, 3, 'abc')], { room }).run()).rejects.toThrow('must be left');
    expect(await filesIn()).toEqual([]);
  });

  test('what one file was promised another does not get, until it is written or given up', async () => {
    const room = createRoom(dir, space(100 * gib, 8 * gib));
    const first = await room.claim(2 * gib);
    await expect(room.claim(2 * gib)).rejects.toThrow(NoRoom);
    first.release();
    const second = await room.claim(2 * gib);
    await second.written(2 * gib);
    await expect(room.claim(2 * gib)).resolves.toBeDefined();
  });

  test('a file of unknown size stops when the room does, and leaves nothing', async () => {
    let free = 6 * gib;
    const room = createRoom(dir, async () => ({ totalBytes: 100 * gib, freeBytes: free }));
    const chunk = Buffer.alloc(16 * mib);
    const onBytes = () => {
      free = 5 * gib;
    };
    const { run } = fetching([opened(0, undefined, chunk, chunk, chunk)], { room, onBytes });
    await expect(run()).rejects.toThrow(NoRoom);
    expect(await filesIn()).toEqual([]);
  });
});
