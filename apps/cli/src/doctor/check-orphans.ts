import { readProviderStatus } from '@nightpass/engine';
import type { Cli } from '../cli.ts';
import { hasLedger, type Installation, withLedger } from '../installation.ts';
import { several } from '../view/words.ts';
import { type Finding, ok, warn } from './finding.ts';

const shown = 5;

/** What the last orphan sweep found: jobs of ours that run, and cost, and that no task follows. */
export async function checkOrphans(cli: Cli, installation: Installation): Promise<Finding[]> {
  if (!hasLedger(installation.config)) return [];
  return withLedger(cli, installation, async ({ ledger, limitsOf }) => {
    const findings: Finding[] = [];
    for (const name of Object.keys(installation.config.providers)) {
      const limits = limitsOf(name);
      if (!limits) continue;
      const { orphans } = await readProviderStatus(ledger, name, limits);
      if (orphans.length === 0) continue;
      const some = orphans.slice(0, shown).map(({ remoteJobId, launch }) => `${remoteJobId} (launch ${launch})`);
      const rest = orphans.length > shown ? ` and ${orphans.length - shown} more` : '';
      const what = `${several(orphans.length, 'remote job')} of ours followed by no task: ${some.join(', ')}${rest}`;
      findings.push(warn(`orphans on ${name}`, what, 'look on the platform; cancel there what is not wanted'));
    }
    return findings.length > 0 ? findings : [ok('orphans', 'no remote job of ours is without its task')];
  });
}
