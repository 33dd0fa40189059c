import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Simulator, startSimulator } from '@nightpass/simulator';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openWorkplace, quickConfig, type Workplace } from '../test-command.ts';

let platform: Simulator;
let place: Workplace;
beforeEach(async () => {
  const processes = [
    { id: 'vessels', projects: ['project'] },
    { id: 'change', images: 2 as const, firstImageField: 'imageId1' as const },
  ];
  platform = await startSimulator({ kind: 'airbus-playground', tokens: ['test-token'], behaviour: { processes } });
  place = await openWorkplace({ TEST_TOKEN: 'test-token' });
  await place.configure(quickConfig(platform.url));
});
afterEach(async () => {
  await place.close();
  await platform.close();
});

/** A process a line from line 3 on. */
async function batch(processes: object[], zones = 1, more: object = {}): Promise<string> {
  const rows = processes.map((process) =>
    JSON.stringify({ name: 'P', dataset_id: 'd', project_id: 'project', ...process }),
  );
  const geom = '{"type":"Polygon","coordinates":[[[1,1],[2,1],[2,2],[1,1]]]}';
  const zone = (n: number) => `{"image_id":"i${n}","location":"Place ${n}","geom":${geom}}`;
  const rest = Object.entries(more).map(([key, value]) => `,\n${JSON.stringify(key)}: ${JSON.stringify(value)}`);
  const text = `{\n"processes": [\n${rows.join(',\n')}\n],\n"zones": [${Array.from({ length: zones }, (_, n) => zone(n))}]${rest.join('')}\n}\n`;
  const path = join(place.dir, 'batch.json');
  await writeFile(path, text);
  return path;
}

test('a batch that its platform would take is good, and is told how many tasks were asked about', async () => {
  const path = await batch([{ id: 'vessels' }], 40);
  const { code, stdout } = await place.run('validate', '--online', path);
  expect(stdout).toContain('batch.json: ok, 40 tasks (1 process × 40 zones)');
  expect(stdout).toContain('1 of 40 tasks, by their form, asked about, and taken');
  expect(code).toBe(0);
  expect(platform.counts().describe.arrived).toBe(1);
  expect(platform.launches()).toEqual([]);
});

test('a process that is not there, and a zone with an image too few, are faults with line, column and path', async () => {
  const path = await batch([{ id: 'vessles' }, { id: 'change' }, { id: 'vessels', project_id: 'other' }]);
  const { code, stdout } = await place.run('validate', '--online', path);
  expect(stdout).toContain(
    `${path}:3:58: processes[0].id: found the string "vessles", expected what airbus takes: project "project" has no such process: HTTP 404`,
  );
  expect(stdout).toContain('processes[2].id: found the string "vessels", expected what airbus takes: project "other"');
  expect(stdout).toMatch(
    /:7:\d+: zones\[0\]\.image_2_id: found nothing, expected what airbus takes for processes\[1\]: /,
  );
  expect(stdout).toContain('3 faults; nothing of it would be launched');
  expect(code).toBe(2);
});

test('--json tells of each file what was asked', async () => {
  const path = await batch([{ id: 'vessles' }]);
  const { stdout } = await place.run('validate', '--online', '--json', path);
  expect(JSON.parse(stdout)).toEqual({
    files: [
      {
        file: path,
        ok: false,
        faults: [
          {
            line: 3,
            column: 58,
            path: 'processes[0].id',
            found: 'the string "vessles"',
            expected: expect.stringContaining('no such process'),
          },
        ],
        faultCount: 1,
        online: { tasksChecked: 1, warnings: [] },
      },
    ],
  });
});

test('faults of the file itself are told without asking anybody', async () => {
  const path = join(place.dir, 'wrong.json');
  await writeFile(path, '{"processes": []}');
  const { code, stdout } = await place.run('validate', '--online', '--json', path);
  expect(JSON.parse(stdout).files[0]).toMatchObject({ ok: false, online: null });
  expect(code).toBe(2);
  expect(platform.counts().describe.arrived).toBe(0);
});

test('files of one process ask once', async () => {
  const path = await batch([{ id: 'vessels' }]);
  await place.run('validate', '--online', path, path, path, path);
  expect(platform.counts().describe.arrived).toBe(1);
});

test('a platform that cannot be asked is a warning, and with --strict a failure', async () => {
  await platform.goOffline();
  const path = await batch([{ id: 'vessels' }]);
  const { code, stdout } = await place.run('validate', '--online', path);
  expect(stdout).toMatch(/not checked with airbus: cannot be reached: .*\n +→ check providers\.airbus\.baseUrl/);
  expect(code).toBe(0);
  const strict = await place.run('validate', '--online', '--strict', '--json', path);
  expect(JSON.parse(strict.stdout).files[0]).toMatchObject({
    ok: true,
    online: {
      tasksChecked: 0,
      warnings: [{ provider: 'airbus', reason: expect.stringContaining('cannot be reached') }],
    },
  });
  expect(strict.code).toBe(1);
});

test('a secret that is missing is a warning of the same kind', async () => {
  place.env.TEST_TOKEN = '';
  const { code, stdout } = await place.run('validate', '--online', await batch([{ id: 'vessels' }]));
  expect(stdout).toMatch(/not checked with airbus: .*TEST_TOKEN/);
  expect(code).toBe(0);
});

test('the provider is chosen as the inbox would, and one that is not configured is a fault', async () => {
  const other = await batch([{ id: 'vessels' }], 1, { provider: 'insula' });
  const { code, stdout } = await place.run('validate', '--online', other);
  expect(stdout).toContain('provider: found the string "insula", expected a configured provider: airbus');
  expect(code).toBe(2);
  const unknown = await place.run('validate', '--online', '--provider', 'insula', await batch([{ id: 'vessels' }]));
  expect(unknown).toMatchObject({ code: 2, stderr: expect.stringContaining('no provider insula') });
});

test('--strict and --provider say nothing without --online', async () => {
  const path = await batch([{ id: 'vessels' }]);
  expect(await place.run('validate', '--strict', path)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--online'),
  });
});
