import { type AuditEntry, readAudit } from '@nightpass/engine';
import type { Command } from 'commander';
import type { Cli } from '../cli.ts';
import { examples, wholeNumber } from '../command-line.ts';
import { hasLedger, readInstallation, withLedger } from '../installation.ts';
import { remoteAudit } from '../remote/audit.ts';
import { type RemoteOptions, remoteOf } from '../remote/client.ts';
import { table } from '../view/table.ts';
import { clockTime, iso } from '../view/time.ts';
import { cutTo, oneLine, several, thousands } from '../view/words.ts';

interface Options extends RemoteOptions {
  limit: number;
  json?: boolean;
}

/** Newest first. */
export interface AuditPage {
  entries: AuditEntry[];
  total: number;
}

export function addAudit(program: Command, cli: Cli): void {
  program
    .command('audit')
    .description('what people did, newest first: who, what, why, and what came of it')
    .option('--limit <n>', 'how many', wholeNumber(1, 10_000), 20)
    .option('--json', 'as JSON: {"entries": […], "total": n}')
    .addHelpText('after', examples('nightpass audit', 'nightpass audit --limit 500 --json | jq .entries[].who'))
    .action(async (options: Options) => {
      const { entries, total } = await readPage(cli, options);
      if (options.json) return cli.json({ entries: entries.map(entryFacts), total });
      if (entries.length === 0) return cli.print('nobody has changed anything yet');
      const rows = entries.map(({ atMs, fields }) => [
        clockTime(atMs),
        oneLine(fields.who ?? ''),
        oneLine([fields.action, fields.event].filter(Boolean).join(' ')),
        cutTo(oneLine(fields.target ?? ''), 44),
        cutTo(oneLine(resultOf(fields)), 60),
      ]);
      cli.print(table(cli, ['when', 'who', 'what', 'to what', 'why, or what came of it'], rows));
      if (total > entries.length) cli.print(cli.colors.dim(`… and ${thousands(total - entries.length)} older`));
    });
}

async function readPage(cli: Cli, options: Options): Promise<AuditPage> {
  const remote = remoteOf(cli, options);
  if (remote) return remoteAudit(remote, options.limit);
  const installation = await readInstallation(cli, 'optional');
  if (!hasLedger(installation.config)) return { entries: [], total: 0 };
  return withLedger(cli, installation, ({ ledger }) => readAudit(ledger, { before: undefined, limit: options.limit }));
}

const resultOf = (fields: AuditEntry['fields']) =>
  [outcomeOf(fields), fields.why].filter((it) => it !== undefined && it !== '').join('; ');

function outcomeOf({ outcome, changed }: AuditEntry['fields']): string {
  const many = changed === undefined || changed === '0' ? '' : `: ${several(Number(changed), 'task')}`;
  return outcome === undefined ? '' : `${outcome}${many}`;
}

const number = (text: string | undefined) => (text === undefined ? null : Number(text));

/** Scripts read this: fields are only ever added. */
function entryFacts({ id, atMs, fields }: AuditEntry) {
  return {
    id,
    at: iso(atMs),
    event: fields.event ?? 'other',
    who: fields.who ?? '',
    role: fields.role ?? null,
    action: fields.action ?? null,
    actionId: fields.actionId ?? null,
    target: fields.target ?? null,
    why: fields.why || null,
    tasks: number(fields.tasks),
    changed: number(fields.changed),
    skipped: number(fields.skipped),
    outcome: fields.outcome ?? null,
  };
}
