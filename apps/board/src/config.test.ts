import { createSecrets, readConfig } from '@nightpass/runtime';
import { expect, test } from 'vitest';
import { boardSettings, isLoopback } from './config.ts';

const config = await readConfig({}, {}, { providers: 'optional', cwd: '/nowhere' });
const withBoard = (board: Partial<typeof config.board>) => ({ ...config, board: { ...config.board, ...board } });

test('on loopback nobody needs a password', async () => {
  expect(await boardSettings(config, createSecrets({}))).toMatchObject({ host: '127.0.0.1', credentials: undefined });
});

test.each(['0.0.0.0', '::', '192.168.1.20', 'board.example.org', '128.0.0.1'])(
  'on %s it does not start without credentials, and says which keys are missing',
  async (host) => {
    await expect(boardSettings(withBoard({ host }), createSecrets({}))).rejects.toThrow(
      /board\.host.*board\.user.*passwordEnv/,
    );
  },
);

test('with credentials it listens anywhere, and the password comes from where the config says', async () => {
  const board = withBoard({ host: '0.0.0.0', user: 'ops', passwordEnv: 'BOARD_PASSWORD' });
  const { credentials } = await boardSettings(board, createSecrets({ BOARD_PASSWORD: 'sesame' }));
  expect(credentials).toEqual({ user: 'ops', password: 'sesame' });
  await expect(boardSettings(board, createSecrets({}))).rejects.toThrow(/BOARD_PASSWORD/);
});

test('half of the credentials is a fault, not a board without a password', async () => {
  await expect(boardSettings(withBoard({ user: 'ops' }), createSecrets({}))).rejects.toThrow(/by half: passwordEnv/);
  await expect(boardSettings(withBoard({ passwordEnv: 'P' }), createSecrets({ P: 'x' }))).rejects.toThrow(
    /by half: user/,
  );
});

test('loopback is what only this machine can reach', () => {
  for (const host of ['localhost', '127.0.0.1', '127.9.9.9', '::1', '[::1]']) expect(isLoopback(host)).toBe(true);
  for (const host of ['0.0.0.0', '::', '10.0.0.1', '127.0.0.1.example.org']) expect(isLoopback(host)).toBe(false);
});
