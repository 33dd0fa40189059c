import { readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { type Simulator, startSimulator } from '@nightpass/simulator';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  examples,
  isAlive,
  openWorkplace,
  quickConfig,
  type RunningCommand,
  until,
  type Workplace,
} from '../test-command.ts';

let platform: Simulator;
let place: Workplace;
let up: RunningCommand | undefined;
beforeEach(async () => {
  platform = await startSimulator({
    kind: 'airbus-playground',
    behaviour: { jobSeconds: 0.3 },
    tokens: ['test-token'],
    seed: 1,
  });
  place = await openWorkplace({ TEST_TOKEN: 'test-token' });
  await place.configure(quickConfig(platform.url));
});
afterEach(async () => {
  const pids = up ? [...partsOf(up), await redisPid().catch(() => 0)] : [];
  up?.kill('SIGKILL');
  await until(() => !pids.some((pid) => pid > 0 && isAlive(pid))).catch(() => {
    for (const pid of pids.filter((it) => it > 0 && isAlive(it))) process.kill(pid, 'SIGKILL');
  });
  up = undefined;
  await place.close();
  await platform.close();
});

interface Event {
  event: string;
  part?: string;
  pid: number;
  exitCode?: number | null;
  signal?: string | null;
  againInMs?: number;
}

function eventsOf(running: RunningCommand): Event[] {
  return running
    .stdout()
    .split('\n')
    .filter((line) => line.startsWith('{"event"'))
    .map((line) => JSON.parse(line) as Event);
}

const started = (running: RunningCommand, part?: string) =>
  eventsOf(running).filter((it) => it.event === 'started' && (part === undefined || it.part === part));
const partsOf = (running: RunningCommand) => started(running).map(({ pid }) => pid);

async function redisPid(): Promise<number> {
  return JSON.parse(await readFile(join(place.dir, 'data', 'redis', 'server.json'), 'utf8')).pid;
}

async function startUp(...args: string[]): Promise<RunningCommand> {
  up = place.start('up', '--json', ...args);
  await up.untilSays(/"worker started"/);
  await up.untilSays(/"producer started"/);
  await up.untilSays(/"board started"/);
  return up;
}

test('up runs it all: a submitted batch is launched, followed, and ends', async () => {
  const running = await startUp('--workers', '2');
  expect(eventsOf(running)[0]).toMatchObject({
    event: 'starting',
    inbox: place.inbox,
    providers: ['airbus'],
    workers: 2,
  });
  expect(started(running).map(({ part }) => part)).toEqual(['producer', 'worker 1', 'worker 2', 'board']);

  const file = join(examples, 'ports-of-occitanie.json');
  const first = await place.run('submit', file, '--wait', '--json');
  const [receipt, ...looks] = first.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(receipt).toMatchObject({
    file: 'ports-of-occitanie.json',
    dropped: true,
    receipt: { outcome: 'accepted', new: 12 },
  });
  expect(looks.at(-1)).toMatchObject({ phases: { succeeded: 12 }, percentSettled: 100, endsAboutAt: null });
  expect(first.code).toBe(0);
  expect(platform.jobs()).toHaveLength(12);

  const second = await place.run('submit', file);
  expect(second.stdout).toContain('already known');
  expect(second.code).toBe(0);
  expect(platform.jobs()).toHaveLength(12);

  const again = await place.run('submit', file, '--again', '--wait', '--provider', 'airbus');
  expect(again.stdout).toContain('airbus/ports-of-occitanie.again.json: accepted');
  expect(again.code).toBe(0);
  expect(platform.jobs()).toHaveLength(24);
}, 60_000);

test('submit --wait fails where tasks failed; a redrive brings them to a good end', async () => {
  platform.setBehaviour({ failPercent: 100 });
  await startUp();
  const { code, stdout } = await place.run('submit', join(examples, 'gironde-after-the-fires.json'), '--wait');
  expect(stdout).toContain('6 failed');
  expect(code).toBe(1);
  const dry = await place.run('redrive', 'gironde-after-the-fires', '--dry-run');
  expect(dry.stdout).toContain('would launch again: 6 tasks (6 failed). Nothing was changed.');
  platform.setBehaviour({ failPercent: 0 });
  expect(await place.run('redrive', 'gironde-after-the-fires', '--yes')).toMatchObject({ code: 0 });
  const watched = await place.run('status', 'gironde-after-the-fires', '--watch');
  expect(watched.stdout.trim().split('\n').at(-1)).toContain('6 succeeded');
}, 60_000);

test('a worker killed with -9 is started again, and that is said with how it ended', async () => {
  const running = await startUp();
  const [worker] = started(running, 'worker');
  process.kill(worker?.pid ?? 0, 'SIGKILL');
  await until(() => started(running, 'worker').length === 2);
  expect(eventsOf(running).find((it) => it.event === 'ended')).toMatchObject({
    part: 'worker',
    pid: worker?.pid,
    signal: 'SIGKILL',
  });
  await until(() => (running.stdout().match(/"worker started"/g) ?? []).length === 2);
}, 60_000);

test('SIGTERM ends every part and the private Redis, and the exit code is 0', async () => {
  const running = await startUp();
  const pids = [...partsOf(running), await redisPid()];
  running.kill('SIGTERM');
  expect((await running.ended).code).toBe(0);
  expect(pids.filter(isAlive)).toEqual([]);
}, 60_000);

test('killed with -9 itself, its parts and its Redis end by themselves', async () => {
  const running = await startUp();
  const pids = [...partsOf(running), await redisPid()];
  expect(pids.every(isAlive)).toBe(true);
  running.kill('SIGKILL');
  await until(() => !pids.some(isAlive), 30_000);
}, 60_000);

test('a part that dies at once is not started in a hot loop, and its reason can be read', async () => {
  const taken: Server = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  const address = taken.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  await place.configure(quickConfig(platform.url, { board: { port } }));
  up = place.start('up', '--json');
  const running = up;
  const deaths = () => eventsOf(running).filter((it) => it.event === 'ended' && it.part === 'board');
  await until(() => deaths().length === 3, 30_000);
  expect(deaths().map(({ againInMs }) => againInMs)).toEqual([500, 1000, 2000]);
  expect(running.stdout() + running.stderr()).toContain('EADDRINUSE');
  expect(started(running, 'worker')).toHaveLength(1);
  running.kill('SIGTERM');
  expect((await running.ended).code).toBe(0);
  taken.close();
}, 60_000);

test('without a config, and with a secret that is not there, it refuses before it starts anything', async () => {
  const bare = await openWorkplace();
  expect(await bare.run('up')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('there is no config file at'),
  });
  await bare.configure(quickConfig(platform.url));
  const { code, stderr } = await bare.run('up');
  expect(stderr).toContain('providers.airbus.auth.tokenEnv: the environment variable TEST_TOKEN');
  expect(code).toBe(2);
  await bare.close();
});

test('one part in the foreground passes signals on, and its exit code back', async () => {
  const worker = place.start('worker');
  await worker.untilSays(/"worker started"/);
  worker.kill('SIGTERM');
  expect(await worker.ended).toMatchObject({ code: 0, stdout: expect.stringContaining('worker stopped') });
  await writeFile(join(place.dir, 'nightpass.yaml'), 'providers: {');
  expect((await place.run('worker')).code).not.toBe(0);
}, 60_000);
