import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { batchJsonSchema } from './batch-schema.ts';
import { formatFault } from './fault.ts';
import { filledInputs, filledProcessGraph } from './inputs/fill.ts';
import { readBatch } from './read-batch.ts';
import { tasksOf } from './test-tasks.ts';

/** Lists of texts on one line, as the formatter wants them. */
function formatted(schema: object): string {
  return `${JSON.stringify(schema, null, 2).replace(/\[\n\s+([^[\]{}]*?)\n\s+\]/g, (_list, items: string) => {
    return `[${items.split(/,\n\s+/).join(', ')}]`;
  })}\n`;
}

// `vitest run packages/core -u` writes it anew.
test('the JSON Schema for editors says what the schema of batch files says', async () => {
  await expect(formatted(batchJsonSchema())).toMatchFileSnapshot('../schemas/batch.schema.json');
});

const examples = new URL('../../../examples/batches/', import.meta.url);

test('every example batch can be launched, and together they are a night to look at', () => {
  let tasks = 0;
  for (const name of readdirSync(examples).filter((entry) => entry.endsWith('.json'))) {
    const reading = readBatch(readFileSync(new URL(name, examples)));
    if (!reading.ok) throw new Error(`${name}: ${reading.faults.map(formatFault).join('; ')}`);
    tasks += reading.batch.processes.length * reading.batch.zones.length;
  }
  expect(tasks).toBeGreaterThanOrEqual(30);
  expect(tasks).toBeLessThanOrEqual(60);
});

test.each(['desp-insula', 'ogc-api-processes', 'openeo'])(
  'the examples for %s can be launched: every placeholder of every task is filled',
  (kind) => {
    const folder = new URL(`${kind}/`, examples);
    const names = readdirSync(folder);
    expect(names.length).toBeGreaterThan(0);
    for (const name of names) {
      const reading = readBatch(readFileSync(new URL(name, folder)));
      if (!reading.ok) throw new Error(`${name}: ${reading.faults.map(formatFault).join('; ')}`);
      for (const task of tasksOf(reading.batch)) {
        expect(JSON.stringify(filledProcessGraph(task) ?? filledInputs(task))).not.toMatch(/\{\{|\}\}\s*"/);
      }
    }
  },
);

test('the openEO example loads the very area of each zone', () => {
  const reading = readBatch(readFileSync(new URL('openeo/vineyards-of-the-medoc.json', examples)));
  const [task] = reading.ok ? tasksOf(reading.batch) : [];
  expect(task && filledProcessGraph(task)).toMatchObject({
    load: {
      arguments: {
        spatial_extent: { west: -0.7892, south: 45.1817, east: -0.7421, north: 45.2203 },
        temporal_extent: ['2026-06-01', '2026-07-01'],
      },
    },
    mean: { arguments: { geometries: task?.zone.geom } },
  });
});

test('the example with a fault has one, where its reader is told to look', () => {
  const reading = readBatch(readFileSync(new URL('with-a-fault/ports-of-brittany.json', examples)));
  if (reading.ok) throw new Error('the example has no fault');
  expect(reading.faults.map(formatFault)).toMatchInlineSnapshot(`
    [
      "line 32, column 92, zones[1].geom.coordinates[0][4]: found [-3.3317,47.7642], expected the first position again, [-3.3317,47.7542], to close the ring",
    ]
  `);
});
