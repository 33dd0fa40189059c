import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';

/** The parts are programs of their own: this command starts them, and imports none. */

export type PartName = 'producer' | 'worker' | 'board';

export interface PartOptions {
  part: PartName;
  args: readonly string[];
  env: NodeJS.ProcessEnv;
  /** Where its output goes: ours, or an open file. */
  output: 'inherit' | number;
}

/** How a part ended. */
export interface PartEnd {
  code: number | null;
  signal: NodeJS.Signals | null;
}

export interface PartProcess {
  /** Undefined where it could not even be started. */
  pid: number | undefined;
  kill(signal: NodeJS.Signals): void;
  ended: Promise<PartEnd>;
}

const preload = new URL('./end-with-parent.js', import.meta.url).href;

export function startPart({ part, args, env, output }: PartOptions): PartProcess {
  const main = fileURLToPath(import.meta.resolve(`@nightpass/${part}`));
  const child: ChildProcess = spawn(process.execPath, ['--enable-source-maps', '--import', preload, main, ...args], {
    env,
    // The channel carries nothing: that it closes is the message.
    stdio: ['ignore', output, output, 'ipc'],
  });
  const ended = new Promise<PartEnd>((resolve) => {
    child.once('error', () => resolve({ code: 1, signal: null }));
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
  return { pid: child.pid, kill: (signal) => void child.kill(signal), ended };
}

/** As a shell tells it. */
export function exitStatus({ code, signal }: PartEnd): number {
  return signal ? 128 + (constants.signals[signal] ?? 0) : (code ?? 1);
}

export function endWords({ code, signal }: PartEnd): string {
  return signal ? `was ended by ${signal}` : `ended with exit code ${code}`;
}
