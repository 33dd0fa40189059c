import { setTimeout as sleep } from 'node:timers/promises';
import type { ActionKind, PlacedHold, Target } from '@nightpass/engine';
import { z } from 'zod';
import { UsageError } from '../cli.ts';
import { listed } from '../view/words.ts';
import { action, preview, providerList } from './answers.ts';
import type { Remote } from './client.ts';

/** Acting by the API of a board: a preview, the action itself, and then until it is over. */

export interface RemoteChoice {
  tasks: number;
  phases: Record<string, number>;
  untouched: Record<string, number>;
  /** @returns how many tasks it changed */
  begin(why: string): Promise<{ changed: number; looked: number }>;
}

const lookEveryMs = 300;

export async function remoteAction(remote: Remote, kind: ActionKind, target: Target): Promise<RemoteChoice> {
  const wanted = { action: kind, target };
  const chosen = await remote.post('/actions/preview', wanted, preview);
  return {
    tasks: chosen.tasks,
    phases: chosen.phases,
    untouched: chosen.untouched,
    async begin(why) {
      let its = await remote.post('/actions', { ...wanted, preview: chosen.preview, why }, action);
      while (its.state === 'running') {
        await sleep(lookEveryMs);
        its = await remote.get(`/actions/${its.id}`, action);
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
