import { readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import type { Limits } from '@nightpass/core';
import { createKeys, liftHold, listBatches, noticeKinds, placeHold, readProgress } from '@nightpass/engine';
import {
  type Channel,
  createChannels,
  createLogger,
  createPing,
  createSecrets,
  type NotifyConfig,
  silentLog,
} from '@nightpass/runtime';
import { startTestRedis, type TestRedis } from '@nightpass/runtime/test-redis';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { cancelBatch } from '../../../packages/engine/src/test-act.ts';
import { createPingTurn, type HeraldOptions, type RunningHerald, startHerald } from './herald.ts';
import { batchFile, createTestProducers, type TestProducers, until } from './test-producer.ts';

let server: TestRedis;
let it: TestProducers;
const heralds = new Set<RunningHerald>();
beforeAll(async () => {
  server = await startTestRedis();
});
afterAll(() => server.stop());
beforeEach(async () => {
  it = await createTestProducers(server);
});
afterEach(async () => {
  for (const herald of heralds) await herald.close();
  heralds.clear();
  await it.stop();
});

function start(options: Partial<HeraldOptions>): RunningHerald {
  const herald = startHerald({
    ledger: { redis: server.client(), keys: it.ledger.keys },
    providers: new Map(),
    channels: [],
    log: silentLog,
    leaseMs: 1000,
    everyMs: 20,
    gatherMs: 0,
    retryMs: 20,
    ...options,
  });
  heralds.add(herald);
  return herald;
}

/** A web server that answers with `state.status`. */
async function startHook(status: number) {
  const state = { status, bodies: [] as string[], calls: 0 };
  const hook = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      state.calls += 1;
      if (state.status === 200) state.bodies.push(body);
      response.writeHead(state.status).end();
    });
  });
  await new Promise<void>((resolve) => hook.listen(0, '127.0.0.1', resolve));
  const stop = () => new Promise((resolve) => hook.close(resolve));
  return { state, url: `http://127.0.0.1:${(hook.address() as AddressInfo).port}/hooks/T0PS3CR3TT0K3N`, stop };
}

const webhook = (url: string, secrets = createSecrets({ HOOK: url })): Channel[] =>
  createChannels({ webhooks: [{ urlEnv: 'HOOK', format: 'json' }] }, secrets);

test('a webhook that fails never touches the intake, and is told once it works again', async () => {
  const hook = await startHook(500);
  start({ channels: webhook(hook.url) });
  await it.start();
  for (let n = 0; n < 20; n++) await it.drop(`b${n}.json`, batchFile(`b${n}`));
  for (let n = 0; n < 20; n++) {
    expect((await it.json(`b${n}.json.receipt.json`)).outcome).toBe('accepted');
  }
  const ids = await listBatches(it.ledger, { offset: 0, limit: 100 });
  for (const id of ids) await cancelBatch(it.ledger, id, { reason: 'test' });
  await until('a few tries', () => hook.state.calls > 3);
  hook.state.status = 200;
  const told = () => hook.state.bodies.flatMap((body) => JSON.parse(body).notices as { kind: string; batch: string }[]);
  await until('told', () => told().length >= 20);
  expect(new Set(told().map(({ batch }) => batch))).toEqual(new Set(ids));
  expect(told()).toHaveLength(20);
  await hook.stop();
});

test('of two heralds one speaks, and the other goes on where it ended', async () => {
  const sent: string[] = [];
  const channelOf = (who: string): Channel => ({
    name: 'webhook HOOK',
    only: undefined,
    problem: () => undefined,
    send: async ({ notices }) => {
      sent.push(...notices.map((notice) => `${who} ${(notice as { kind: string }).kind}`));
      return { kind: 'sent' };
    },
  });
  const first = start({ channels: [channelOf('first')] });
  await placeHold(it.ledger, 'airbus', { kind: 'person', forMs: undefined, reason: 'lunch' });
  await until('told', () => sent.length === 1);
  start({ channels: [channelOf('second')] });
  await first.close();
  heralds.delete(first);
  await liftHold(it.ledger, 'airbus', ['person']);
  await until('told', () => sent.length === 2);
  expect(sent).toEqual(['first provider-held', 'second provider-released']);
});

test('a webhook address and a mail password stand in no log, no Redis key and no value', async () => {
  const hook = await startHook(404);
  const env = { HOOK: hook.url, SMTP: 'smtp://np:hunter2hunter2@127.0.0.1:9' };
  const secrets = createSecrets(env);
  const lines: string[] = [];
  const to = new Writable({
    write(chunk, _, done) {
      lines.push(String(chunk));
      done();
    },
  });
  const email = { smtpUrlEnv: 'SMTP', from: 'a@example.org', to: ['b@example.org'] };
  const webhooks = [{ urlEnv: 'HOOK', format: 'slack' as const }];
  start({
    channels: createChannels({ webhooks, email }, secrets),
    ping: { send: createPing({ urlEnv: 'HOOK' }, secrets), everyMs: 50 },
    log: createLogger('producer', { level: 'debug', secrets, to, pretty: false }),
  });
  await placeHold(it.ledger, 'airbus', { kind: 'person', forMs: undefined, reason: 'lunch' });
  for (const said of ['webhook HOOK', '"channel":"email"', 'ping failed']) {
    await until(said, () => lines.some((line) => line.includes(said) && /failed|not delivered/.test(line)));
  }
  await it.ledger.redis.save();
  const files = (await readdir(server.dir, { recursive: true, withFileTypes: true })).filter((file) => file.isFile());
  const dump = await Promise.all(files.map((file) => readFile(join(file.parentPath, file.name), 'latin1')));
  const everything = lines.join('') + dump.join('');
  expect(everything).toContain('provider-held');
  expect(everything).not.toContain('T0PS3CR3TT0K3N');
  expect(everything).not.toContain('hunter2');
  await hook.stop();
});

test('pings go out while there is nothing to do, and while a provider is held for a known reason', async () => {
  let pings = 0;
  const send = async () => {
    pings += 1;
    return { kind: 'sent' as const };
  };
  const limits = { launchesPerSecond: 1, readsPerSecond: 1, maxInFlight: 10, maxLookMs: 1000 } as Limits;
  start({ ping: { send, everyMs: 20 }, providers: new Map([['airbus', limits]]) });
  await until('pinged', () => pings > 3);
  await it.start();
  await it.drop('a.json', batchFile('a'));
  await it.json('a.json.receipt.json');
  await placeHold(it.ledger, 'airbus', { kind: 'person', forMs: undefined, reason: 'lunch' });
  const before = pings;
  await until('pinged', () => pings > before + 3);
});

test('pings end when work waits and nothing is launched, and go on when something is', async () => {
  await it.start();
  await it.drop('a.json', batchFile('a'));
  await it.json('a.json.receipt.json');
  let pings = 0;
  const ping = {
    send: async () => {
      pings += 1;
      return { kind: 'sent' as const };
    },
    everyMs: 60_000,
  };
  const limits = { launchesPerSecond: 1, readsPerSecond: 1, maxInFlight: 10, maxLookMs: 1000 } as Limits;
  let minute = 0;
  const read = async () => {
    const facts = await readProgress(it.ledger, new Map([['airbus', limits]]));
    return { ...facts, atMs: minute * 60_000 };
  };
  const turn = createPingTurn(ping, read, silentLog);
  for (minute = 0; minute < 30; minute++) await turn();
  expect(pings).toBe(6);
  await it.ledger.redis.hincrby(it.ledger.keys.provider('airbus').stats, 'launches', 1);
  await turn();
  expect(pings).toBe(7);
});

test('every kind of notice can be chosen in the configuration', () => {
  // Two lists, for neither package may see the other: this line does not compile when they differ.
  const all: NonNullable<NotifyConfig['webhooks'][number]['only']> = [...noticeKinds];
  expect(all).toHaveLength(5);
});

test('no ping goes out while Redis is away', async () => {
  const own = await startTestRedis();
  let pings = 0;
  const herald = startHerald({
    ledger: { redis: own.client(), keys: createKeys('t') },
    providers: new Map(),
    channels: [],
    ping: {
      send: async () => {
        pings += 1;
        return { kind: 'sent' };
      },
      everyMs: 10,
    },
    log: silentLog,
    everyMs: 10,
  });
  await until('pinged', () => pings > 3);
  await own.kill9();
  const before = pings;
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(pings - before).toBeLessThanOrEqual(1);
  await own.restart();
  await until('pinged again', () => pings > before + 3);
  await herald.close();
  await own.stop();
});
