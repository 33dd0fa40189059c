import { parseArgs } from 'node:util';
import { runChaos } from './run-chaos.ts';

/**
 * A night of killing, bounded in time: `npm run chaos -- --minutes 2 --seed 1`. Exit 0 only if the platform's own record,
 * the ledger and the receipts agree on every task.
 */

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '2' },
    seed: { type: 'string', default: '1' },
    workers: { type: 'string', default: '2' },
    'per-second': { type: 'string', default: '30' },
    'kill-every-seconds': { type: 'string', default: '2.5' },
    /** The platform shows neither inputs nor names: what is lost there can only be parked. */
    'hide-truth': { type: 'boolean', default: false },
    verbose: { type: 'boolean', default: false },
  },
});

const numberOf = (name: 'minutes' | 'workers' | 'per-second' | 'kill-every-seconds') => {
  const n = Number(values[name]);
  if (!(n > 0)) {
    process.stderr.write(`chaos: --${name} must be a number above 0\n`);
    process.exit(2);
  }
  return n;
};

const agreed = await runChaos({
  minutes: numberOf('minutes'),
  seed: values.seed,
  workers: numberOf('workers'),
  perSecond: numberOf('per-second'),
  killEveryMs: numberOf('kill-every-seconds') * 1000,
  hideTruth: values['hide-truth'],
  say: (line) => process.stdout.write(`${line}\n`),
  env: process.env,
  partOutput: values.verbose ? 'inherit' : 'ignore',
});
process.exit(agreed ? 0 : 1);
