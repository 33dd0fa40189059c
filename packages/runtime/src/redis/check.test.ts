import { afterEach, expect, test } from 'vitest';
import { startTestRedis, type TestRedis } from '../test-redis.ts';
import { checkRedis, describeFindings, requireDurableRedis } from './check.ts';

let server: TestRedis | undefined;
afterEach(() => server?.stop());

async function clientOf(settings: Record<string, string>) {
  server = await startTestRedis({ settings });
  return server.client();
}

test('a Redis that keeps everything has no findings', async () => {
  expect(await checkRedis(await clientOf({ appendfsync: 'always' }))).toEqual([]);
});

test('one that forgets is refused, with the commands that mend it', async () => {
  const client = await clientOf({ appendonly: 'no', 'maxmemory-policy': 'allkeys-lru' });
  const findings = await checkRedis(client, { cli: 'redis-cli -h cache' });
  expect(findings).toMatchObject([
    { what: 'maxmemory-policy', weight: 'refuse' },
    { what: 'appendonly', weight: 'refuse' },
  ]);
  expect(describeFindings(findings)).toContain('    redis-cli -h cache CONFIG SET appendonly yes');
  await expect(requireDurableRedis(client, { volatile: 'refuse' })).rejects.toThrow('--allow-volatile-redis');
  expect(await requireDurableRedis(client, { volatile: 'allow' })).toHaveLength(2);
});

test('the commands it names do mend it', async () => {
  const client = await clientOf({ appendonly: 'no', 'maxmemory-policy': 'allkeys-lru', appendfsync: 'everysec' });
  for (let round = 0; round < 2; round++) {
    for (const { mend } of await checkRedis(client)) {
      for (const line of mend) await client.call(...(line.split(' ').slice(1) as [string, ...string[]]));
    }
  }
  expect(await checkRedis(client)).toEqual([]);
});

test('a slower fsync is noted, and allowed', async () => {
  const client = await clientOf({ appendfsync: 'everysec' });
  expect(await requireDurableRedis(client, { volatile: 'refuse' })).toMatchObject([
    { what: 'appendfsync', weight: 'note' },
  ]);
});

test('where CONFIG is forbidden, INFO answers, and the remedy is in the settings of the service', async () => {
  const client = await clientOf({ appendonly: 'no' });
  await client.acl('SETUSER', 'default', '-config');
  const findings = await checkRedis(client);
  expect(findings).toMatchObject([{ what: 'appendonly', weight: 'refuse' }]);
  expect(findings[0]?.mend.join()).toContain('in the settings of your Redis service');
});

test('where it tells nothing, that is said, and does not stop the start', async () => {
  const client = await clientOf({});
  await client.acl('SETUSER', 'default', '-config', '-info');
  const findings = await requireDurableRedis(client, { volatile: 'refuse' });
  expect(findings.map(({ weight }) => weight)).toEqual(['cannotTell', 'cannotTell', 'cannotTell']);
});
