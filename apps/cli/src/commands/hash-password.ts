import { createInterface } from 'node:readline';
import { hashPassword } from '@nightpass/runtime';
import type { Command } from 'commander';
import { type Cli, UsageError } from '../cli.ts';
import { examples } from '../command-line.ts';

const shortest = 12;

export function addHashPassword(program: Command, cli: Cli): void {
  program
    .command('hash-password')
    .description('read a password from the standard input, and print what board.users needs of it')
    .addHelpText(
      'after',
      examples(
        'nightpass hash-password > anna.hash',
        'openssl rand -base64 18 | tee anna.password | nightpass hash-password',
      ),
    )
    .action(async () => {
      if (cli.stdin.isTTY) cli.note(`Password (${shortest} letters at least; it is shown as you type):`);
      const password = await firstLine(cli);
      if ([...password].length < shortest) throw new UsageError(`a password needs ${shortest} letters at least`);
      cli.print(await hashPassword(password));
    });
}

async function firstLine({ stdin }: Cli): Promise<string> {
  const lines = createInterface({ input: stdin, terminal: false });
  try {
    for await (const line of lines) return line;
    return '';
  } finally {
    lines.close();
  }
}
