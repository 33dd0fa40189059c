import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { ConfigError, type ConfigFault } from './config/config-error.ts';
import type { ProviderKinds } from './config/file-schema.ts';
import type { NotifyConfig } from './config/notify-schema.ts';
import { type FileContent, type ProviderEntry, readConfigText } from './config/read-file.ts';
import { type LogLevel, logLevels } from './logger.ts';
import { type RedisAddress, redisAddress } from './redis/address.ts';

/** Everything that a person has set, checked, with our defaults. Paths are absolute. */
export interface Config {
  /** Undefined: Nightpass starts a private one. */
  redis: RedisAddress | undefined;
  configPath: string;
  dataDir: string;
  inboxDir: string;
  logLevel: LogLevel;
  providers: Record<string, ProviderEntry>;
  /** Undefined where there are several and none is chosen. */
  defaultProvider: string | undefined;
  board: FileContent['board'];
  launchRunway: number;
  inbox: { rescanMs: number; settleMs: number; maxFileBytes: number; preflight: boolean };
  /** `timeZone`: undefined for the machine's own. */
  report: FileContent['report'];
  /** Undefined: nobody is told. */
  notify: NotifyConfig | undefined;
  /** Undefined: nothing is traced. */
  tracesTo: string | undefined;
}

export interface ReadConfigOptions {
  /** Commands that never speak to a provider do without a config file; a faulty one is refused all the same. */
  providers?: 'needed' | 'optional';
  /** Folder that relative paths begin at; the one we run in unless given. */
  cwd?: string;
}

const text = z
  .string()
  .trim()
  .transform((value) => (value === '' ? undefined : value))
  .optional();

/** An empty variable counts as not set: compose files and shells make such. */
const envSchema = z.object({
  REDIS_URL: text.transform((value, context): RedisAddress | undefined => {
    try {
      return value === undefined ? undefined : redisAddress(value);
    } catch (error) {
      context.addIssue({ code: 'custom', message: (error as Error).message });
      return z.NEVER;
    }
  }),
  NIGHTPASS_CONFIG: text.transform((value) => value ?? 'nightpass.yaml'),
  NIGHTPASS_DATA: text.transform((value) => value ?? './data'),
  NIGHTPASS_INBOX: text,
  OTEL_EXPORTER_OTLP_ENDPOINT: text.pipe(z.url({ protocol: /^https?$/ }).optional()),
  LOG_LEVEL: text.transform((value) => value ?? 'info').pipe(z.enum(logLevels)),
});

/**
 * Reads the environment and the config file, once, in `main`. Nothing is connected to, and no secret is read.
 * @throws ConfigError naming every fault at once, with its place
 */
export async function readConfig(
  env: NodeJS.ProcessEnv,
  kinds: ProviderKinds,
  { providers: need = 'needed', cwd = '.' }: ReadConfigOptions = {},
): Promise<Config> {
  const parsed = envSchema.safeParse(env);
  const faults = (parsed.error?.issues ?? []).map(({ path, message }): ConfigFault => {
    return { source: 'environment', line: undefined, column: undefined, path: path.join('.'), message };
  });
  // Known even where another variable is at fault, so that the faults of both are told together.
  const source = envSchema.shape.NIGHTPASS_CONFIG.parse(env.NIGHTPASS_CONFIG);
  const configPath = resolve(cwd, source);
  const read = await readText(configPath);
  if (read.kind === 'unreadable') {
    faults.push({ source, line: undefined, column: undefined, path: '', message: `cannot be read: ${read.reason}` });
  }
  if (read.kind === 'missing' && need === 'needed') faults.push(missing(source, configPath));
  const file = readConfigText(read.kind === 'text' ? read.text : '', source, kinds);
  if (file.kind === 'faulty') faults.push(...file.faults);
  else if (need === 'needed' && read.kind === 'text' && Object.keys(file.content.providers).length === 0) {
    const message = 'no provider is configured; see examples/nightpass.yaml';
    faults.push({ source, line: 1, column: 1, path: 'providers', message });
  }
  if (!parsed.success || file.kind === 'faulty' || faults.length > 0) throw new ConfigError(faults);

  const dataDir = resolve(cwd, parsed.data.NIGHTPASS_DATA);
  const { providers, defaultProvider, board, launchRunway, inbox, report, notify } = file.content;
  return {
    redis: parsed.data.REDIS_URL,
    configPath,
    dataDir,
    inboxDir: parsed.data.NIGHTPASS_INBOX ? resolve(cwd, parsed.data.NIGHTPASS_INBOX) : join(dataDir, 'inbox'),
    logLevel: parsed.data.LOG_LEVEL,
    providers,
    defaultProvider,
    board,
    launchRunway,
    inbox: {
      rescanMs: inbox.rescanSeconds * 1000,
      settleMs: inbox.settleSeconds * 1000,
      maxFileBytes: Math.floor(inbox.maxFileMiB * 1024 * 1024),
      preflight: inbox.preflight,
    },
    report,
    notify,
    tracesTo: parsed.data.OTEL_EXPORTER_OTLP_ENDPOINT,
  };
}

type ReadText = { kind: 'text'; text: string } | { kind: 'missing' } | { kind: 'unreadable'; reason: string };

async function readText(path: string): Promise<ReadText> {
  try {
    return { kind: 'text', text: await readFile(path, 'utf8') };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' ? { kind: 'missing' } : { kind: 'unreadable', reason: code ?? String(error) };
  }
}

function missing(source: string, configPath: string): ConfigFault {
  const message =
    `there is no config file at ${configPath}. Write one: copy examples/nightpass.yaml there and adapt it,` +
    ' or name another in NIGHTPASS_CONFIG';
  return { source, line: undefined, column: undefined, path: '', message };
}
