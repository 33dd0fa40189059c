import { type Role, roles } from '@nightpass/core';
import { type ApiToken, createToken, listTokens, revokeToken } from '@nightpass/engine';
import { type Command, Option } from 'commander';
import { type Cli, UsageError } from '../cli.ts';
import { examples, wholeNumber } from '../command-line.ts';
import { readInstallation, withLedger } from '../installation.ts';
import { type RemoteOptions, remoteOf } from '../remote/client.ts';
import { remoteTokens } from '../remote/tokens.ts';
import { table } from '../view/table.ts';
import { clockTime, iso, isoOrNull } from '../view/time.ts';
import { oneLine } from '../view/words.ts';
import { personHere } from '../who.ts';

interface Options extends RemoteOptions {
  json?: boolean;
}

/** Tokens for scripts that speak to the board's API. */
export function addToken(program: Command, cli: Cli): void {
  const token = program.command('token').description('tokens for scripts that use the API of the board');
  token
    .command('create')
    .description('make one; what it is opened with is printed this once')
    .argument('<name>', 'what it is for')
    .addOption(new Option('--role <role>', 'what may be done with it').choices([...roles]).default('viewer'))
    .option('--days <n>', 'for so long; for ever, unless given', wholeNumber(1, 3650))
    .option('--json', 'as JSON')
    .addHelpText('after', examples('nightpass token create ci --role operator --days 90'))
    .action(async (name: string, options: { role: Role; days?: number } & Options) => {
      await withTokens(cli, options, async (tokens) => {
        const made = await tokens.create({ name, role: options.role, days: options.days });
        if (options.json) return cli.json({ ...tokenFacts(made), secret: made.secret });
        cli.print(made.secret);
        cli.note(
          `token ${made.id}, ${made.role}: keep it; it is not shown again. Send it as "Authorization: Bearer …".`,
        );
      });
    });
  token
    .command('list')
    .description('those that there are')
    .option('--json', 'as JSON')
    .action(async (options: Options) => {
      await withTokens(cli, options, async (tokens) => {
        const all = await tokens.list();
        if (options.json) return cli.json({ tokens: all.map(tokenFacts) });
        if (all.length === 0) return cli.print('no tokens: nightpass token create NAME');
        const time = (ms: number | undefined, none: string) => (ms === undefined ? none : clockTime(ms));
        const rows = all.map((it) => [
          it.id,
          oneLine(it.name),
          it.role,
          clockTime(it.createdAtMs),
          time(it.expiresAtMs, 'never'),
          time(it.lastUsedAtMs, 'never'),
        ]);
        cli.print(table(cli, ['token', 'name', 'role', 'made', 'over', 'used'], rows));
      });
    });
  token
    .command('revoke')
    .description('let one open nothing any more, at once')
    .argument('<token>', 'its id, as nightpass token list shows it')
    .option('--json', 'as JSON')
    .action(async (id: string, options: Options) => {
      await withTokens(cli, options, async (tokens) => {
        if (!(await tokens.revoke(id))) throw new UsageError(`no token ${id}: see nightpass token list`);
        if (options.json) return cli.json({ token: id, revoked: true });
        cli.print(`token ${id} opens nothing any more`);
      });
    });
}

/** Where tokens are kept: the ledger itself, or a board's API. */
export interface Tokens {
  create(token: { name: string; role: Role; days: number | undefined }): Promise<ApiToken & { secret: string }>;
  list(): Promise<ApiToken[]>;
  /** @returns false where there is no such token */
  revoke(id: string): Promise<boolean>;
}

async function withTokens(cli: Cli, options: RemoteOptions, work: (tokens: Tokens) => Promise<void>): Promise<void> {
  const remote = remoteOf(cli, options);
  if (remote) return work(remoteTokens(remote));
  const by = { who: personHere(), role: 'admin' } as const;
  await withLedger(cli, await readInstallation(cli, 'optional'), ({ ledger }) =>
    work({
      create: (token) => createToken(ledger, { ...token, by }),
      list: () => listTokens(ledger),
      revoke: (id) => revokeToken(ledger, id, by),
    }),
  );
}

const tokenFacts = (it: ApiToken) => ({
  token: it.id,
  name: it.name,
  role: it.role,
  createdAt: iso(it.createdAtMs),
  createdBy: it.createdBy,
  expiresAt: isoOrNull(it.expiresAtMs),
  lastUsedAt: isoOrNull(it.lastUsedAtMs),
});
