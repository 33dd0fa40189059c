import type { Redis } from 'ioredis';
import { newEnough, oldestRedis } from './redis-binary.ts';

/** One way in which a Redis is not what the promises need. */
export interface RedisFinding {
  what: 'version' | 'maxmemory-policy' | 'appendonly' | 'appendfsync';
  /** `refuse`: work would be lost. `cannotTell`: the server does not say. `note`: allowed, at a price. */
  weight: 'refuse' | 'cannotTell' | 'note';
  /** What is so, and what should be. */
  message: string;
  /** Commands (or, where the server allows none, the words) that mend it. */
  mend: string[];
}

/**
 * Looks whether this Redis keeps what it is given. Where CONFIG is forbidden, INFO must do.
 * @param cli how to reach it by hand, e.g. `redis-cli -h redis.example.org`
 */
export async function checkRedis(redis: Redis, { cli = 'redis-cli' }: { cli?: string } = {}): Promise<RedisFinding[]> {
  const info = fieldsOf(await redis.info().then(String, () => ''));
  const configured = await configOf(redis, ['maxmemory-policy', 'appendonly', 'appendfsync']);
  const aof = info.get('aof_enabled');
  const facts = {
    'maxmemory-policy': configured?.get('maxmemory-policy') ?? info.get('maxmemory_policy'),
    appendonly: configured?.get('appendonly') ?? (aof === undefined ? undefined : aof === '1' ? 'yes' : 'no'),
    appendfsync: configured?.get('appendfsync'),
  };
  const mend = (name: string, value: string) =>
    configured
      ? [`${cli} CONFIG SET ${name} ${value}`, `${cli} CONFIG REWRITE`]
      : [`set ${name} to ${value} in the settings of your Redis service: this server forbids CONFIG`];

  const findings: RedisFinding[] = [];
  const version = info.get('redis_version');
  if (version === undefined || !newEnough(version)) {
    findings.push({
      what: 'version',
      weight: version === undefined ? 'cannotTell' : 'refuse',
      message: `it is version ${version ?? 'unknown'}; ${oldestRedis.join('.')} or newer is needed`,
      mend: ['upgrade the server: Redis 7 or Valkey 8, for example'],
    });
  }
  const judge = (what: 'maxmemory-policy' | 'appendonly', wanted: string, why: string) => {
    const found = facts[what];
    if (found === wanted) return;
    findings.push({
      what,
      weight: found === undefined ? 'cannotTell' : 'refuse',
      message: `${what} is ${found ?? 'not told'}; it must be ${wanted}, ${why}`,
      mend: mend(what, wanted),
    });
  };
  judge('maxmemory-policy', 'noeviction', 'or tasks vanish when memory is short');
  judge('appendonly', 'yes', 'or a restart forgets what was launched');
  if (facts.appendonly === 'yes' && facts.appendfsync !== undefined && facts.appendfsync !== 'always') {
    findings.push({
      what: 'appendfsync',
      weight: 'note',
      message: `appendfsync is ${facts.appendfsync}: a power cut may forget the last launches; always keeps them`,
      mend: mend('appendfsync', 'always'),
    });
  }
  return findings;
}

/** For people: a line each, with the commands below. Empty for no findings. */
export function describeFindings(findings: readonly RedisFinding[]): string {
  return findings.flatMap(({ message, mend }) => [`- ${message}`, ...mend.map((line) => `    ${line}`)]).join('\n');
}

/**
 * The check at the start of every part. What cannot be told, and what is only noted, does not stop it.
 * @param volatile `allow` goes on all the same (`--allow-volatile-redis`), except with too old a version
 * @returns the findings, for the log
 * @throws with the commands that mend it
 */
export async function requireDurableRedis(
  redis: Redis,
  { volatile, cli }: { volatile: 'refuse' | 'allow'; cli?: string | undefined },
): Promise<RedisFinding[]> {
  const findings = await checkRedis(redis, cli === undefined ? {} : { cli });
  const fatal = findings.filter((f) => f.weight === 'refuse' && (volatile === 'refuse' || f.what === 'version'));
  if (fatal.length === 0) return findings;
  throw new Error(
    [
      'This Redis would not keep what Nightpass must not forget:',
      describeFindings(fatal),
      ...(fatal.some((f) => f.what !== 'version') ? ['To go on all the same: --allow-volatile-redis'] : []),
    ].join('\n'),
  );
}

function fieldsOf(info: string): Map<string, string> {
  const fields = new Map<string, string>();
  for (const line of info.split(/\r?\n/)) {
    const colon = line.indexOf(':');
    if (colon > 0) fields.set(line.slice(0, colon), line.slice(colon + 1));
  }
  return fields;
}

/** Undefined where the server forbids CONFIG, as managed ones do. */
async function configOf(redis: Redis, names: string[]): Promise<Map<string, string> | undefined> {
  try {
    const found = new Map<string, string>();
    for (const name of names) {
      const [, value] = (await redis.config('GET', name)) as string[];
      if (value !== undefined) found.set(name, value);
    }
    return found;
  } catch {
    return undefined;
  }
}
