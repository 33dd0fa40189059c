import { logIn } from '@nightpass/providers';
import type { Command } from 'commander';
import { type Cli, Interrupted, UsageError } from '../cli.ts';
import { examples } from '../command-line.ts';
import { readInstallation } from '../installation.ts';
import { listed, several } from '../view/words.ts';

export function addLogin(program: Command, cli: Cli): void {
  program
    .command('login')
    .description('log in at a provider as a person, once; workers renew the login by themselves')
    .argument('<provider>', 'its name in the config; its auth is oidc')
    .option('--json', 'as JSON: a line with the page to open, then a line with how it ended')
    .addHelpText('after', examples('nightpass login openeo', 'nightpass login openeo --json'))
    .action(async (name: string, options: { json?: boolean }) => {
      const { config, secrets } = await readInstallation(cli, 'needed');
      const entry = config.providers[name];
      if (!entry)
        throw new UsageError(`there is no provider ${name}; there is ${listed(Object.keys(config.providers))}`);
      const stop = stopSignal();
      const login = await logIn(name, entry, secrets, {
        signal: stop.signal,
        show({ url, code, validForMs }) {
          const validForSeconds = Math.round(validForMs / 1000);
          if (options.json) return cli.json({ provider: name, open: url, code, validForSeconds });
          cli.print(
            `Open ${url}\nand confirm the code ${code}, within ${several(Math.ceil(validForSeconds / 60), 'minute')}.`,
          );
        },
      }).finally(stop.end);
      if (stop.by) throw new Interrupted(stop.by);
      if (login.kind === 'failed') throw new Error(`not logged in at ${name}: ${login.reason}`);
      const store = secrets.login(name);
      if (!store) throw new Error('no data folder is known');
      await store.exclusively(async () => store.write(login.login));
      const validUntil = login.validForMs === undefined ? null : new Date(Date.now() + login.validForMs).toISOString();
      if (options.json) return cli.json({ provider: name, loggedIn: true, validUntil });
      const until = validUntil === null ? '' : `, until ${validUntil} unless it is used before`;
      cli.print(`Logged in at ${name}${until}. Workers on this machine take it from ${config.dataDir}/credentials.`);
    });
}

/** So that Ctrl-C ends the wait at once. */
function stopSignal() {
  const controller = new AbortController();
  const stop = { signal: controller.signal, by: undefined as NodeJS.Signals | undefined, end: () => {} };
  const onSignal = (signal: NodeJS.Signals) => {
    stop.by = signal;
    controller.abort();
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, onSignal);
  stop.end = () => {
    for (const signal of signals) process.off(signal, onSignal);
  };
  return stop;
}
