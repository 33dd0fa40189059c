import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createKeys } from '@nightpass/engine';
import { startTestRedis, type TestRedis } from '@nightpass/runtime/test-redis';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { batchFile, createTestProducers, filesLeft, type TestProducers, until } from './test-producer.ts';

/** The real process, as `tsc -b` built it, really killed. */

const mainFile = fileURLToPath(new URL('../bin/producer.js', import.meta.url));

let server: TestRedis;
let it: TestProducers;
let home: string;
const children = new Set<ChildProcess>();
beforeEach(async () => {
  server = await startTestRedis();
  it = await createTestProducers(server, createKeys());
  home = await mkdtemp(join(tmpdir(), 'nightpass-home-'));
});
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  await it.stop();
  await server.stop();
  await rm(home, { recursive: true });
});

async function startProcess(env: Record<string, string> = {}) {
  const config = {
    providers: { airbus: { kind: 'airbus-playground', baseUrl: 'https://api.example.org', auth: { kind: 'none' } } },
    inbox: { rescanSeconds: 0.2, settleSeconds: 0.05 },
  };
  await writeFile(join(home, 'nightpass.yaml'), JSON.stringify(config));
  const child = spawn(process.execPath, [mainFile], {
    cwd: home,
    env: { PATH: process.env.PATH, REDIS_URL: server.url, NIGHTPASS_INBOX: it.dir, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.add(child);
  const run = {
    output: '',
    exited: new Promise<number | string | null>((done) => child.once('exit', (code, signal) => done(code ?? signal))),
  };
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (text) => {
      run.output += text;
    });
  }
  return { child, run };
}

test('a producer killed again and again while it takes files takes each of them once, and tells so', async () => {
  const names = Array.from({ length: 24 }, (_, i) => `batch-${i}${i % 3 ? '' : '.again'}.json`);
  for (const name of names) await it.drop(name, batchFile(name, 2000));
  for (let kill = 0; kill < 6; kill++) {
    const { child, run } = await startProcess();
    await until('serving', () => run.output.includes('inbox served here'));
    await sleep(20 + Math.random() * 150);
    child.kill('SIGKILL');
    await run.exited;
    // The dead one's lease, so that the test need not wait for its end.
    await it.ledger.redis.del(...(await it.ledger.redis.keys('nightpass:inbox:*:lease')), 'none');
  }
  const { child, run } = await startProcess();
  await until('all taken', async () => (await filesLeft(it.dir)).length === 0);
  for (const name of names) {
    expect(await it.json(`${name}.receipt.json`)).toMatchObject({ outcome: 'accepted', new: 2000 });
  }
  const batches = await it.batches();
  expect(batches.map(({ file }) => file).sort()).toEqual(names.toSorted());
  expect(batches.every(({ tasks }) => tasks === 2000)).toBe(true);

  child.kill('SIGTERM');
  expect(await run.exited).toBe(0);
});

test('a producer whose inbox cannot be used ends at once, and says which folder and what to do', async () => {
  await mkdir(join(home, 'inbox'));
  await writeFile(join(home, 'inbox', 'rejected'), '');
  const { run } = await startProcess({ NIGHTPASS_INBOX: join(home, 'inbox') });
  expect(await run.exited).toBe(1);
  expect(run.output).toContain(`${join(home, 'inbox', 'rejected')} cannot be written to`);
});
