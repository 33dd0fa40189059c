import { setTimeout as sleep } from 'node:timers/promises';
import type { PlacedHold, Wanted } from '@nightpass/engine';
import { z } from 'zod';
import type { Chosen } from '../acting.ts';
import { UsageError } from '../cli.ts';
import { listed } from '../view/words.ts';
import { action, preview, providerList } from './answers.ts';
import type { Remote } from './client.ts';

/** Acting by the API of a board: a preview, the action itself, and then until it is over. */

const lookEveryMs = 300;

export async function remoteAction(remote: Remote, wanted: Wanted): Promise<Chosen> {
  const chosen = await remote.post('/actions/preview', wanted, preview);
  return {
    tasks: chosen.tasks,
    phases: chosen.phases,
    untouched: chosen.untouched,
    async begin(why, tell) {
      let its = await remote.post('/actions', { ...wanted, preview: chosen.preview, why }, action);
      while (its.state === 'running' && wanted.perMinute === undefined) {
        await sleep(lookEveryMs);
        its = await remote.get(`/actions/${its.id}`, action);
        tell(its.looked, its.tasks);
      }
      if (its.state === 'failed') throw new Error(its.error ?? 'it failed');
      return its;
    },
  };
}

const processList = z.object({ items: z.array(z.object({ id: z.string(), name: z.string() })) });

export const remoteProcesses = async (remote: Remote, batch: string) =>
  (await remote.get(`/batches/${batch}/processes`, processList)).items;

export async function remoteProvider(
  remote: Remote,
  name: string,
): Promise<{ inFlight: number; holds: PlacedHold[]; nowMs: number }> {
  const { items, nowMs } = await remote.get('/providers', providerList);
  const found = items.find((it) => it.name === name);
  if (!found) throw new UsageError(`no provider ${name}; configured: ${listed(items.map((it) => it.name))}`);
  return { ...found, nowMs };
}
