import { createHash } from 'node:crypto';
import { BlockList } from 'node:net';
import type { Role } from '@nightpass/core';
import type { SessionSpan } from '@nightpass/engine';
import { addAddress, type Config, ConfigError, isPasswordHash, type Secrets } from '@nightpass/runtime';

/** Who may come in, as it was configured, with its secrets read. */
export interface AccessSettings {
  /** By name. */
  users: ReadonlyMap<string, BoardUser>;
  proxy: { header: string; from: BlockList; roles: Readonly<Record<string, Role>> } | undefined;
  span: SessionSpan;
}

export interface BoardUser {
  role: Role;
  passwordHash: string;
  /** Changes with the password. */
  mark: string;
}

export const openAccess: AccessSettings = {
  users: new Map(),
  proxy: undefined,
  span: { idleMs: 2 * 3_600_000, longestMs: 12 * 3_600_000 },
};

export const markOf = (passwordHash: string) => createHash('sha256').update(passwordHash).digest('hex').slice(0, 16);

/** @throws ConfigError naming the user whose hash is none; an error naming what holds it where it is not there */
export function accessSettings({ board, configPath }: Config, secrets: Secrets): AccessSettings {
  const users = new Map<string, BoardUser>();
  for (const [i, { name, role, passwordHashEnv, passwordHashFile }] of (board.users ?? []).entries()) {
    const passwordHash = secrets({ env: passwordHashEnv, file: passwordHashFile });
    if (!isPasswordHash(passwordHash)) {
      const message = 'what its variable or file holds is no password hash: make one with nightpass hash-password';
      throw new ConfigError([
        { source: configPath, line: undefined, column: undefined, path: `board.users[${i}]`, message },
      ]);
    }
    users.set(name, { role, passwordHash, mark: markOf(passwordHash) });
  }
  const { trustedProxy } = board;
  const from = new BlockList();
  for (const address of trustedProxy?.from ?? []) addAddress(from, address);
  return {
    users,
    proxy: trustedProxy && { header: trustedProxy.header.toLowerCase(), from, roles: trustedProxy.roles },
    span: {
      idleMs: (board.sessionIdleMinutes ?? 120) * 60_000,
      longestMs: (board.sessionHours ?? 12) * 3_600_000,
    },
  };
}
