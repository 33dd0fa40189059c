import { createInterface } from 'node:readline';
import { type Cli, UsageError } from './cli.ts';

/**
 * Asks before something that cannot be taken back. @returns whether to go on.
 * @throws UsageError where nobody is there to be asked
 */
export async function confirmed(cli: Cli, question: string, given: { yes: boolean }): Promise<boolean> {
  if (given.yes) return true;
  if (!cli.isTerminal || cli.stdin.isTTY !== true)
    throw new UsageError(`${question} Give --yes to go on without asking.`);
  // Not in readline's own terminal mode: there it would swallow Ctrl-C.
  const lines = createInterface({ input: cli.stdin, terminal: false });
  cli.write(`${question} [y/N] `);
  try {
    const answer = await new Promise<string>((resolve) => {
      lines.once('line', resolve);
      lines.once('close', () => resolve(''));
    });
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    lines.close();
  }
}
