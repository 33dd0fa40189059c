import type { Log } from '@nightpass/core';
import { createToken } from '@nightpass/engine';
import { hashPassword } from '@nightpass/runtime';
import type { BoardSettings } from '../config.ts';
import { quiet, startTestBoard, type TestBoard } from '../test-ledger.ts';
import { type AccessSettings, type BoardUser, markOf, openAccess } from './settings.ts';

/** A board with one user in each role, and ways to come to it. */

export const passwords = { vera: 'planted-viewer-pw-1', otto: 'planted-operator-pw-2', ada: 'planted-admin-pw-3' };
const roleOf = { vera: 'viewer', otto: 'operator', ada: 'admin' } as const;
export type Name = keyof typeof passwords;

export interface PeopleBoard extends TestBoard {
  users: ReadonlyMap<string, BoardUser>;
  /** What a browser sends of somebody who has signed in. */
  cookieOf(name: Name): Promise<string>;
  tokens: Record<'viewer' | 'operator' | 'admin', string>;
  call(method: string, path: string, headers?: Record<string, string>, body?: unknown): Promise<Response>;
}

/** Who may come in: one user in each role. */
export async function peopleAccess(): Promise<AccessSettings & { users: ReadonlyMap<string, BoardUser> }> {
  const names = Object.keys(passwords) as Name[];
  const users = await Promise.all(
    names.map(async (name) => {
      const passwordHash = await hashPassword(passwords[name]);
      return [name, { role: roleOf[name], passwordHash, mark: markOf(passwordHash) }] as const;
    }),
  );
  return { ...openAccess, users: new Map(users) };
}

export async function startPeopleBoard(settings: Partial<BoardSettings> = {}, log: Log = quiet): Promise<PeopleBoard> {
  const access = await peopleAccess();
  const board = await startTestBoard({ access, ...settings }, log);
  const call: PeopleBoard['call'] = (method, path, headers = {}, body = undefined) =>
    fetch(board.url + path, {
      method,
      redirect: 'manual',
      headers: {
        accept: 'application/json',
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  const tokenOf = async (role: 'viewer' | 'operator' | 'admin') =>
    (await createToken(board.ledger, { name: `the ${role}'s`, role, days: 1, by: { who: 'a test', role: 'admin' } }))
      .secret;
  return {
    ...board,
    users: access.users,
    call,
    tokens: { viewer: await tokenOf('viewer'), operator: await tokenOf('operator'), admin: await tokenOf('admin') },
    async cookieOf(name) {
      const answer = await call('POST', '/api/v1/session', { origin: board.url }, { name, password: passwords[name] });
      if (answer.status !== 200) throw new Error(`${name} cannot sign in: ${answer.status}`);
      return (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
    },
  };
}
