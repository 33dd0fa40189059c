import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { authConfig, baseProviderConfig } from '@nightpass/core';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { readConfig } from './config.ts';
import { serverSettings } from './redis/redis-server.ts';

/** What is deployed but cannot be run in a test: the compose file, the image, the example configurations. */

const root = fileURLToPath(new URL('../../../', import.meta.url));
const text = (path: string) => readFileSync(`${root}${path}`, 'utf8');

interface Service {
  command: string[];
  image?: string;
  container_name?: string;
  user?: string;
  healthcheck?: { test?: string[]; disable?: boolean };
  depends_on?: Record<string, { condition: string }>;
  environment?: Record<string, string>;
  env_file?: unknown;
  ports?: string[];
  profiles?: string[];
  volumes?: unknown[];
}
const compose = parse(text('docker-compose.yml'), { merge: true }) as {
  services: Record<'redis' | 'producer' | 'worker' | 'board' | 'simulator', Service>;
  volumes: Record<string, unknown>;
};
const { redis, producer, worker, board, simulator } = compose.services;
const dockerfile = text('Dockerfile');

test('the Redis of the compose file keeps everything, as the private one does', () => {
  const given = Object.fromEntries(
    redis.command.slice(1).map((option) => {
      const [, name = '', value = ''] = /^--(\S+) (.*)$/.exec(option) ?? [];
      return [name, value.replace(/^""$/, '')];
    }),
  );
  expect(given).toMatchObject({ appendonly: 'yes', appendfsync: 'always', 'maxmemory-policy': 'noeviction' });
  const ours = serverSettings({ path: '', flavour: 'redis', version: '7.0.0' }, { dir: '', socketPath: '' });
  for (const [name, value] of Object.entries(given)) expect([name, value]).toEqual([name, String(ours[name])]);
  expect(redis.volumes).toEqual(['redis:/data']);
  expect(compose.volumes).toHaveProperty('redis');
  expect(redis.ports).toBeUndefined();
});

test('every part waits until Redis answers, and is restarted with nothing of its own but the data folder', () => {
  expect(redis.healthcheck?.test?.join()).toContain('redis-cli ping');
  for (const part of [producer, worker, board]) {
    expect(part.depends_on).toEqual({ redis: { condition: 'service_healthy' } });
    expect(part.environment?.REDIS_URL).toBe('redis://redis:6379');
    expect(part).toMatchObject({ restart: 'unless-stopped', init: true, read_only: true, cap_drop: ['ALL'] });
  }
});

test('workers can be scaled: no fixed name, no port', () => {
  expect(worker.container_name).toBeUndefined();
  expect(worker.ports).toBeUndefined();
});

test('only the worker is given the keys of the providers', () => {
  expect(worker.env_file).toBeDefined();
  for (const part of [redis, producer, board, simulator]) expect(part.env_file).toBeUndefined();
});

test('the board is published on loopback only, behind a password that somebody chose', () => {
  expect(board.ports).toEqual([expect.stringMatching(/^127\.0\.0\.1:.*:8080$/)]);
  expect(board.environment?.NIGHTPASS_BOARD_PASSWORD).toMatch(/^\$\{NIGHTPASS_BOARD_PASSWORD:\?/);
  expect(board.healthcheck).toBeUndefined();
  expect(dockerfile).toMatch(/^HEALTHCHECK [\s\S]*127\.0\.0\.1:8080\/healthz/m);
});

test('the simulator is started only where it is asked for', () => {
  expect(simulator.profiles).toEqual(['demo']);
});

test('the image runs as nobody in particular, on our Node, with the locked libraries', () => {
  expect(dockerfile.match(/^USER (.*)$/gm)).toEqual(['USER node']);
  expect(dockerfile.match(/^FROM (\S+)/gm)).toEqual(Array(2).fill('FROM node:20-bookworm-slim'));
  expect(dockerfile.match(/pnpm install .*/g)?.every((line) => line.includes('--frozen-lockfile'))).toBe(true);
  for (const part of [producer, worker, board]) expect(part.user).not.toMatch(/^(root|0)/);
});

test.each([
  ['nightpass.yaml', 'airbus'],
  ['simulated.nightpass.yaml', 'simulated'],
  ['compose.example.yaml', 'airbus'],
  ['compose-demo.example.yaml', 'simulated'],
])('examples/%s can be used as it is', async (file, provider) => {
  // The kind's own keys are checked where its schema is at hand.
  const airbus = z.looseObject({ ...baseProviderConfig.shape, kind: z.literal('airbus-playground'), auth: authConfig });
  const kinds = { 'airbus-playground': { configSchema: airbus } };
  const config = await readConfig({ NIGHTPASS_CONFIG: `examples/${file}` }, kinds, { cwd: root });
  expect(config.defaultProvider).toBe(provider);
});

test('the commented example shows the defaults', async () => {
  const shown = parse(text('examples/nightpass.yaml'));
  // Keys of its kind are its kind's.
  const { kind, baseUrl, auth, launchNameToken, firstImageField, ...airbus } = shown.providers.airbus;
  const defaults = baseProviderConfig.parse({ kind, baseUrl, auth });
  expect({
    ...defaults,
    launch: { ...defaults.launch, perSecond: 1 },
    read: { ...defaults.read, perSecond: 5 },
  }).toEqual({
    ...airbus,
    kind,
    baseUrl,
    auth,
  });
  const { providers: _, defaultProvider: __, ...file } = shown;
  const config = await readConfig({ NIGHTPASS_CONFIG: '/nowhere.yaml' }, {}, { providers: 'optional' });
  expect(file).toEqual({
    board: config.board,
    launchRunway: config.launchRunway,
    inbox: { rescanSeconds: 5, settleSeconds: 1, maxFileMiB: 512, preflight: config.inbox.preflight },
    report: config.report,
  });
});
