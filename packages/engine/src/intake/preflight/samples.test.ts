import { type BatchContent, type BatchId, type JsonObject, readBatch } from '@nightpass/core';
import { expect, test } from 'vitest';
import { batchFile } from '../test-inbox.ts';
import { samplesOf } from './samples.ts';

const id = 'b0123456789ab' as BatchId;

function contentOf(file: object): BatchContent {
  const reading = readBatch(JSON.stringify(file));
  if (!reading.ok) throw new Error(JSON.stringify(reading.faults));
  return reading.batch;
}

/** A batch of one process with these inputs, and zones that have `level` as given. */
function batchWith(inputs: JsonObject, levels: unknown[]): BatchContent {
  const file = batchFile({ zones: levels.length }) as { zones: object[]; processes: object[] };
  return contentOf({
    processes: file.processes.map((process) => ({ ...process, inputs })),
    zones: file.zones.map((zone, i) => ({ ...zone, level: levels[i] })),
  });
}

const asked = (content: BatchContent) =>
  samplesOf(
    content,
    id,
    content.processes.map(() => 'p'),
  ).map(({ task }) => `${task.processIndex}-${task.zoneIndex}`);

test('of zones that differ in values only, the first is asked about', () => {
  expect(asked(contentOf(batchFile({ processes: 2, zones: 300 })))).toEqual(['0-0', '1-0']);
  expect(asked(batchWith({ level: '{{zone.level}}', area: '{{zone.geom}}' }, [1, 2, 3]))).toEqual(['0-0']);
});

test('zones whose inputs are of another type or form are asked about as well', () => {
  const levels = [1, 2, 'high', 2.5, ['a'], ['b'], { a: 1 }, { b: 1 }, true, 7];
  expect(asked(batchWith({ level: '{{zone.level}}' }, levels))).toEqual([
    '0-0',
    '0-2',
    '0-3',
    '0-4',
    '0-6',
    '0-7',
    '0-8',
  ]);
});

test('a zone of two images is another one than a zone of one', () => {
  const file = batchFile({ zones: 4 }) as { zones: object[] };
  const zones = file.zones.map((zone, i) => (i === 2 ? { ...zone, image_2_id: 'b' } : zone));
  expect(asked(contentOf({ ...file, zones }))).toEqual(['0-0', '0-2']);
});

test('however many shapes there are, the questions are bounded', () => {
  const levels = Array.from({ length: 50 }, (_, n) => ({ [`key-${n}`]: n }));
  expect(asked(batchWith({ level: '{{zone.level}}' }, levels))).toHaveLength(8);
  const many = contentOf(batchFile({ processes: 2000, zones: 2 }));
  expect(asked(many)).toHaveLength(500);
});

test('of a large batch, zones are looked at in even steps', () => {
  const content = batchWith({ level: '{{zone.level}}' }, [1]);
  const [zone] = content.zones;
  if (!zone) throw new Error('no zone');
  const levels: Record<number, string> = { 5: 'seen', 7: 'not seen' };
  const zones = Array.from({ length: 100_000 }, (_, i) => ({ ...zone, extras: { level: levels[i] ?? 1 } }));
  expect(asked({ ...content, zones })).toEqual(['0-0', '0-5']);
});
