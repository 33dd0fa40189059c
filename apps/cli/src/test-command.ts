import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { batchIdOf, readBatch } from '@nightpass/core';
import { createKeys, type LedgerContext, openBatch } from '@nightpass/engine';
import { createCli, exitCodeOf } from './cli.ts';
import { runCommand } from './program.ts';

/** The built command, run as people run it: a process of its own, in a folder of its own. */

const command = fileURLToPath(new URL('../bin/nightpass.js', import.meta.url));
export const examples = fileURLToPath(new URL('../../../examples/batches/', import.meta.url));

export interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

export interface RunningCommand {
  pid: number;
  stdout(): string;
  stderr(): string;
  kill(signal: NodeJS.Signals): void;
  /** @throws with all it wrote where that does not come */
  untilSays(pattern: RegExp, withinMs?: number): Promise<RegExpMatchArray>;
  ended: Promise<Outcome>;
}

export interface Workplace {
  dir: string;
  inbox: string;
  /** Added to the environment of every command. */
  env: NodeJS.ProcessEnv;
  configure(config: object): Promise<void>;
  start(...args: string[]): RunningCommand;
  run(...args: string[]): Promise<Outcome>;
  /** In this process: see runHere. */
  here(...args: string[]): Promise<Outcome>;
  /** With this on its standard input. */
  runWith(input: string, ...args: string[]): Promise<Outcome>;
  /** Ends what still runs, and removes the folder. */
  close(): Promise<void>;
}

export async function openWorkplace(env: NodeJS.ProcessEnv = {}): Promise<Workplace> {
  const dir = await realpath(await mkdtemp(join(tmpdir(), 'nightpass-cli-')));
  const children = new Set<ChildProcess>();
  const all = { PATH: process.env.PATH, HOME: process.env.HOME, ...env };
  const start = (input: string | undefined, args: string[]): RunningCommand => {
    const child = spawn(process.execPath, [command, ...args], { cwd: dir, env: all, stdio: 'pipe' });
    children.add(child);
    child.stdin.end(input ?? '');
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (data) => {
      stdout += data;
    });
    child.stderr.on('data', (data) => {
      stderr += data;
    });
    const ended = new Promise<Outcome>((resolve) => {
      child.once('close', (code) => {
        children.delete(child);
        resolve({ code: code ?? -1, stdout, stderr });
      });
    });
    return {
      pid: child.pid ?? 0,
      stdout: () => stdout,
      stderr: () => stderr,
      kill: (signal) => void child.kill(signal),
      ended,
      async untilSays(pattern, withinMs = 20_000) {
        const endMs = Date.now() + withinMs;
        for (;;) {
          const match = pattern.exec(stdout + stderr);
          if (match) return match;
          if (Date.now() > endMs) throw new Error(`${args.join(' ')} never said ${pattern}:\n${stdout}${stderr}`);
          await sleep(20);
        }
      },
    };
  };
  return {
    dir,
    inbox: join(dir, 'data', 'inbox'),
    env: all,
    configure: (config) => writeFile(join(dir, 'nightpass.yaml'), JSON.stringify(config)),
    start: (...args) => start(undefined, args),
    run: (...args) => start(undefined, args).ended,
    here: (...args) =>
      runHere({ ...all, NIGHTPASS_CONFIG: join(dir, 'nightpass.yaml'), NIGHTPASS_DATA: join(dir, 'data') }, ...args),
    runWith: (input, ...args) => start(input, args).ended,
    async close() {
      for (const child of children) child.kill('SIGKILL');
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** The same command in this process: quick, for whatever ends by itself. */
export async function runHere(env: NodeJS.ProcessEnv, ...args: string[]): Promise<Outcome> {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  stdin.end();
  const said = { stdout: '', stderr: '' };
  stdout.on('data', (data) => {
    said.stdout += data;
  });
  stderr.on('data', (data) => {
    said.stderr += data;
  });
  const cli = createCli({ stdin, stdout, stderr }, env);
  const code = await runCommand(cli, args).catch((error: unknown) =>
    exitCodeOf(cli, error, args.includes('--json') ? 'json' : 'text'),
  );
  return { code, ...said };
}

/** A config with one provider, quick, that speaks to `baseUrl`. */
export function quickConfig(baseUrl: string, more: object = {}): object {
  return {
    providers: {
      airbus: {
        kind: 'airbus-playground',
        baseUrl,
        auth: { kind: 'bearer', tokenEnv: 'TEST_TOKEN' },
        launchNameToken: true,
        launch: { perSecond: 100, concurrency: 4, maxInFlight: 100 },
        read: { perSecond: 100, minLookSeconds: 0.1, maxLookSeconds: 0.5 },
        reconcile: { reads: 2, everySeconds: 0.5 },
      },
    },
    board: { port: 0 },
    inbox: { rescanSeconds: 0.5, settleSeconds: 0.2 },
    ...more,
  };
}

/** Opens a batch in the ledger as the producer does, with nobody to launch it. @returns its id */
export async function openExample(redis: LedgerContext['redis'], file: string): Promise<string> {
  const reading = readBatch(await readFile(join(examples, file)));
  if (!reading.ok) throw new Error(`${file} has faults`);
  const { batch: content, contentHash } = reading;
  const id = batchIdOf(contentHash);
  const ledger: LedgerContext = { redis, keys: createKeys() };
  await openBatch(ledger, { id, content, contentHash, file, providers: content.processes.map(() => 'airbus') });
  return id;
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

export async function until(condition: () => boolean | Promise<boolean>, withinMs = 20_000): Promise<void> {
  const endMs = Date.now() + withinMs;
  while (!(await condition())) {
    if (Date.now() > endMs) throw new Error(`not so within ${withinMs} ms`);
    await sleep(25);
  }
}
