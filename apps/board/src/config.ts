import { type Limits, limitsOf } from '@nightpass/core';
import { type Config, ConfigError, type Secrets } from '@nightpass/runtime';
import { type AccessSettings, accessSettings } from './access/settings.ts';

/** What the board is started with. */
export interface BoardSettings {
  host: string;
  /** 0: any free one. */
  port: number;
  /** Undefined: nobody is asked for any; on loopback only. */
  credentials: { user: string; password: string } | undefined;
  /** Who may come in besides. */
  access: AccessSettings;
  allowDestructive: boolean;
  /** Where batch files are dropped; shown to people. */
  inboxDir: string;
  /** A larger file is not taken. */
  maxFileBytes: number;
  /** By name. */
  providers: ReadonlyMap<string, ProviderSettings>;
}

export interface ProviderSettings {
  kind: string;
  /** Of the platform's API, without a path. */
  origin: string;
  limits: Limits;
}

/**
 * The board's part of the configuration, with its password read.
 * @throws ConfigError where other machines could reach a board that asks nobody who they are; an error naming the
 * variable or the file where the password is not there
 */
export async function boardSettings(config: Config, secrets: Secrets): Promise<BoardSettings> {
  const { host, port, user, passwordEnv, passwordFile, allowDestructive } = config.board;
  const fault = (path: string, message: string) =>
    new ConfigError([{ source: config.configPath, line: undefined, column: undefined, path, message }]);
  const placesOfPassword = [passwordEnv, passwordFile].filter((place) => place !== undefined).length;
  if (placesOfPassword > 1) throw fault('board', 'give passwordEnv or passwordFile, not both');
  if ((user === undefined) !== (placesOfPassword === 0)) {
    const missing = user === undefined ? 'user' : 'passwordEnv or passwordFile';
    throw fault('board', `credentials are given by half: ${missing} is missing`);
  }
  const credentials =
    user === undefined ? undefined : { user, password: secrets({ env: passwordEnv, file: passwordFile }) };
  const access = accessSettings(config, secrets);
  const asksNobody = !credentials && access.users.size === 0 && !access.proxy;
  if (asksNobody && !isLoopback(host)) {
    throw fault(
      'board.host',
      `on ${host} other machines can reach the board: give board.user and board.passwordEnv (or passwordFile), board.users or board.trustedProxy, or listen on 127.0.0.1`,
    );
  }
  return {
    host,
    port,
    credentials,
    access,
    allowDestructive,
    inboxDir: config.inboxDir,
    maxFileBytes: config.inbox.maxFileBytes,
    providers: new Map(
      Object.entries(config.providers).map(([name, entry]) => [
        name,
        { kind: entry.kind, origin: new URL(entry.baseUrl).origin, limits: limitsOf(entry) },
      ]),
    ),
  };
}

/** Whether only this machine can reach an address of that name. */
export function isLoopback(host: string): boolean {
  const name = host.toLowerCase().replace(/^\[(.*)\]$/, '$1');
  return name === 'localhost' || name === '::1' || /^127(\.\d{1,3}){3}$/.test(name);
}
