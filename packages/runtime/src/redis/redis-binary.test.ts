import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { installPlan, type Machine } from './install-plan.ts';
import { ensureRedisBinary, findRedisBinary, newEnough } from './redis-binary.ts';

const bare: Machine = {
  aptGet: undefined,
  brew: undefined,
  sudo: undefined,
  systemctl: undefined,
  isRoot: false,
  hasAptLists: true,
};
const commands = (machine: Partial<Machine>) =>
  installPlan({ ...bare, ...machine })?.steps.map(({ command }) => command.join(' '));

test('the server program is found, and asked for its version', async () => {
  const binary = await ensureRedisBinary({ searchPath: process.env.PATH });
  expect(newEnough(binary.version)).toBe(true);
  expect(binary.path).toMatch(/^\/.*(redis|valkey)-server$/);
});

test('one that is too old is passed over', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'nightpass-bin-'));
  writeFileSync(join(dir, 'redis-server'), '#!/bin/sh\necho "Redis server v=6.0.16 sha=0"\n');
  chmodSync(join(dir, 'redis-server'), 0o755);
  expect((await findRedisBinary({ searchPath: dir }))?.version).not.toBe('6.0.16');
  rmSync(dir, { recursive: true });
});

test.each([
  ['5.0.14', false],
  ['6.0.16', false],
  ['6.2.0', true],
  ['7.0.15', true],
  ['8.1.1', true],
  ['10.0.0', true],
])('version %s is new enough: %s', (version, answer) => {
  expect(newEnough(version)).toBe(answer);
});

test('root on Debian installs, and updates the lists only if that failed', () => {
  const steps = commands({ aptGet: '/usr/bin/apt-get', isRoot: true });
  expect(steps).toHaveLength(3);
  expect(steps?.[0]).toMatch(/^env DEBIAN_FRONTEND=noninteractive .* install redis-server$/);
  expect(steps?.[1]).toMatch(/ update$/);
});

test('where there are no lists they are fetched first', () => {
  expect(commands({ aptGet: '/usr/bin/apt-get', isRoot: true, hasAptLists: false })?.[0]).toMatch(/ update$/);
});

test('under systemd the service of the package is neither started nor left enabled', () => {
  const steps = commands({ aptGet: '/usr/bin/apt-get', sudo: '/usr/bin/sudo', systemctl: '/usr/bin/systemctl' }) ?? [];
  expect(steps.at(0)).toContain('/usr/bin/sudo -n env');
  expect(steps.at(0)).toContain('systemctl mask --runtime redis-server.service');
  expect(steps.at(-2)).toContain('systemctl unmask --runtime redis-server.service');
  expect(steps.at(-1)).toContain('systemctl disable redis-server.service');
});

test('nothing is installed where that would need a question', () => {
  expect(commands({ aptGet: '/usr/bin/apt-get' })).toBeUndefined();
  expect(commands({ brew: '/opt/homebrew/bin/brew', isRoot: true })).toBeUndefined();
  expect(commands({})).toBeUndefined();
});

test('on macOS Homebrew installs it', () => {
  expect(commands({ brew: '/opt/homebrew/bin/brew' })?.join()).toMatch(/brew install redis$/);
});
