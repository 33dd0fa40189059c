import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { authConfig, baseProviderConfig } from '@nightpass/core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { ConfigError, type ConfigFault } from './config/config-error.ts';
import { configJsonSchema } from './config/file-schema.ts';
import { readConfig } from './config.ts';

const kinds = {
  'test-kind': {
    configSchema: z.strictObject({
      ...baseProviderConfig.shape,
      kind: z.literal('test-kind'),
      baseUrl: baseProviderConfig.shape.baseUrl.default('https://default.example'),
      auth: authConfig,
      flavour: z.enum(['sweet', 'sour']).default('sweet'),
    }),
  },
};

const good = `providers:
  first:
    kind: test-kind
    baseUrl: https://a.example
    auth: { kind: api-key, keyEnv: KEY }
    launch: { perMinute: 12 }
`;

let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'nightpass-config-'));
});
afterEach(() => rmSync(cwd, { recursive: true }));

function read(yaml: string, env: NodeJS.ProcessEnv = {}) {
  writeFileSync(join(cwd, 'nightpass.yaml'), yaml);
  return readConfig(env, kinds, { cwd });
}

async function faults(yaml: string, env: NodeJS.ProcessEnv = {}): Promise<readonly ConfigFault[]> {
  const error = await read(yaml, env).then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(error).toBeInstanceOf(ConfigError);
  return (error as ConfigError).faults;
}

test('what nobody set has its default', async () => {
  expect(await read(good)).toEqual({
    redis: undefined,
    configPath: join(cwd, 'nightpass.yaml'),
    dataDir: join(cwd, 'data'),
    inboxDir: join(cwd, 'data/inbox'),
    logLevel: 'info',
    providers: {
      first: expect.objectContaining({ kind: 'test-kind', flavour: 'sweet', remoteJobTimeoutHours: 12 }),
    },
    defaultProvider: 'first',
    board: {
      host: '127.0.0.1',
      port: 8080,
      allowDestructive: false,
      users: [],
      sessionIdleMinutes: 120,
      sessionHours: 12,
    },
    report: { auto: true, at: '06:00' },
    launchRunway: 10_000,
    inbox: { rescanMs: 5000, settleMs: 1000, maxFileBytes: 512 * 1024 * 1024, preflight: false },
  });
});

test('the environment and the file are heard, and an empty variable is none', async () => {
  const env = { REDIS_URL: 'redis://h', NIGHTPASS_DATA: '/srv/np', NIGHTPASS_INBOX: '', LOG_LEVEL: 'debug' };
  const config = await read(`${good}board: { port: 9000 }\ninbox: { rescanSeconds: 0.5 }\n`, env);
  expect(config).toMatchObject({
    redis: { display: 'redis://h:6379' },
    dataDir: '/srv/np',
    inboxDir: '/srv/np/inbox',
    logLevel: 'debug',
    board: { port: 9000 },
    inbox: { rescanMs: 500 },
  });
});

test('every bad key is named at once, with its place', async () => {
  const found = await faults(
    `providers:
  first:
    kind: test-kind
    baseUri: https://a.example
    auth: { kind: api-key, key: hunter2222 }
    launch:
      perSecond: fast
      concurrency: 0
  Second.One:
    kind: test-knid
defaultProvider: frist
board:
  prot: 80
`,
    { LOG_LEVEL: 'loud', REDIS_URL: 'redi://:hunter2222@h' },
  );
  const lines = found.map(({ line, column, path, message }) => `${line}:${column} ${path} ${message}`);
  expect(lines).toEqual([
    expect.stringMatching(/^undefined:undefined REDIS_URL the address of Redis must be/),
    'undefined:undefined LOG_LEVEL Invalid option: expected one of "trace"|"debug"|"info"|"warn"|"error"|"fatal"|"silent"',
    '4:5 providers.first.baseUri unknown key; did you mean baseUrl?',
    '5:28 providers.first.auth.key unknown key; secrets are not written here: name the variable in keyEnv, or the file in keyFile',
    '7:18 providers.first.launch.perSecond Invalid input: expected number, received string',
    '8:20 providers.first.launch.concurrency Too small: expected number to be >=1',
    '9:3 providers.Second.One a provider is named with a-z, 0-9 and -, beginning with a letter, 31 at most',
    '10:11 providers.Second.One.kind must be one of test-kind; did you mean test-kind?',
    '11:18 defaultProvider no provider has this name; did you mean first?',
    '13:3 board.prot unknown key; did you mean port?',
  ]);
  expect(JSON.stringify(found)).not.toContain('hunter');
});

test('the message of the error says the same, as editors and terminals know places', async () => {
  await expect(read(`${good}launchRunway: -1\n`)).rejects.toThrow(
    /^nightpass\.yaml:7:15: launchRunway: Too small: expected number to be >=1$/,
  );
});

test('a file that is no YAML is refused at the place where it stops to be', async () => {
  expect(await faults('providers:\n  a: [1, 2\n')).toMatchObject([{ line: 3, column: 1 }]);
  expect(await faults(`${good}providers: {}\n`)).toMatchObject([{ line: 7, message: expect.stringMatching(/unique/) }]);
});

test.each(['', 'providers: {}\n', 'board: { port: 1 }\n'])('a file without providers is refused: %j', async (yaml) => {
  expect(await faults(yaml)).toMatchObject([{ path: 'providers', message: expect.stringContaining('examples/') }]);
});

test.each(['just text', '- a list', 'providers: [a]', 'providers: { first: }'])(
  'odd shapes are refused: %s',
  async (yaml) => {
    expect((await faults(yaml)).length).toBeGreaterThan(0);
  },
);

test('a missing file is told with its path and how to write one, to those who need it', async () => {
  await expect(readConfig({}, kinds, { cwd })).rejects.toThrow(join(cwd, 'nightpass.yaml'));
  await expect(readConfig({}, kinds, { cwd })).rejects.toThrow('examples/nightpass.yaml');
  expect(await readConfig({}, kinds, { cwd, providers: 'optional' })).toMatchObject({ providers: {} });
});

test.each(['{ user: a }', '{ passwordEnv: P }', '{ user: a, passwordEnv: P, passwordFile: f }'])(
  'half of the credentials of the board is refused: %s',
  async (board) => {
    expect(await faults(`${good}board: ${board}\n`)).toMatchObject([{ path: 'board', line: 7 }]);
  },
);

test('of several providers none is the default until one is chosen', async () => {
  const two = `${good}  second: { kind: test-kind, auth: { kind: none } }\n`;
  expect((await read(two)).defaultProvider).toBeUndefined();
  expect((await read(`${two}defaultProvider: second\n`)).defaultProvider).toBe('second');
});

test('editors get a schema with the keys of every kind', () => {
  const schema = configJsonSchema({ ...kinds, other: { configSchema: baseProviderConfig } });
  expect(schema).toMatchObject({
    additionalProperties: false,
    properties: {
      launchRunway: { default: 10_000 },
      providers: {
        additionalProperties: {
          oneOf: [
            {
              properties: { kind: { const: 'test-kind' }, flavour: { enum: ['sweet', 'sour'] } },
              required: ['kind', 'auth'],
            },
            { properties: { kind: { const: 'other' } } },
          ],
        },
      },
    },
  });
});
