import { hostname } from 'node:os';
import type { Writable } from 'node:stream';
import { type Level, type Logger, pino } from 'pino';
import { PinoPretty } from 'pino-pretty';
import { redactor, redactValue } from './redaction.ts';
import type { Secrets } from './secrets.ts';

export type { Logger } from 'pino';

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = Level | 'silent';

export interface LoggerOptions {
  level: LogLevel;
  secrets: Secrets;
  /** Services log to stdout (the default); a command that prints facts there logs to stderr. */
  to?: 'stdout' | 'stderr' | Writable;
  /** For people rather than programs; unless given: where the output is a terminal. */
  pretty?: boolean;
}

/**
 * One event a line: JSON, or pretty on a terminal. `part` is who speaks (`worker`, `producer` …); give facts that stay
 * the same to `child()`. Secrets are taken out of the finished line, so that nothing gets round it: no field, no
 * child binding, no error's message, stack or cause.
 */
export function createLogger(part: string, options: LoggerOptions): Logger {
  const { level, secrets, to = 'stdout' } = options;
  const terminal = to === 'stdout' ? process.stdout : to === 'stderr' ? process.stderr : to;
  const isTerminal = 'isTTY' in terminal && terminal.isTTY === true;
  const sink = (options.pretty ?? isTerminal) ? prettySink(terminal, isTerminal) : jsonSink(to);
  const redact = redactor(secrets);
  return pino(
    {
      level,
      base: { part, host: hostname(), pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { reason: reasonText },
    },
    { write: (line: string) => sink.write(cleanLine(line, redact)) },
  );
}

function cleanLine(line: string, redact: (text: string) => string): string {
  let event: unknown;
  try {
    event = JSON.parse(line);
  } catch {
    return `${redact(line.trimEnd())}\n`;
  }
  return `${JSON.stringify(redactValue(event, redact))}\n`;
}

/** A reason may be an error as it was caught. */
function reasonText(reason: unknown): unknown {
  return reason instanceof Error ? reason.message : reason;
}

/** At once, and not by a worker thread: the last line before a crash is the one that matters. */
function jsonSink(to: 'stdout' | 'stderr' | Writable): { write(line: string): unknown } {
  return typeof to === 'object' ? to : pino.destination({ fd: to === 'stdout' ? 1 : 2, sync: true });
}

function prettySink(terminal: Writable, colorize: boolean): { write(line: string): unknown } {
  return PinoPretty({
    destination: terminal,
    colorize,
    ignore: 'host,pid,part',
    messageFormat: '{part}: {msg}',
    translateTime: 'SYS:HH:MM:ss.l',
    singleLine: true,
  });
}
