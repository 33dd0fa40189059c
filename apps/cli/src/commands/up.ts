import { mkdir } from 'node:fs/promises';
import { span } from '@nightpass/core';
import { openRedis, untilSignal } from '@nightpass/runtime';
import type { Command } from 'commander';
import type { Cli } from '../cli.ts';
import { examples, wholeNumber } from '../command-line.ts';
import { type Installation, readInstallation, startOwnRedis } from '../installation.ts';
import { requireSecrets } from '../missing-secrets.ts';
import { endWords } from '../parts/part-process.ts';
import { type KeptPart, type PartEvent, superviseParts } from '../parts/supervisor.ts';
import { allowVolatile, allowVolatileHelp } from './part.ts';

interface Options {
  workers: number;
  allowVolatileRedis?: boolean;
  json?: boolean;
}

/** A little longer than the parts themselves take at most. */
const stopWithinMs = 25_000;

export function addUp(program: Command, cli: Cli): void {
  program
    .command('up')
    .description('run everything on this machine: Redis if none is given, producer, worker, board')
    .option('--workers <n>', 'how many workers', wholeNumber(1, 64), 1)
    .option(allowVolatile, allowVolatileHelp)
    .option('--json', 'as JSON: what it starts, a line each')
    .addHelpText('after', examples('nightpass up', 'REDIS_URL=redis://redis.example.org:6379 nightpass up --workers 4'))
    .action((options: Options) => runAll(cli, options));
}

async function runAll(cli: Cli, options: Options): Promise<void> {
  const installation = await readInstallation(cli, 'needed');
  const { config, log } = installation;
  requireSecrets(installation);
  await mkdir(config.inboxDir, { recursive: true });
  // Before anything is started: a Ctrl-C from here on ends it all in order.
  const signalled = untilSignal(['SIGINT', 'SIGTERM', 'SIGHUP']);
  const own = config.redis ? undefined : await startOwnRedis(cli, installation);
  own?.keepAlive();
  if (config.redis) {
    const volatile = options.allowVolatileRedis ? 'allow' : 'refuse';
    await openRedis({ given: config.redis, dataDir: config.dataDir, log, searchPath: cli.env.PATH, volatile });
  }
  tellStart(cli, installation, options, own?.address.display ?? config.redis?.display ?? '');

  const args = options.allowVolatileRedis ? [allowVolatile] : [];
  // Our own Redis is not named to them: they join it, and the last one out stops it, whoever is killed.
  const kept = { args, env: cli.env, output: 'inherit' } as const;
  const workers = Array.from({ length: options.workers }, (_, i): KeptPart => {
    return { ...kept, part: 'worker', name: options.workers === 1 ? 'worker' : `worker ${i + 1}` };
  });
  const parts: KeptPart[] = [
    { ...kept, part: 'producer', name: 'producer' },
    ...workers,
    { ...kept, part: 'board', name: 'board' },
  ];
  const supervisor = superviseParts(parts, (event) => {
    if (options.json) cli.json(eventFacts(event));
    else if (event.event === 'ended') cli.note(eventWords(event));
  });
  const signal = await signalled;
  if (options.json) cli.json({ event: 'stopping', signal });
  else cli.note(`\nnightpass: stopping; what is under way is finished or handed over (up to ${span(stopWithinMs)})`);
  const how = await supervisor.stop(stopWithinMs);
  await own?.release();
  if (how === 'killed') cli.exitCode = 1;
  if (options.json) cli.json({ event: 'stopped', how });
  else cli.note(how === 'clean' ? 'nightpass: stopped' : 'nightpass: stopped; what did not end in time was killed');
}

export function boardUrl({ host, port }: { host: string; port: number }): string {
  const name = host === '0.0.0.0' || host === '::' ? 'localhost' : host.includes(':') ? `[${host}]` : host;
  return `http://${name}:${port}/`;
}

function tellStart(cli: Cli, { config }: Installation, options: Options, redis: string): void {
  const { colors } = cli;
  const providers = Object.entries(config.providers);
  if (options.json) {
    cli.json({
      event: 'starting',
      inbox: config.inboxDir,
      data: config.dataDir,
      board: boardUrl(config.board),
      redis,
      providers: providers.map(([name]) => name),
      workers: options.workers,
    });
    return;
  }
  const label = (word: string) => colors.dim(word.padEnd(12));
  cli.note(
    [
      colors.bold('Nightpass'),
      `  ${label('drop files')}${config.inboxDir}`,
      `  ${label('board')}${colors.cyan(boardUrl(config.board))}`,
      ...providers.map(
        ([name, { kind, baseUrl }], i) => `  ${label(i ? '' : 'providers')}${name} (${kind}, ${baseUrl})`,
      ),
      `  ${label('redis')}${redis}`,
      colors.dim('  Ctrl-C stops it; what is under way goes on at the next start.'),
      '',
    ].join('\n'),
  );
}

function eventFacts(event: PartEvent): object {
  const { name, pid = null } = event;
  if (event.event === 'started') return { event: 'started', part: name, pid };
  const { end, livedMs, againInMs } = event;
  return { event: 'ended', part: name, pid, exitCode: end.code, signal: end.signal, livedMs, againInMs };
}

function eventWords({ name, pid, end, livedMs, againInMs }: PartEvent & { event: 'ended' }): string {
  const again = againInMs < 1000 ? 'at once' : `in ${span(againInMs)}`;
  return `nightpass: ${name} (process ${pid}) ${endWords(end)} after ${span(livedMs)}; it is started again ${again}`;
}
