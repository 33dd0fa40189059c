import { userInfo } from 'node:os';
import { type Role, roles } from '@nightpass/core';
import { type ApiToken, audit, createToken, listTokens, revokeToken } from '@nightpass/engine';
import { type Command, Option } from 'commander';
import { type Cli, UsageError } from '../cli.ts';
import { examples, wholeNumber } from '../command-line.ts';
import { readInstallation, withLedger } from '../installation.ts';
import { table } from '../view/table.ts';
import { clockTime, iso, isoOrNull } from '../view/time.ts';
import { oneLine } from '../view/words.ts';

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
    .action(async (name: string, options: { role: Role; days?: number; json?: boolean }) => {
      const installation = await readInstallation(cli, 'optional');
      await withLedger(cli, installation, async ({ ledger }) => {
        const by = userInfo().username;
        const made = await createToken(ledger, { name, role: options.role, days: options.days, by });
        const target = `token ${made.id} (${name}, ${options.role})`;
        await audit(ledger, { event: 'token-created', who: by, target });
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
    .action(async (options: { json?: boolean }) => {
      const installation = await readInstallation(cli, 'optional');
      await withLedger(cli, installation, async ({ ledger }) => {
        const tokens = await listTokens(ledger);
        if (options.json) return cli.json({ tokens: tokens.map(tokenFacts) });
        if (tokens.length === 0) return cli.print('no tokens: nightpass token create NAME');
        const time = (ms: number | undefined, none: string) => (ms === undefined ? none : clockTime(ms));
        const rows = tokens.map((it) => [
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
    .action(async (id: string, options: { json?: boolean }) => {
      const installation = await readInstallation(cli, 'optional');
      await withLedger(cli, installation, async ({ ledger }) => {
        if (!(await revokeToken(ledger, id))) throw new UsageError(`no token ${id}: see nightpass token list`);
        await audit(ledger, { event: 'token-revoked', who: userInfo().username, target: `token ${id}` });
        if (options.json) return cli.json({ token: id, revoked: true });
        cli.print(`token ${id} opens nothing any more`);
      });
    });
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
