import { createKeys, ledgerNow } from '@nightpass/engine';
import { checkRedis, connectRedisFailFast, findRedisBinary } from '@nightpass/runtime';
import type { Cli } from '../cli.ts';
import { type Installation, startOwnRedis } from '../installation.ts';
import { type Finding, fail, ok, warn } from './finding.ts';

const skewWarnMs = 2_000;

export async function checkOwnOrGivenRedis(cli: Cli, installation: Installation): Promise<Finding[]> {
  const { config } = installation;
  if (config.redis) return checkServer(installation, undefined);
  const binary = await findRedisBinary({ searchPath: cli.env.PATH });
  if (!binary) {
    return [
      fail(
        'redis program',
        'no redis-server or valkey-server of 6.2 or newer is on this machine, and REDIS_URL names none',
        'sudo apt install redis-server, or brew install redis',
        'or set REDIS_URL to a Redis you already have',
      ),
    ];
  }
  const program = ok('redis program', `${binary.path} (${binary.flavour} ${binary.version})`);
  try {
    const own = await startOwnRedis(cli, installation);
    try {
      return [program, ...(await checkServer(installation, own))];
    } finally {
      await own.release();
    }
  } catch (error) {
    return [program, fail('redis', (error as Error).message)];
  }
}

async function checkServer(
  { config, log }: Installation,
  own: Awaited<ReturnType<typeof startOwnRedis>> | undefined,
): Promise<Finding[]> {
  const address = own?.address ?? config.redis;
  if (!address) return [];
  try {
    const redis = await connectRedisFailFast(address, log, { role: 'doctor' });
    try {
      const findings = await checkRedis(redis);
      const beforeMs = Date.now();
      const redisMs = await ledgerNow({ redis, keys: createKeys() });
      const skewMs = redisMs - (beforeMs + Date.now()) / 2;
      const name = own ? `our own, in ${own.dir}` : address.display;
      return [
        ok('redis', `answers: ${name}`),
        ...findings.map(({ message, mend, weight }) =>
          weight === 'refuse' ? fail('redis keeps', message, ...mend) : warn('redis keeps', message, ...mend),
        ),
        ...(findings.length === 0 ? [ok('redis keeps', 'append-only, each write synced, nothing evicted')] : []),
        clockFinding('clock and redis', skewMs, skewWarnMs),
      ];
    } finally {
      redis.disconnect();
    }
  } catch (error) {
    return [fail('redis', (error as Error).message, 'start it, or mend REDIS_URL')];
  }
}

export function clockFinding(check: string, skewMs: number, warnMs: number): Finding {
  const seconds = (Math.abs(skewMs) / 1000).toFixed(1);
  if (Math.abs(skewMs) <= warnMs) return ok(check, `they differ by ${seconds} s`);
  const which = skewMs > 0 ? 'behind' : 'ahead';
  return warn(check, `this machine is ${seconds} s ${which}`, 'let the time be kept by NTP (timedatectl set-ntp true)');
}
