import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { ConfigError } from '@nightpass/runtime';
import pc from 'picocolors';

/** What every command is given: the environment, and where to write. Facts go to stdout, words about them to stderr. */
export interface Cli {
  env: NodeJS.ProcessEnv;
  /** Set by a command that did not do what it was asked to. */
  exitCode: number;
  stdin: Readable & { isTTY?: boolean };
  /** Whether stdout is a terminal: then colours, live views and questions. */
  isTerminal: boolean;
  columns(): number;
  colors: ReturnType<typeof pc.createColors>;
  /** As it is, to stdout. @throws PipeClosed when nobody reads any more */
  write(content: string | Uint8Array): void;
  /** Once what was written has been taken: for those who write more than memory should hold. */
  drained(): Promise<void>;
  /** One line (or several) of facts. */
  print(text: string): void;
  /** A fact as one line of JSON. */
  json(value: object): void;
  /** A word to the person at the terminal, on stderr. */
  note(text: string): void;
}

type Out = Writable & { isTTY?: boolean; columns?: number };

/** Colours only on a terminal that can, and where NO_COLOR does not forbid them. */
export function createCli(streams: { stdin: Cli['stdin']; stdout: Out; stderr: Out }, env: NodeJS.ProcessEnv): Cli {
  const { stdin, stdout, stderr } = streams;
  const isTerminal = stdout.isTTY === true;
  let closed = false;
  // `nightpass tasks … | head` is no error.
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    closed = true;
  });
  stderr.on('error', () => {});
  const write = (content: string | Uint8Array) => {
    if (closed) throw new PipeClosed();
    stdout.write(content);
  };
  return {
    env,
    exitCode: 0,
    stdin,
    isTerminal,
    columns: () => stdout.columns ?? 100,
    colors: pc.createColors(isTerminal && !env.NO_COLOR && env.TERM !== 'dumb'),
    write,
    async drained() {
      if (!stdout.writableNeedDrain || closed) return;
      const over = new AbortController();
      // A reader that goes away ends the wait too; the next write finds it gone.
      const events = ['drain', 'close'].map((event) => once(stdout, event, { signal: over.signal }));
      await Promise.race(events).catch(() => {});
      over.abort();
    },
    print: (text) => write(`${text}\n`),
    json: (value) => write(`${JSON.stringify(value)}\n`),
    note: (text) => void stderr.write(`${text}\n`),
  };
}

/** Who reads our output has gone: nothing more is to be said. */
export class PipeClosed extends Error {}

/** A signal ended the command before its time. */
export class Interrupted extends Error {
  readonly exitCode: number;

  constructor(signal: NodeJS.Signals) {
    super(`stopped by ${signal}`);
    this.exitCode = signal === 'SIGINT' ? 130 : 143;
  }
}

/** Wrong use: an argument that names nothing, an answer that is missing. Exit code 2. */
export class UsageError extends Error {}

/** How a command that threw ends. What goes wrong is said once, on stderr: in words, or as `{"error": …}`. */
export function exitCodeOf(cli: Cli, error: unknown, format: 'text' | 'json'): number {
  if (error instanceof PipeClosed) return 0;
  if (error instanceof Interrupted) return error.exitCode;
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  if (format === 'json') {
    const faults = error instanceof ConfigError ? { faults: error.faults } : {};
    cli.note(JSON.stringify({ error: message, ...faults }));
  } else if (error instanceof ConfigError) {
    cli.note(`nightpass: the configuration cannot be used:\n${message.replace(/^/gm, '  ')}`);
  } else {
    cli.note(`nightpass: ${message}`);
    if (cli.env.LOG_LEVEL === 'debug' || cli.env.LOG_LEVEL === 'trace') cli.note(stack ?? '');
  }
  return error instanceof UsageError || error instanceof ConfigError ? 2 : 1;
}
