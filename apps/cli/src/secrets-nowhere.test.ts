import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { startTestRedis, type TestRedis } from '@nightpass/runtime/test-redis';
import { type Simulator, startSimulator } from '@nightpass/simulator';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { batchText } from './chaos/batch-text.ts';
import { openWorkplace, type RunningCommand, until, type Workplace } from './test-command.ts';
import {
  type EchoPlatform,
  echoPlatform,
  everyKey,
  filesBelow,
  foundIn,
  type Haystack,
  rudeReceiver,
} from './test-secrets.ts';

/**
 * A whole night of real processes at debug level, with a secret in every place that may hold one, on a platform and
 * with receivers that give back whatever they are sent. Then everything that was written anywhere is searched.
 */

const secrets = {
  'api key': 'planted-Api/Key+1"x',
  'bearer token': 'planted.Bearer/token+2',
  'password of Redis': 'planted-Redis+pw/3',
  'password of the board': 'planted-Board pw:4',
  'path of the webhook': 'planted-Hook-path-5',
  'query of the ping': 'planted-Ping-token-6',
  'password of the mail server': 'planted-Smtp+pw-7',
};
const basic = `Basic ${Buffer.from(`operator:${secrets['password of the board']}`).toString('base64')}`;

let redis: TestRedis;
let simulator: Simulator;
let platform: EchoPlatform;
let receiver: Awaited<ReturnType<typeof rudeReceiver>>;
let place: Workplace;
let up: RunningCommand;
const haystacks: Haystack[] = [];

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address ? address.port : 0;
}

function config(): object {
  const provider = (auth: object) => ({
    kind: 'airbus-playground',
    baseUrl: platform.origin,
    auth,
    launchNameToken: true,
    launch: { perSecond: 50, concurrency: 2, maxInFlight: 100 },
    read: { perSecond: 100, minLookSeconds: 0.2, maxLookSeconds: 0.5 },
    reconcile: { reads: 2, everySeconds: 0.3 },
  });
  return {
    providers: {
      airbus: provider({
        kind: 'api-key',
        keyFile: 'private/key',
        tokenUrl: platform.origin + new URL(simulator.tokenUrl).pathname,
      }),
      second: provider({ kind: 'bearer', tokenEnv: 'PLANTED_TOKEN' }),
    },
    defaultProvider: 'airbus',
    board: { port: boardPort, user: 'operator', passwordFile: 'private/board' },
    inbox: { rescanSeconds: 0.5, settleSeconds: 0.1 },
    notify: {
      webhooks: [{ urlEnv: 'PLANTED_HOOK' }, { urlFile: 'private/hook', format: 'json' }],
      email: { smtpUrlEnv: 'PLANTED_SMTP', from: 'night@example.org', to: ['day@example.org'] },
      deadMansPing: { urlEnv: 'PLANTED_PING', everySeconds: 10 },
    },
  };
}
let boardPort: number;

beforeAll(async () => {
  const [redisPort, smtpPort] = [await freePort(), await freePort()];
  boardPort = await freePort();
  redis = await startTestRedis({ settings: { port: redisPort } });
  // Set while it runs: so it stands in no file of its own.
  await redis.client().config('SET', 'requirepass', secrets['password of Redis']);
  simulator = await startSimulator({
    kind: 'airbus-playground',
    behaviour: { jobSeconds: 0.5, failPercent: 20 },
    apiKeys: [secrets['api key']],
    tokens: [secrets['bearer token']],
    seed: 1,
  });
  platform = await echoPlatform(simulator.url);
  receiver = await rudeReceiver();
  place = await openWorkplace({
    REDIS_URL: `redis://:${encodeURIComponent(secrets['password of Redis'])}@127.0.0.1:${redisPort}`,
    PLANTED_TOKEN: secrets['bearer token'],
    PLANTED_HOOK: `${receiver.origin}/services/${secrets['path of the webhook']}`,
    PLANTED_PING: `${receiver.origin}/ping?token=${secrets['query of the ping']}`,
    PLANTED_SMTP: `smtp://mailer:${encodeURIComponent(secrets['password of the mail server'])}@127.0.0.1:${smtpPort}`,
    LOG_LEVEL: 'debug',
  });
  await mkdir(join(place.dir, 'private'));
  await writeFile(join(place.dir, 'private', 'key'), `${secrets['api key']}\n`);
  await writeFile(join(place.dir, 'private', 'board'), secrets['password of the board']);
  await writeFile(join(place.dir, 'private', 'hook'), `${receiver.origin}/in/${secrets['path of the webhook']}`);
  await place.configure(config());
}, 60_000);

afterAll(async () => {
  up?.kill('SIGTERM');
  await Promise.race([up?.ended, new Promise((resolve) => setTimeout(resolve, 20_000))]);
  await place?.close();
  await platform?.close();
  await receiver?.close();
  await simulator?.close();
  await redis?.stop();
}, 60_000);

async function resultOf(file: string): Promise<{ batch: string; text: string } | undefined> {
  const found = (await filesBelow(place.inbox)).find((it) => it.place.endsWith(`${file}.result.json`));
  const text = found?.content.toString('utf8');
  return text === undefined ? undefined : { batch: /"batch":\s*"([0-9a-z]+)"/.exec(text)?.[1] ?? '', text };
}

test('after a night full of refusals that echo what was sent, no secret stands in Redis, logs, files, pages or notices', async () => {
  up = place.start('up', '--json');
  await up.untilSays(/"board started"/, 40_000);
  await up.untilSays(/"producer started"/, 40_000);
  await mkdir(join(place.inbox, 'second'), { recursive: true });
  await writeFile(join(place.inbox, 'one.json'), batchText({ name: 'one', processes: 2, zones: 8 }));
  await writeFile(join(place.inbox, 'second', 'two.json'), batchText({ name: 'two', processes: 1, zones: 12 }));
  await writeFile(join(place.inbox, 'bad.json'), '{"processes":[]}');
  const ended = async () => (await resultOf('one.json')) !== undefined && (await resultOf('two.json')) !== undefined;
  await until(ended, 60_000).catch((error: Error) => {
    throw new Error(`${error.message}: ${up.stdout().slice(-6000)}`);
  });

  const ids: string[] = [];
  for (const file of ['one.json', 'two.json']) ids.push((await resultOf(file))?.batch ?? '');
  const board = `http://127.0.0.1:${boardPort}`;
  const tasks = ids.flatMap((id) => Array.from({ length: 8 }, (_, zone) => `/tasks/${id}-0-${zone}`));
  const batches = ids.flatMap((id) =>
    ['', '?phase=failed', '?phase=succeeded'].map((query) => `/batches/${id}${query}`),
  );
  const queues = ['/queues', '/queues/api/queues', '/queues/api/queues?activeQueue=airbus.track&status=failed'];
  for (const path of [
    '/',
    ...batches,
    ...tasks,
    ...queues,
    ...tasks.map((path) => `/api/v1${path}`),
    ...ids.flatMap((id) => ['', '/families', '/timeline', '/processes'].map((part) => `/api/v1/batches/${id}${part}`)),
    ...['overview', 'providers', 'tasks?error=echo', 'audit', 'openapi.json'].map((path) => `/api/v1/${path}`),
    '/metrics',
    '/nowhere',
    '/healthz',
    '/readyz',
  ]) {
    for (const headers of [{ authorization: basic }, { authorization: `${basic}x` }, {}] as Record<string, string>[]) {
      const answer = await fetch(board + path, { headers });
      const content = Buffer.from(`${JSON.stringify([...answer.headers])}${await answer.text()}`);
      haystacks.push({ place: `page ${path} (${answer.status})`, content });
    }
  }
  for (const args of [
    ['batches'],
    ['status', ids[0] ?? ''],
    ['tasks', ids[0] ?? ''],
    ['why', `${ids[0]}-0-1`],
    ['doctor'],
  ]) {
    const { stdout, stderr } = await place.run(...args, '--json');
    haystacks.push({ place: `nightpass ${args.join(' ')}`, content: Buffer.from(stdout + stderr) });
  }
  up.kill('SIGTERM');
  const { stdout, stderr } = await up.ended;
  haystacks.push(
    { place: 'the log', content: Buffer.from(stdout) },
    { place: 'the errors', content: Buffer.from(stderr) },
  );
  const client = redis.client({ password: secrets['password of Redis'] });
  haystacks.push(...(await everyKey(client)), ...(await filesBelow(redis.dir)));
  haystacks.push(...(await filesBelow(place.dir, ['private'])));
  haystacks.push(...receiver.received.map((body, n) => ({ place: `notice ${n}`, content: Buffer.from(body) })));

  const tokens = Object.fromEntries([...platform.tokens].map((token, n) => [`token ${n + 1} of the platform`, token]));
  expect(Object.keys(tokens).length).toBeGreaterThan(0);
  expect(foundIn(haystacks, { ...secrets, ...tokens })).toEqual([]);
}, 180_000);

test('that search would have found them: the echoes did reach all of these places', () => {
  const holding = (what: string, where: RegExp) =>
    haystacks.filter(({ place: at, content }) => where.test(at) && content.includes(what)).length;
  expect(platform.echoes).toMatchObject({
    'token 500': 1,
    'launch 422': expect.any(Number),
    'look 500': expect.any(Number),
  });
  for (const where of [
    /^redis hash/,
    /appendonly/,
    /^the log/,
    /^page \/api\/v1\/tasks/,
    /^page \/queues/,
    /result\.json$/,
  ]) {
    expect([String(where), holding('echo', where) > 0]).toEqual([String(where), true]);
  }
  // What the platform echoed was the credentials, or there would have been nothing to take out.
  for (const where of [/^redis hash/, /^the log/]) expect(holding('[secret]', where)).toBeGreaterThan(0);
  expect(receiver.received.length).toBeGreaterThan(0);
  expect(holding('webhook', /^the log/)).toBeGreaterThan(0);
  expect(foundIn([{ place: 'here', content: Buffer.from(`x ${basic} y`) }], secrets)).toHaveLength(1);
});
