import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Workers as real processes, to be killed. They run what was built. */

const bin = fileURLToPath(new URL('../bin/worker.js', import.meta.url));
/** Not bundled: each library is a file that is loaded. */
export const unbundled = fileURLToPath(new URL('../dist/main.js', import.meta.url));

export interface WorkerProcesses {
  start(): WorkerProcess;
  /** Ends all, by SIGKILL, and removes their folder. */
  stop(): Promise<void>;
}

export interface WorkerProcess {
  pid: number;
  /** Everything it has logged so far. */
  output(): string;
  kill(signal: NodeJS.Signals): void;
  /** Its exit code, or the signal that ended it. */
  exited: Promise<number | NodeJS.Signals>;
}

export async function workerProcesses(
  redisUrl: string,
  config: object,
  env: NodeJS.ProcessEnv = {},
  program = bin,
): Promise<WorkerProcesses> {
  const dir = await mkdtemp(join(tmpdir(), 'nightpass-workers-'));
  const configPath = join(dir, 'nightpass.yaml');
  // JSON is YAML.
  await writeFile(configPath, JSON.stringify(config));
  const children = new Set<ChildProcess>();

  return {
    start() {
      const child = spawn(process.execPath, [program], {
        env: {
          PATH: process.env.PATH,
          REDIS_URL: redisUrl,
          NIGHTPASS_CONFIG: configPath,
          NIGHTPASS_DATA: join(dir, 'data'),
          TEST_TOKEN: 'test-token',
          ...env,
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let output = '';
      child.stdout.on('data', (text) => {
        output += text;
      });
      child.stderr.on('data', (text) => {
        output += text;
      });
      children.add(child);
      const exited = new Promise<number | NodeJS.Signals>((resolve) => {
        child.once('exit', (code, signal) => {
          children.delete(child);
          resolve(code ?? signal ?? 'SIGKILL');
        });
      });
      return { pid: child.pid ?? 0, output: () => output, kill: (signal) => child.kill(signal), exited };
    },
    async stop() {
      for (const child of children) child.kill('SIGKILL');
      await rm(dir, { recursive: true, force: true });
    },
  };
}
