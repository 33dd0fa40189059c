import { ConfigError } from '@nightpass/runtime';
import type { Command } from 'commander';
import type { Cli } from '../cli.ts';
import { examples } from '../command-line.ts';
import { checkDisk } from '../doctor/check-disk.ts';
import { checkOrphans } from '../doctor/check-orphans.ts';
import { checkProviders } from '../doctor/check-providers.ts';
import { checkOwnOrGivenRedis } from '../doctor/check-redis.ts';
import { type Finding, fail, ok } from '../doctor/finding.ts';
import { readInstallation } from '../installation.ts';
import { missingSecrets } from '../missing-secrets.ts';
import { listed, oneLine, several } from '../view/words.ts';

export function addDoctor(program: Command, cli: Cli): void {
  program
    .command('doctor')
    .description('check config, credentials, Redis, clocks, disk and providers; say how to mend')
    .option('--json', 'as JSON: {"ok": …, "checks": […]}')
    .addHelpText('after', examples('nightpass doctor'))
    .action(async (options: { json?: boolean }) => {
      const checks: Finding[] = [];
      for await (const finding of examine(cli)) {
        checks.push(finding);
        if (!options.json) cli.print(lines(cli, finding).join('\n'));
      }
      const failed = checks.filter(({ verdict }) => verdict === 'fail').length;
      if (failed > 0) cli.exitCode = 1;
      if (options.json) return cli.json({ ok: failed === 0, checks });
      const warned = checks.filter(({ verdict }) => verdict === 'warn').length;
      const warnings = warned > 0 ? `, ${several(warned, 'warning')}` : '';
      cli.print(`\n${failed > 0 ? `${several(failed, 'check')} failed` : 'All is well'}${warnings}.`);
    });
}

async function* examine(cli: Cli): AsyncGenerator<Finding> {
  const installation = await readInstallation(cli, 'needed').catch((error: unknown) => {
    if (error instanceof ConfigError) return error;
    throw error;
  });
  if (installation instanceof ConfigError) {
    for (const line of installation.message.split('\n')) {
      yield fail('config', line, 'mend it there; examples/nightpass.yaml explains every key');
    }
    return;
  }
  const { config } = installation;
  yield ok('config', `${config.configPath}: ${listed(Object.keys(config.providers))}`);
  const missing = missingSecrets(installation);
  for (const { path, message } of missing) {
    const mend = path.endsWith('File')
      ? 'write it there, for the user of the worker to read, or name another place there'
      : 'set it in the environment of the worker, or name another place there';
    yield fail('secrets', `${path}: ${message}`, mend);
  }
  if (missing.length === 0) yield ok('secrets', 'all that the config names are there');
  yield* await checkDisk(config);
  yield* await checkOwnOrGivenRedis(cli, installation);
  yield* await checkOrphans(cli, installation).catch(() => []);
  yield* await checkProviders(installation, missing);
}

function lines({ colors }: Cli, { check, verdict, message, mend }: Finding): string[] {
  const mark = { ok: colors.green('ok  '), warn: colors.yellow('warn'), fail: colors.red('fail') }[verdict];
  return [
    `${mark}  ${check.padEnd(20)} ${message.split('\n').map(oneLine).join('\n')}`,
    ...mend.map((line) => colors.dim(`      → ${line}`)),
  ];
}
