import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { Agent, get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startTestRedis, type TestRedis } from '@nightpass/runtime/test-redis';
import { afterAll, beforeAll, expect, test } from 'vitest';

/** The board as a process of its own: what `tsc -b` built. */

const mainFile = fileURLToPath(new URL('../dist/main.js', import.meta.url));
let redis: TestRedis;
let dir: string;

beforeAll(async () => {
  redis = await startTestRedis();
  dir = await mkdtemp(join(tmpdir(), 'nightpass-board-'));
});
afterAll(async () => {
  await redis.stop();
  await rm(dir, { recursive: true, force: true });
});

async function startProcess(board: object) {
  const config = join(dir, 'nightpass.yaml');
  const airbus = { kind: 'airbus-playground', baseUrl: 'http://127.0.0.1:9', auth: { kind: 'bearer', tokenEnv: 'T' } };
  // JSON is YAML.
  await writeFile(config, JSON.stringify({ providers: { airbus }, board }));
  const child = spawn(process.execPath, [mainFile], {
    env: { PATH: process.env.PATH, REDIS_URL: redis.url, NIGHTPASS_CONFIG: config, NIGHTPASS_DATA: dir },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const collect = (text: Buffer) => {
    output += text;
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  const exited = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  const url = new Promise<string>((resolve) => {
    child.stdout.on('data', () => {
      const found = /"url":"([^"]+)"/.exec(output)?.[1];
      if (found) resolve(found);
    });
  });
  return { child, exited, url, output: () => output };
}

test('SIGTERM ends it within 2 s, though a browser keeps its connection open', async () => {
  const board = await startProcess({ port: 0 });
  const url = await board.url;
  const agent = new Agent({ keepAlive: true });
  await new Promise((resolve) => get(`${url}/healthz`, { agent }, (answer) => answer.resume().on('end', resolve)));
  const askedAtMs = performance.now();
  board.child.kill('SIGTERM');
  expect(await board.exited).toBe(0);
  expect(performance.now() - askedAtMs).toBeLessThan(2_000);
  agent.destroy();
});

test('open to other machines but without credentials, it does not start, and says what to set', async () => {
  const board = await startProcess({ host: '0.0.0.0', port: 0 });
  expect(await board.exited).toBe(2);
  expect(board.output()).toContain('give board.user and board.passwordEnv');
});
