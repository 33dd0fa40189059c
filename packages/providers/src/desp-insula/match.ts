import { keyMark, keysIn } from './payload.ts';
import type { JobReply } from './replies.ts';
import type { Step } from './step.ts';

/**
 * Is this job the one that our launch made? "unclear" wherever a doubt is left: a job that is ours and called another's
 * would be launched twice. `unshown`: it shows neither label nor config, which can be read by themselves.
 */
export type Match = 'same' | 'other' | 'unclear' | 'unshown';

/** Jobs read their label through their config: it is that of the last launch that had this config. */
export function matchJob(job: JobReply, launchKey: string, step: Pick<Step, 'configId' | 'owner'>): Match {
  if (job.parentJob && Object.keys(job.parentJob).length > 0) return 'other';
  const owner = job.owner?.name;
  if (owner !== undefined && step.owner !== undefined && owner !== step.owner) return 'other';

  const label = job.config?.label !== undefined ? job.config.label : job.label;
  if (label?.includes(keyMark(launchKey))) return 'same';
  const hasOurConfig = job.config?.id === undefined ? undefined : job.config.id === step.configId;
  if (label === undefined) return hasOurConfig === undefined ? 'unshown' : hasOurConfig ? 'same' : 'unclear';
  // The key of another launch, on our config: it was launched later, or by somebody who shares the account.
  if (hasOurConfig) return label !== null && keysIn(label).length > 0 ? 'unclear' : 'same';
  return 'other';
}
