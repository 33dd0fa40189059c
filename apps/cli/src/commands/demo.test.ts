import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openWorkplace, type Workplace } from '../test-command.ts';

let place: Workplace;
beforeAll(async () => {
  place = await openWorkplace();
});
afterAll(() => place.close());

test('the demo ends by itself within a minute, every task accounted for, and leaves nothing behind', async () => {
  const startedMs = performance.now();
  const { code, stdout, stderr } = await place.run('demo');
  expect(stderr).toBe('');
  expect(stdout).toContain('gironde-after-the-fires.json: accepted, 6 tasks');
  expect(stdout).toMatch(/refused: ports-of-brittany\.json:32:92: zones\[1\]\.geom/);
  expect(stdout).toContain('already known, nothing is launched a second time');
  expect(stdout).toContain('the platform answers 429');
  expect(stdout).toContain('was found there, running: it is followed on, and not launched again');
  expect(stdout).toContain('was not found there: only now it is launched once more');
  expect(stdout).toMatch(/total +40 +\d+ +\d+/);
  expect(stdout).toMatch(/tasks launched twice +0/);
  expect(stdout).toMatch(/✔ 40 tasks launched once, followed to the end, accounted for/);
  expect(code).toBe(0);
  expect(performance.now() - startedMs).toBeLessThan(60_000);
  const inbox = /inbox {2}(\S+)/.exec(stdout)?.[1] ?? '';
  expect(existsSync(dirname(inbox))).toBe(false);
}, 90_000);
