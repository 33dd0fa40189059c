import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createKeys, type LedgerContext } from '@nightpass/engine';
import { startTestRedis, type TestRedis } from '@nightpass/runtime/test-redis';
import { type FaultRule, type Simulator, startSimulator } from '@nightpass/simulator';
import { batchText, seeded } from './batch-text.ts';
import { type ChaosParts, chaosParts } from './chaos-parts.ts';
import { compare, type Verdict } from './verdict.ts';

export interface ChaosOptions {
  /** While files are dropped and things are killed; the night may then end in peace. */
  minutes: number;
  seed: string;
  workers: number;
  perSecond: number;
  killEveryMs: number;
  hideTruth: boolean;
  say(line: string): void;
  env: NodeJS.ProcessEnv;
  partOutput: 'inherit' | 'ignore';
}

interface Stage {
  redis: TestRedis;
  platform: Simulator;
  parts: ChaosParts;
  ledger: LedgerContext;
  inbox: string;
  random(): number;
}

/** What goes wrong on the platform all night, in percent of the requests. */
const moods: FaultRule[] = [
  { on: 'launch', do: 'drop-after-accept', when: { percent: 2 } },
  { on: 'launch', do: 'reply-after-accept', status: 502, html: '<h1>502 Bad Gateway</h1>', when: { percent: 2 } },
  { on: 'launch', do: 'truncate', when: { percent: 1 } },
  { on: 'launch', do: 'drop', when: { percent: 1 } },
  { on: 'launch', do: 'reply', status: 503, retryAfterSeconds: 1, when: { percent: 1 } },
  { on: 'launch', do: 'reply', status: 429, retryAfterSeconds: 1, when: { percent: 0.5 } },
  { on: 'look', do: 'html', status: 502, when: { percent: 2 } },
  { on: 'look', do: 'drop', when: { percent: 1 } },
  { on: 'list', do: 'reply', status: 500, when: { percent: 3 } },
  { on: 'any', do: 'expire-tokens', when: { percent: 0.2 } },
];

/** Files come this often; each brings what is launched in about that time. */
const dropEveryMs = 6_000;
/** How long the night may take to end after the last kill: dead locks (45 s), claims (1 min), holds. */
const endWithinMs = 5 * 60_000;

/** @returns whether all agreed */
export async function runChaos(options: ChaosOptions): Promise<boolean> {
  const { say } = options;
  const dir = await mkdtemp(join(tmpdir(), 'nightpass-chaos-'));
  const stage = await setUp(dir, options);
  const startedMs = performance.now();
  const elapsed = () => `${((performance.now() - startedMs) / 1000).toFixed(1).padStart(6)} s`;
  try {
    const kills: Record<string, number> = {};
    const untilMs = startedMs + options.minutes * 60_000;
    const [dropped] = await Promise.all([
      dropFiles(stage, options, untilMs),
      killThings(stage, options, untilMs, kills, elapsed),
    ]);
    say(
      `${elapsed()}  the killing is over: ${dropped.length} files dropped, ${stage.platform.counts().launch.arrived} launches so far`,
    );
    const verdict = await settled(stage, dropped, options, elapsed);
    say(
      JSON.stringify(
        { ...verdict.facts, kills, seconds: Math.round((performance.now() - startedMs) / 1000) },
        undefined,
        2,
      ),
    );
    for (const wrong of verdict.wrong.slice(0, 20)) say(`WRONG: ${wrong}`);
    say(
      verdict.wrong.length === 0
        ? 'chaos: all as promised'
        : `chaos: ${verdict.wrong.length} things NOT as promised; logs in ${dir}`,
    );
    return verdict.wrong.length === 0;
  } finally {
    await stage.parts.stop();
    await stage.platform.close();
    await stage.redis.stop();
    if (process.exitCode === undefined) await rm(dir, { recursive: true, force: true }).catch(() => undefined);
  }
}

async function setUp(dir: string, options: ChaosOptions): Promise<Stage> {
  const redis = await startTestRedis();
  const platform = await startSimulator({
    kind: 'airbus-playground',
    behaviour: {
      jobSeconds: [1, 6],
      failPercent: 5,
      latencyMs: [5, 60],
      echoInput: !options.hideTruth,
      listLagSeconds: 0.5,
    },
    faults: moods,
    seed: options.seed,
    apiKeys: ['chaos-key'],
  });
  const inbox = join(dir, 'inbox');
  await mkdir(inbox, { recursive: true });
  const config = join(dir, 'nightpass.yaml');
  // JSON is YAML.
  await writeFile(
    config,
    JSON.stringify({
      providers: {
        airbus: {
          kind: 'airbus-playground',
          baseUrl: platform.url,
          auth: { kind: 'api-key', keyEnv: 'CHAOS_KEY', tokenUrl: platform.tokenUrl },
          launchNameToken: !options.hideTruth,
          launch: { perSecond: options.perSecond, concurrency: 4, maxInFlight: 5000 },
          read: { perSecond: 300, minLookSeconds: 0.5, maxLookSeconds: 3 },
          reconcile: { reads: 2, everySeconds: 2 },
        },
      },
      inbox: { rescanSeconds: 1, settleSeconds: 0.2 },
    }),
  );
  const parts = chaosParts({
    dir,
    workers: options.workers,
    output: options.partOutput,
    env: {
      PATH: options.env.PATH,
      REDIS_URL: redis.url,
      NIGHTPASS_CONFIG: config,
      NIGHTPASS_DATA: dir,
      NIGHTPASS_INBOX: inbox,
      CHAOS_KEY: 'chaos-key',
      LOG_LEVEL: 'info',
    },
  });
  const ledger = { redis: redis.client(), keys: createKeys() };
  return { redis, platform, parts, ledger, inbox, random: seeded(options.seed) };
}

async function dropFiles(stage: Stage, options: ChaosOptions, untilMs: number): Promise<string[]> {
  const dropped: string[] = [];
  const tasks = Math.round((options.perSecond * dropEveryMs) / 1000 / 2);
  while (performance.now() < untilMs - dropEveryMs) {
    const name = `night-${dropped.length + 1}.json`;
    await writeFile(join(stage.inbox, `.${name}.part`), batchText({ name, processes: 2, zones: Math.ceil(tasks / 2) }));
    await rename(join(stage.inbox, `.${name}.part`), join(stage.inbox, name));
    dropped.push(name);
    await sleep(dropEveryMs);
  }
  return dropped;
}

async function killThings(
  stage: Stage,
  options: ChaosOptions,
  untilMs: number,
  kills: Record<string, number>,
  elapsed: () => string,
) {
  await sleep(2_000);
  for (;;) {
    // Exponential gaps: kills come in pairs and clusters too.
    await sleep(Math.max(100, -Math.log(1 - stage.random()) * options.killEveryMs));
    if (performance.now() > untilMs) return;
    const draw = stage.random();
    const what = draw < 0.12 ? 'redis' : draw < 0.3 ? 'producer' : draw < 0.5 ? 'sweep holder' : 'worker';
    if (what === 'redis') {
      await stage.redis.kill9();
      await sleep(stage.random() * 3_000);
      await stage.redis.restart();
    } else if (what === 'sweep holder') {
      const lease = stage.ledger.keys.provider('airbus').lease('sweep');
      const holder = await stage.ledger.redis.get(lease);
      stage.parts.killPid(Number(holder?.split('-')[0]));
    } else {
      stage.parts.killOne(what, stage.random());
    }
    kills[what] = (kills[what] ?? 0) + 1;
    options.say(`${elapsed()}  ${what} killed, ${stage.platform.counts().launch.arrived} launches so far`);
  }
}

/** Waits for the night to end, then compares; what is not yet right may be on its way, for a while. */
async function settled(
  stage: Stage,
  dropped: readonly string[],
  options: ChaosOptions,
  elapsed: () => string,
): Promise<Verdict> {
  const deadlineMs = performance.now() + endWithinMs;
  for (let round = 1; ; round++) {
    const verdict = await compare({
      ledger: stage.ledger,
      platform: stage.platform,
      inbox: stage.inbox,
      dropped,
      mayPark: options.hideTruth,
    });
    if (verdict.wrong.length === 0 || performance.now() > deadlineMs) return verdict;
    if (round % 10 === 0) options.say(`${elapsed()}  not over yet: ${verdict.wrong[0]}`);
    await sleep(2_000);
  }
}
