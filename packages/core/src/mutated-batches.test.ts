import { expect, test } from 'vitest';
import { filledInputs, filledProcessGraph } from './inputs/fill.ts';
import { readBatch } from './read-batch.ts';
import type { Task } from './task.ts';
import { wrongWith } from './test-batch-check.ts';
import { type MutationKind, mutatedBatch } from './test-mutations.ts';
import { tasksOf } from './test-tasks.ts';
import { costOf, goodMegabyteMs } from './test-yardstick.ts';

/** Ten thousand files, each spoilt in some way. The seed of each is its number: what fails is named by it. */

const files = 10_000;
/** Times what a good megabyte costs. Whatever looked back or recursed would cost a hundred times as much, and more. */
const dearest = 20;

/** Placeholders that would be sent as they are. */
function placeholdersLeft(task: Task): string[] {
  const sent = JSON.stringify([filledInputs(task), filledProcessGraph(task) ?? {}]);
  return sent.match(/\{\{\s*(zone|process|batch|task)\./g) ?? [];
}

test('of 10,000 spoilt files each is refused with a place and a reason, or is a batch in every respect', () => {
  const accepted: Partial<Record<MutationKind, number>> = {};
  const refused: Partial<Record<MutationKind, number>> = {};
  let [bytes, ms] = [0, 0];
  for (let seed = 0; seed < files; seed++) {
    const { kind, file } = mutatedBatch(seed);
    const { ms: its, result: reading } = costOf(() => readBatch(file));
    ms += its;
    bytes += file.length;
    if (reading.ok) {
      accepted[kind] = (accepted[kind] ?? 0) + 1;
      expect({ seed, kind, wrong: wrongWith(file, reading.batch) }).toEqual({ seed, kind, wrong: [] });
      for (const task of tasksOf(reading.batch))
        expect({ seed, left: placeholdersLeft(task) }).toEqual({ seed, left: [] });
      continue;
    }
    refused[kind] = (refused[kind] ?? 0) + 1;
    const placed = reading.faults.every(
      ({ line, column, found, expected }) =>
        Number.isInteger(line) &&
        line >= 1 &&
        Number.isInteger(column) &&
        column >= 1 &&
        found !== '' &&
        expected !== '',
    );
    const told = reading.faults.length >= 1 && reading.faults.length === Math.min(reading.faultCount, 100);
    expect({ seed, kind, placed, told }).toEqual({ seed, kind, placed: true, told: true });
  }
  // Both outcomes of each kind, or the mutators are not worth their name. No size makes a good file but white space.
  for (const kind of ['bytes', 'structure', 'geometry', 'encodings', 'sizes'] as const) {
    expect([kind, (accepted[kind] ?? 0) > 20, (refused[kind] ?? 0) > 200]).toEqual([kind, true, true]);
  }
  // What is spoilt costs more to read than what is good: a place is looked for, and words for it.
  expect(ms).toBeLessThan(dearest * goodMegabyteMs() * (bytes / 1024 ** 2));
}, 120_000);

/** What costs a reader that looks back, or that recurses, much more than it costs to write. */
const heavy: [string, () => string][] = [
  ['a million open brackets', () => '['.repeat(1_000_000)],
  ['a million open objects', () => '{"a":'.repeat(200_000)],
  ['one string of a megabyte without its end', () => `"${'a'.repeat(1_000_000)}`],
  ['a megabyte of backslashes in a string', () => `{"a":"${'\\'.repeat(1_000_000)}`],
  ['a number of a megabyte', () => `{"a":${'9'.repeat(1_000_000)}}`],
  ['a hundred thousand lines with a fault each', () => `{"processes":[],"zones":[\n${'nul,\n'.repeat(100_000)}]}`],
  ['a hundred thousand keys of one name', () => `{${'"a":1,'.repeat(100_000)}"b":1}`],
  ['a hundred thousand zones that are null', () => `{"processes":[null],"zones":[${'null,'.repeat(100_000)}null]}`],
  ['one ring of two hundred thousand wrong positions', () => ringOf('[181,91]', 100_000)],
  ['one ring of positions that never closes', () => ringOf('[1,1]', 160_000)],
  ['two hundred thousand rings that are null', () => polygonOf('null,'.repeat(200_000))],
  ['a hundred thousand rings that never close', () => polygonOf('[[0,0],[1,0],[1,1],[0,1]],'.repeat(100_000))],
  ['many ways to misspell the second image', () => misspelt(130_000)],
  ['a megabyte of bytes that are no UTF-8, in one line', () => `{"a":"${'\u0080'.repeat(1_000_000)}"}`],
  ['a megabyte of white space before nothing', () => ' \r\n\t'.repeat(250_000)],
];
const polygonOf = (rings: string) =>
  `{"processes":[{}],"zones":[{"geom":{"type":"Polygon","coordinates":[${rings}[[0,0]]]}}]}`;
const ringOf = (position: string, times: number) => polygonOf(`[[0,0],${`${position},`.repeat(times)}[0,1]],`);
const misspelt = (times: number) =>
  `{"processes":[],"zones":[{${Array.from({ length: times }, (_, i) => `"image${i.toString(2).replaceAll('0', '-').replaceAll('1', '_')}2":0`)}}]}`;

test.each(heavy)(
  '%s: refused with its place, and not slowly',
  (name, textOf) => {
    const file = Buffer.from(textOf(), name.includes('no UTF-8') ? 'latin1' : 'utf8');
    const { ms, result: reading } = costOf(() => readBatch(file));
    if (reading.ok) throw new Error('it was accepted');
    expect(reading.faults[0]).toMatchObject({ line: expect.any(Number), column: expect.any(Number) });
    expect(reading.faults.length).toBeLessThanOrEqual(100);
    for (const { found, expected, path } of reading.faults) {
      expect([found.length, expected.length, path.length].every((length) => length < 400)).toBe(true);
    }
    expect(ms).toBeLessThan(dearest * goodMegabyteMs() * Math.max(1, file.length / 1024 ** 2));
  },
  60_000,
);

test('of a ring with a hundred thousand wrong positions the first hundred are told, and each is counted', () => {
  const reading = readBatch(ringOf('[181,0]', 100_000).replace('[{}]', '[]'));
  if (reading.ok) throw new Error('it was accepted');
  // And: no process, no image, no location, a first ring that does not close, a second of one position.
  expect(reading.faultCount).toBe(100_000 + 5);
  expect(reading.faults.at(-1)).toMatchObject({ line: 1, found: 'the number 181' });
}, 60_000);
