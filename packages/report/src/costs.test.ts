import { startTestRedis, type TestRedis } from '@nightpass/runtime/test-redis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createClock } from './clock.ts';
import { createCosts } from './costs.ts';
import { reportSchema } from './report-schema.ts';
import { hostile, type TestNight, testNight, textOut, zoneOf } from './test-night.ts';
import { amount } from './words.ts';
import { type ReportFormat, writeReport } from './write-report.ts';

let server: TestRedis;
let night: TestNight;
const paid = { costUnit: 'credits' };
beforeAll(async () => {
  server = await startTestRedis();
  night = await testNight(server, { processes: 2, zones: [zoneOf(0), zoneOf(1), zoneOf(2)] });
  await night.end(0, 0, 'succeeded', { ...paid, cost: '4.1', costTotal: '4.1' });
  await night.end(0, 1, 'failed', { ...paid, cost: '4.2', costTotal: '8.3', drive: 2, rule: 'remote-failed' });
  await night.end(0, 2, 'failed', { rule: 'http-400', reason: 'no' });
  await night.end(1, 0, 'queued', { ...paid, costTotal: '2' });
  await night.end(1, 1, 'succeeded');
  await night.end(1, 2, 'succeeded', { costUnit: hostile, cost: '1', costTotal: '1' });
  await night.over();
});
afterAll(() => server.stop());

async function written(format: ReportFormat, { ledger, id }: TestNight = night): Promise<string> {
  const out = textOut();
  expect(await writeReport(ledger, id, format, out, { clock: createClock('UTC'), versions: {} })).toBe(true);
  return out.text();
}

test('JSON has what each task cost, and sums by process and by provider that say of how many they are told', async () => {
  const { costs, processes, results } = reportSchema.parse(JSON.parse(await written('json')));
  expect(costs[0]).toEqual({ provider: 'airbus', unit: 'credits', total: 14.4, tasks: 3, of: 6 });
  expect(costs[1]).toMatchObject({ unit: hostile, total: 1, tasks: 1, of: 6 });
  expect(processes[0]?.costs).toEqual([{ unit: 'credits', total: 12.4, tasks: 2 }]);
  expect(results.map(({ task, cost }) => [task.slice(night.id.length), cost?.amount, cost?.total])).toEqual([
    ['-0-0', 4.1, 4.1],
    ['-1-0', null, 2],
    ['-0-1', 4.2, 8.3],
    ['-1-1', undefined, undefined],
    ['-0-2', undefined, undefined],
    ['-1-2', 1, 1],
  ]);
});

test('CSV and JUnit have them too, and nothing where nothing was told', async () => {
  const rows = (await written('csv')).split('\r\n');
  expect(rows[0]).toMatch(/,family,cost,cost_total,cost_unit$/);
  expect(rows.find((row) => row.startsWith(`${night.id}-0-1,`))).toMatch(/,4\.2,8\.3,credits$/);
  expect(rows.find((row) => row.startsWith(`${night.id}-1-1,`))).toMatch(/,,,$/);
  const xml = await written('junit');
  expect(xml).toContain('<property name="cost" value="8.3"/><property name="cost_unit" value="credits"/>');
  expect(xml.match(/<properties>/g)).toHaveLength(4);
  expect(xml).not.toContain('<img');
});

test('the page tells the sum, of how many tasks it was told, and what each process cost', async () => {
  const page = await written('html');
  expect(page).toMatch(/Cost so far: <b>14\.4 .*credits.*<\/b> on airbus, told for 3 of 6 tasks\./);
  expect(page).toMatch(/12\.4 .*credits.*told for 2 of 3/);
  expect(page).not.toContain('<img src=x');
});

test('where no platform tells costs, the page has no word of them', async () => {
  const free = await testNight(server, { processes: 1, zones: [zoneOf(0)] });
  await free.end(0, 0, 'succeeded');
  await free.over();
  expect(await written('html', free)).not.toMatch(/>Cost/);
});

test('sums stay within their provider: credits of one are not those of another', () => {
  const costs = createCosts();
  for (const processIndex of [0, 1, 2]) {
    costs.add({ processIndex, cost: { unit: 'credits', amount: 0.1, total: 0.1 } });
  }
  expect(costs.perProvider({ providers: ['a', 'b', 'a'], zoneCount: 5 })).toEqual([
    { provider: 'a', unit: 'credits', total: 0.2, tasks: 2, of: 10 },
    { provider: 'b', unit: 'credits', total: 0.1, tasks: 1, of: 5 },
  ]);
});

test.each([
  [0, '0'],
  [0.000_412, '0.000412'],
  [4, '4'],
  [12.984, '12.98'],
  [1_234_567.5, '1,234,567.5'],
])('%d is said as %s', (n, said) => {
  expect(amount(n)).toBe(said);
});
