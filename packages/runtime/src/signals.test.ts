import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, expect, test } from 'vitest';
import { withTimeout } from './signals.ts';
import { buildForChildren } from './test-build.ts';

beforeAll(() => buildForChildren());

/** A process that closes in 300 ms once asked to, or never. */
async function untilSignalProcess(closing: string) {
  const code = `
    const { untilSignal } = await import(${JSON.stringify(new URL('../dist/index.js', import.meta.url).href)});
    const alive = setInterval(() => {}, 1000);
    const asked = untilSignal(['SIGINT', 'SIGTERM']);
    console.log('ready');
    console.log(await asked);
    ${closing}`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'pipe'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  await lines.next();
  return { child, lines, ended: once(child, 'exit') };
}

test('a signal lets the process close in order, also when npm passes it on a second time', async () => {
  const { child, lines, ended } = await untilSignalProcess('setTimeout(() => process.exit(0), 300);');
  child.kill('SIGINT');
  expect((await lines.next()).value).toBe('SIGINT');
  child.kill('SIGINT');
  expect(await ended).toEqual([0, null]);
});

test('a second signal ends a process that hangs at once, and says so', async () => {
  const { child, lines, ended } = await untilSignalProcess('');
  const said = text(child.stderr);
  child.kill('SIGTERM');
  expect((await lines.next()).value).toBe('SIGTERM');
  await sleep(600);
  child.kill('SIGINT');
  expect(await ended).toEqual([130, null]);
  expect(await said).toContain('stopping at once');
});

test('work that is done in time hands over its value', async () => {
  expect(await withTimeout(Promise.resolve(7), 1000)).toEqual({ kind: 'done', value: 7 });
});

test('work that hangs is left behind', async () => {
  expect(await withTimeout(new Promise(() => {}), 5)).toEqual({ kind: 'timeout' });
});

test('work that fails in time fails', async () => {
  await expect(withTimeout(Promise.reject(new Error('no')), 1000)).rejects.toThrow('no');
});
