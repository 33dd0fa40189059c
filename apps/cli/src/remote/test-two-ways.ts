import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BatchId, limitsOf, type Phase, type Role } from '@nightpass/core';
import {
  createKeys,
  createQueues,
  createToken,
  type LedgerContext,
  placeHold,
  type TaskPlace,
} from '@nightpass/engine';
import { providerKinds } from '@nightpass/providers';
import { connectRedisFailFast, readConfig } from '@nightpass/runtime';
import { startTestRedis } from '@nightpass/runtime/test-redis';
import { openAccess } from '../../../board/src/access/settings.ts';
import { startBoard } from '../../../board/src/server.ts';
import { drive, quiet, usualSettings } from '../../../board/src/test-ledger.ts';
import { createTestProducers } from '../../../producer/src/test-producer.ts';
import { type Outcome, openExample, quickConfig, runHere } from '../test-command.ts';

/**
 * Two installations that know the same: on one the command speaks to the ledger itself, on the other to a board, with no
 * Redis and no config of its own.
 */

export interface TwoWays {
  batch: string;
  dir: string;
  url: string;
  here(...args: string[]): Promise<Outcome>;
  there(...args: string[]): Promise<Outcome>;
  /** With a token of another role. */
  thereAs(role: Role, ...args: string[]): Promise<Outcome>;
  /** Of both: here, there. */
  ledgers: readonly [LedgerContext, LedgerContext];
  close(): Promise<void>;
}

export async function openTwoWays(): Promise<TwoWays> {
  const dir = await mkdtemp(join(tmpdir(), 'nightpass-two-ways-'));
  await writeFile(join(dir, 'nightpass.yaml'), JSON.stringify(quickConfig('http://127.0.0.1:9')));
  const [here, there] = await Promise.all([openSide(), openSide()]);
  const batch = await fill(here.ledger);
  await copyAll(here.ledger, there.ledger);
  await Promise.all([here.startProducer(), there.startProducer()]);
  const env = {
    NIGHTPASS_CONFIG: join(dir, 'nightpass.yaml'),
    NIGHTPASS_DATA: join(dir, 'data'),
    NIGHTPASS_INBOX: here.inbox,
    REDIS_URL: here.redis.url,
    TEST_TOKEN: 'test-token',
  };
  const board = await openBoard(there, env);
  const away = (role: Role) =>
    [{ OPS_TOKEN: board.tokens[role] }, ['--url', board.url, '--token-env', 'OPS_TOKEN']] as const;
  const thereAs: TwoWays['thereAs'] = (role, ...args) => runHere(away(role)[0], ...args, ...away(role)[1]);
  return {
    batch,
    dir,
    url: board.url,
    here: (...args) => runHere(env, ...args),
    there: (...args) => thereAs('admin', ...args),
    thereAs,
    ledgers: [here.ledger, there.ledger],
    async close() {
      await board.close();
      await Promise.all([here.close(), there.close()]);
      await rm(dir, { recursive: true, force: true });
    },
  };
}

type Side = Awaited<ReturnType<typeof openSide>>;

async function openSide() {
  const redis = await startTestRedis();
  const producers = await createTestProducers(redis, createKeys());
  return {
    redis,
    ledger: producers.ledger,
    inbox: producers.dir,
    startProducer: () => producers.start(),
    async close() {
      await producers.stop();
      await redis.stop();
    },
  };
}

/** A batch of which some have ended, one that nobody has begun, and a provider that is held. @returns the first's id */
async function fill(ledger: LedgerContext): Promise<string> {
  const batch = await openExample(ledger.redis, 'ports-of-occitanie.json');
  await openExample(ledger.redis, 'gironde-after-the-fires.json');
  const place = (zoneIndex: number): TaskPlace => {
    const ref = { batchId: batch as BatchId, processIndex: 0, zoneIndex };
    return { ref, index: zoneIndex, provider: 'airbus', processId: 'p' };
  };
  const phases: [Phase, string][] = [
    ['succeeded', ''],
    ['failed', 'no such image'],
    ['failed', 'timeout after 30 s'],
    ['parked', 'its answer was lost'],
    ['succeeded', ''],
  ];
  for (const [zone, [phase, reason]] of phases.entries()) await drive(ledger, place(zone), phase, reason);
  const href = 'https://store.example/r?sig=a-signature';
  const links = [{ name: 'ports.tif', href, type: 'image/tiff', size: 9 }];
  await ledger.redis.hset(ledger.keys.task(place(0).ref), 'results', JSON.stringify({ links }));
  // Nobody can be asked what this one offers.
  await ledger.redis.hdel(ledger.keys.task(place(4).ref), 'remoteId', 'results');
  await placeHold(ledger, 'airbus', { kind: 'outage', forMs: 3_600_000, reason: 'HTTP 503, five times in a row' });
  return batch;
}

/** To the millisecond. */
async function copyAll(from: LedgerContext, to: LedgerContext): Promise<void> {
  for (const key of await from.redis.keys('*')) {
    const bytes = await from.redis.dumpBuffer(key);
    if (bytes) await to.redis.restore(key, Math.max(0, await from.redis.pttl(key)), bytes);
  }
}

async function openBoard({ redis, inbox }: Side, env: NodeJS.ProcessEnv) {
  const client = await connectRedisFailFast(redis.address, quiet, { role: 'test-board' });
  const ledger = { redis: client, keys: createKeys() };
  const config = await readConfig(env, providerKinds, { providers: 'needed' });
  const providers = new Map(
    Object.entries(config.providers).map(([name, entry]) => [
      name,
      { kind: entry.kind, origin: new URL(entry.baseUrl).origin, limits: limitsOf(entry) },
    ]),
  );
  const queues = new Map([...providers.keys()].map((name) => [name, createQueues(ledger.keys, name, client, quiet)]));
  // Whoever comes in has to say who it is.
  const access = {
    ...openAccess,
    users: new Map([['nobody', { role: 'viewer' as const, passwordHash: '', mark: '' }]]),
  };
  const settings = { ...usualSettings, access, providers, inboxDir: inbox };
  const board = await startBoard({ settings, ledger, queues, log: quiet });
  const tokenOf = async (role: Role) =>
    (await createToken(ledger, { name: 'ops', role, days: 1, by: { who: 'a test', role: 'admin' } })).secret;
  const tokens = {
    viewer: await tokenOf('viewer'),
    operator: await tokenOf('operator'),
    admin: await tokenOf('admin'),
  };
  return {
    url: board.url,
    tokens,
    async close() {
      await board.close();
      client.disconnect();
    },
  };
}
