import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { examples, openWorkplace, type Workplace } from '../test-command.ts';

let place: Workplace;
beforeAll(async () => {
  place = await openWorkplace();
});
afterAll(() => place.close());

const good = join(examples, 'ports-of-occitanie.json');
const faulty = join(examples, 'with-a-fault', 'ports-of-brittany.json');

test('a good file is told with its size and the batch it would be, and the exit code is 0', async () => {
  const { code, stdout } = await place.run('validate', good);
  expect(stdout).toMatch(/ports-of-occitanie\.json: ok, 12 tasks \(2 processes × 6 zones\), batch b[0-9a-f]{12}\n/);
  expect(code).toBe(0);
});

test('a fault is told with file, line, column, path, what was found and what was expected; the exit code is 2', async () => {
  const { code, stdout } = await place.run('validate', good, faulty);
  expect(stdout).toContain(
    `${faulty}:32:92: zones[1].geom.coordinates[0][4]: found [-3.3317,47.7642], expected the first position again`,
  );
  expect(stdout).toContain('ok, 12 tasks');
  expect(code).toBe(2);
});

test('--json tells the same of each file, in fixed fields', async () => {
  const { code, stdout } = await place.run('validate', '--json', good, faulty);
  expect(JSON.parse(stdout)).toEqual({
    files: [
      {
        file: good,
        ok: true,
        batch: expect.stringMatching(/^b[0-9a-f]{12}$/),
        name: 'Ports of Occitanie',
        processes: 2,
        zones: 6,
        tasks: 12,
        faults: [],
        faultCount: 0,
      },
      {
        file: faulty,
        ok: false,
        faults: [
          {
            line: 32,
            column: 92,
            path: 'zones[1].geom.coordinates[0][4]',
            found: '[-3.3317,47.7642]',
            expected: expect.stringContaining('the first position again'),
          },
        ],
        faultCount: 1,
      },
    ],
  });
  expect(code).toBe(2);
});

test('- reads the standard input', async () => {
  const { code, stdout } = await place.runWith('{"processes": [', 'validate', '-');
  expect(stdout).toMatch(/^\(standard input\):1:16: processes: found the end of the file, expected /);
  expect(code).toBe(2);
});

test('a file that is not there is wrong use', async () => {
  const { code, stderr } = await place.run('validate', 'nowhere.json');
  expect(stderr).toBe('nightpass: nowhere.json cannot be read: there is no such file\n');
  expect(code).toBe(2);
});
