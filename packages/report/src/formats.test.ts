import { familyIdPattern } from '@nightpass/engine';
import { startTestRedis, type TestRedis } from '@nightpass/runtime/test-redis';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createClock } from './clock.ts';
import { columns, text } from './csv.ts';
import { attribute } from './junit.ts';
import { reportJsonSchema, reportSchema } from './report-schema.ts';
import { hostile, mixedNight, type TestNight, testNight, textOut, zoneOf } from './test-night.ts';
import { type ReportFormat, writeReport } from './write-report.ts';

let server: TestRedis;
let night: TestNight;
beforeAll(async () => {
  server = await startTestRedis();
  night = await mixedNight(server);
});
afterAll(() => server.stop());

async function written(format: ReportFormat, { ledger, id }: TestNight = night): Promise<string> {
  const out = textOut();
  const done: number[] = [];
  const onProgress = (n: number, of: number) => done.push(n / of);
  const options = { clock: createClock('UTC'), versions: { nightpass: '0.1.0' }, onProgress };
  expect(await writeReport(ledger, id, format, out, options)).toBe(true);
  if (format !== 'junit') expect(done.at(-1)).toBe(1);
  return out.text();
}

/** RFC 4180, as a reader of it would. */
function parseCsv(csv: string): string[][] {
  const rows: string[][] = [[]];
  let cell = '';
  let quoted = false;
  for (let i = 0; i < csv.length; i++) {
    const sign = csv[i];
    if (quoted && sign === '"' && csv[i + 1] === '"') cell += csv[i++];
    else if (sign === '"') quoted = !quoted;
    else if (!quoted && sign === ',') {
      rows.at(-1)?.push(cell);
      cell = '';
    } else if (!quoted && sign === '\r' && csv[i + 1] === '\n') {
      rows.at(-1)?.push(cell);
      cell = '';
      i += 1;
      if (i + 1 < csv.length) rows.push([]);
    } else cell += sign;
  }
  return rows;
}

describe('CSV', () => {
  test('has a row for each task, each with every column', async () => {
    const [head, ...rows] = parseCsv(await written('csv'));
    expect(head).toEqual([...columns]);
    expect(rows).toHaveLength(60);
    expect(rows.every((row) => row.length === columns.length)).toBe(true);
    const of = (row: string[] | undefined, name: (typeof columns)[number]) => row?.[columns.indexOf(name)];
    const failed = rows.find((row) => of(row, 'task') === `${night.id}-1-0`);
    expect([of(failed, 'phase'), of(failed, 'reason'), of(failed, 'remote_job_id')]).toEqual([
      'failed',
      'Out of memory on node 0',
      'r-30',
    ]);
    expect(of(failed, 'family')).toMatch(familyIdPattern);
    expect(of(failed, 'duration_seconds')).toBe('240');
    const named = rows.find((row) => of(row, 'zone') === '7');
    expect(of(named, 'location')).toBe(hostile);
  });

  test('any text comes back as it was, and none of it is a formula', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[=+\-@\t\r"',;\n]{1,4}.{0,5}$/)), (value) => {
        const [[cell = ''] = []] = parseCsv(`${text(value)},\r\n`);
        expect([value, `'${value}`]).toContain(cell);
        expect(cell).not.toMatch(/^[=+\-@\t\r]/);
      }),
    );
  });
});

test('GeoJSON has each zone with the outcome of each process', async () => {
  const map = JSON.parse(await written('geojson'));
  expect(map).toMatchObject({ type: 'FeatureCollection', batch: night.id, phases: { succeeded: 50 } });
  expect(map.features).toHaveLength(30);
  expect(map.features[12]).toMatchObject({
    type: 'Feature',
    geometry: { type: 'Polygon' },
    properties: { zone: 12, outcome: 'parked', p0_phase: 'parked', p1_name: 'Process 1', p1_phase: 'parked' },
  });
});

test('JSON is what its schema says, with the account and every task', async () => {
  const report = reportSchema.parse(JSON.parse(await written('json')));
  expect(report.results).toHaveLength(60);
  expect(report.families.map(({ count }) => count)).toEqual([6, 2, 1, 1]);
  const ofFamily = report.results.filter(({ family }) => family === report.families[0]?.id);
  expect(ofFamily).toHaveLength(6);
  expect(report).toMatchObject({ batch: night.id, over: true, launches: 60, phases: { parked: 2 } });
});

// `vitest run packages/report/src/formats.test.ts --update` writes it anew.
test('the JSON Schema that is shipped is that of the report', async () => {
  const json = `${JSON.stringify(reportJsonSchema(), undefined, 2)}\n`;
  await expect(json).toMatchFileSnapshot('../schemas/report.schema.json');
});

describe('JUnit', () => {
  test('has a suite for each process, its failures with their reason, and what is parked as skipped', async () => {
    const xml = await written('junit');
    const suites = [...xml.matchAll(/<testsuite .*?<\/testsuite>/gs)].map(([suite]) => suite);
    expect(suites).toHaveLength(2);
    expect(suites[1]).toMatch(/^<testsuite id="1" name="Process 1" .* tests="30" failures="6" errors="0" skipped="1">/);
    expect(xml).toContain('<failure type="remote-failed" message="Out of memory on node 0">');
    expect(xml).toContain('<skipped message="parked: list-says-nothing: 2 jobs fit task 12"/>');
    expect(xml.match(/<testcase /g)).toHaveLength(60);
    expect(xml).not.toContain('<img');
  });

  test('whatever a text holds, it is well-formed in an attribute', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (value) => {
        expect(attribute(value)).toMatch(/^[^<>"\p{Cs}]*$/u);
        expect(attribute(value)).not.toMatch(/&(?!(amp|lt|gt|quot);)/);
        // biome-ignore lint/suspicious/noControlCharactersInRegex: XML cannot hold them
        expect(attribute(value)).not.toMatch(/[\u0000-\u001f\ufffe\uffff]/);
      }),
    );
  });

  test('tasks that are not over are skipped, and say so', async () => {
    const open = await testNight(server, { processes: 1, zones: [zoneOf(0), zoneOf(1)] });
    await open.end(0, 0, 'running');
    const xml = await written('junit', open);
    expect(xml).toContain('skipped="2"');
    expect(xml).toContain('<skipped message="not over: queued"/>');
  });
});

test.each(['html', 'csv', 'geojson', 'json', 'junit'] as const)('of no batch, %s is not written', async (format) => {
  const out = textOut();
  const gone = 'b000000000000' as TestNight['id'];
  expect(await writeReport(night.ledger, gone, format, out, { clock: createClock('UTC'), versions: {} })).toBe(false);
  expect(out.text()).toBe('');
});
