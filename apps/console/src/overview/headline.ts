import type { BatchPage, Providers } from '../api/answers.ts';
import { many, num } from '../words/words.ts';

/** The night in one sentence. */

type Batches = Pick<BatchPage, 'items'>;

export function headline({ items }: Batches, providers: Providers): string {
  if (items.length === 0) return 'Nothing has been dropped yet';
  const open = items.filter(({ endedAtMs }) => endedAtMs === undefined);
  const parked = sum(items, 'parked');
  const held = providers.items.filter(({ holds }) => holds.length > 0);
  const parts = [
    open.length === 0 ? 'All batches have ended' : `${many(open.length, 'batch is', 'batches are')} open`,
    open.length > 0 && `${many(sum(open, 'running'), 'task')} ${sum(open, 'running') === 1 ? 'runs' : 'run'}`,
    parked > 0 && `${num(parked)} ${parked === 1 ? 'waits' : 'wait'} for a person`,
    held.length > 0 && `${held.map(({ name }) => name).join(', ')} ${held.length === 1 ? 'is' : 'are'} held`,
  ].filter((it) => it !== false);
  if (parked === 0 && held.length === 0) parts.push('nothing needs you');
  return parts.join(', ');
}

const sum = (items: Batches['items'], phase: 'running' | 'parked') =>
  items.reduce((total, { counts }) => total + counts[phase], 0);

/** As short as the title of a tab must be. */
export function headlineTitle(batches: Batches | undefined, providers: Providers | undefined): string {
  if (!batches || !providers) return 'Overview';
  const open = batches.items.filter(({ endedAtMs }) => endedAtMs === undefined);
  const settled = open.reduce((total, it) => total + it.settled, 0);
  const tasks = open.reduce((total, it) => total + it.taskCount, 0);
  const held = providers.items.some(({ holds }) => holds.length > 0);
  const parked = sum(batches.items, 'parked');
  const signs = [held && 'held', parked > 0 && `${num(parked)} parked`].filter((it) => it !== false);
  const progress = open.length === 0 ? 'Overview' : `${Math.floor((settled / Math.max(1, tasks)) * 100)} %`;
  return [progress, ...signs].join(' · ');
}
