import { randomUUID } from 'node:crypto';
import { closeSync, openSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createKeys, type LedgerContext } from '@nightpass/engine';
import { connectRedisFailFast, ensureRedisBinary, type Log, startPrivateRedis } from '@nightpass/runtime';
import { type Simulator, startSimulator } from '@nightpass/simulator';
import type { Cli } from '../cli.ts';
import { endWords } from '../parts/part-process.ts';
import { type KeptPart, type PartEvent, type Supervisor, superviseParts } from '../parts/supervisor.ts';

/** All that a demo night needs, in a folder of its own: a platform, a Redis, the parts. */

export const provider = 'airbus';
export const launchesPerSecond = 3;
const delayResolutionMs = 10;

export interface Stage {
  dir: string;
  inboxDir: string;
  boardUrl: string;
  platform: Simulator;
  ledger: LedgerContext;
  /** For how long this process, and the platform in it, stood still at most. */
  stoodStillMs(): number;
  /** Deaths of parts, which a demo has none of. */
  deaths: string[];
  /** The last words of a part. */
  logOf(part: string): Promise<string>;
  /** @param files what becomes of the folder */
  close(files: 'keep' | 'remove'): Promise<void>;
}

/** What goes wrong in this night, as it does in real ones. */
const script: Pick<Parameters<typeof startSimulator>[0], 'behaviour' | 'faults'> = {
  behaviour: { queueSeconds: [0.2, 1.5], jobSeconds: [2, 6], latencyMs: [10, 40], failPercent: 12 },
  faults: [
    { on: 'launch', do: 'reply', status: 429, retryAfterSeconds: 3, when: { after: 9, times: 1 } },
    // The job runs, and nobody was told.
    { on: 'launch', do: 'drop-after-accept', when: { after: 15, times: 1 } },
    // Looks the same from here, but there is no job.
    { on: 'launch', do: 'drop', when: { after: 22, times: 1 } },
    { on: 'look', do: 'html', status: 502, when: { after: 12, times: 2 } },
  ],
};

export async function openStage(cli: Cli, log: Log): Promise<Stage> {
  await ensureRedisBinary({ searchPath: cli.env.PATH, say: cli.note });
  const dir = await realpath(await mkdtemp(join(tmpdir(), 'nightpass-demo-')));
  const dataDir = join(dir, 'data');
  const inboxDir = join(dir, 'inbox');
  await Promise.all([dataDir, inboxDir, join(dir, 'logs')].map((folder) => mkdir(folder, { recursive: true })));
  const undo: (() => unknown)[] = [];
  const close = async (files: 'keep' | 'remove') => {
    for (const step of undo.splice(0).reverse()) await step();
    if (files === 'remove') await rm(dir, { recursive: true, force: true });
  };
  const delay = monitorEventLoopDelay({ resolution: delayResolutionMs });
  delay.enable();
  undo.push(() => delay.disable());
  try {
    const apiKey = randomUUID();
    const platform = await startSimulator({ kind: 'airbus-playground', ...script, seed: 'demo', apiKeys: [apiKey] });
    undo.push(() => platform.close());
    const server = await startPrivateRedis({ dir: dataDir, log, searchPath: cli.env.PATH });
    undo.push(() => server.release());
    const redis = await connectRedisFailFast(server.address, log, { role: 'demo' });
    undo.push(() => redis.disconnect());
    const port = await freePort(8080);
    const configPath = join(dir, 'nightpass.yaml');
    await writeFile(configPath, configText(platform, port));

    const deaths: string[] = [];
    const env = {
      ...cli.env,
      REDIS_URL: '',
      NIGHTPASS_CONFIG: configPath,
      NIGHTPASS_DATA: dataDir,
      NIGHTPASS_INBOX: inboxDir,
      LOG_LEVEL: 'info',
      NIGHTPASS_DEMO_KEY: apiKey,
    };
    const supervisor = startParts(dir, env, (event) => {
      if (event.event === 'ended') deaths.push(`${event.name} ${endWords(event.end)}`);
    });
    undo.push(() => supervisor.stop(20_000));
    return {
      dir,
      inboxDir,
      boardUrl: `http://127.0.0.1:${port}/`,
      platform,
      ledger: { redis, keys: createKeys() },
      stoodStillMs: () => Math.max(0, delay.max / 1e6 - delayResolutionMs),
      deaths,
      logOf: (part) => readFile(join(dir, 'logs', `${part}.log`), 'utf8').catch(() => ''),
      close,
    };
  } catch (error) {
    await close('remove');
    throw error;
  }
}

function startParts(dir: string, env: NodeJS.ProcessEnv, tell: (event: PartEvent) => void): Supervisor {
  const files = (['producer', 'worker', 'board'] as const).map((part) => ({
    part,
    output: openSync(join(dir, 'logs', `${part}.log`), 'a'),
  }));
  const parts = files.map(({ part, output }): KeptPart => ({ part, name: part, args: [], env, output }));
  const supervisor = superviseParts(parts, tell);
  return {
    ...supervisor,
    async stop(withinMs) {
      const how = await supervisor.stop(withinMs);
      for (const { output } of files) closeSync(output);
      return how;
    },
  };
}

/** JSON is YAML; but this one is to be read by people, too. */
const configText = (platform: Simulator, port: number) => `# Of the demo: the platform is a simulated one.
providers:
  ${provider}:
    kind: ${platform.kind}
    baseUrl: ${platform.url}
    auth: { kind: api-key, keyEnv: NIGHTPASS_DEMO_KEY, tokenUrl: ${platform.tokenUrl} }
    launchNameToken: true
    launch: { perSecond: ${launchesPerSecond}, concurrency: 4, maxInFlight: 100 }
    read: { perSecond: 20, minLookSeconds: 0.5, maxLookSeconds: 2 }
    reconcile: { reads: 2, everySeconds: 1 }
board: { port: ${port} }
inbox: { rescanSeconds: 1, settleSeconds: 1 }
`;

/** The wanted one, or any other that is free. */
async function freePort(wanted: number): Promise<number> {
  const listen = (port: number) =>
    new Promise<number | undefined>((resolve) => {
      const server = createServer();
      server.once('error', () => resolve(undefined));
      server.listen(port, '127.0.0.1', () => {
        const address = server.address();
        server.close(() => resolve(typeof address === 'object' && address ? address.port : undefined));
      });
    });
  const port = (await listen(wanted)) ?? (await listen(0));
  if (port === undefined) throw new Error('no port of 127.0.0.1 is free for the board');
  return port;
}
