import type { Command } from 'commander';
import type { Cli } from '../cli.ts';
import { examples } from '../command-line.ts';
import { exitStatus, type PartName, startPart } from '../parts/part-process.ts';

const parts: Record<PartName, string> = {
  producer: 'take batch files from the inbox (one part, for many hosts)',
  worker: 'launch tasks and follow them (one part, for many hosts)',
  board: 'show the night in a browser (one part, for many hosts)',
};

export const allowVolatile = '--allow-volatile-redis';
export const allowVolatileHelp = 'go on with a Redis that may forget';

export function addParts(program: Command, cli: Cli): void {
  for (const [part, description] of Object.entries(parts) as [PartName, string][]) {
    program
      .command(part)
      .description(description)
      .option(allowVolatile, allowVolatileHelp)
      .addHelpText('after', examples(`REDIS_URL=redis://redis.example.org:6379 nightpass ${part}`))
      .action(async (options: { allowVolatileRedis?: boolean }) => {
        const args = options.allowVolatileRedis ? [allowVolatile] : [];
        const child = startPart({ part, args, env: cli.env, output: 'inherit' });
        // A terminal's Ctrl-C has reached the part already; it takes two that come together for one.
        for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
          process.on(signal, () => child.kill(signal === 'SIGHUP' ? 'SIGTERM' : signal));
        }
        cli.exitCode = exitStatus(await child.ended);
      });
  }
}
