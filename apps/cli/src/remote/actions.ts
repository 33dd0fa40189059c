import type { Target } from '@nightpass/engine';
import { z } from 'zod';
import type { OpenAction, OpenActions } from '../commands/actions.ts';
import { action } from './answers.ts';
import type { Remote } from './client.ts';

/** What is under way, by the API of a board. */

const openAction = action
  .extend({
    action: z.enum(['redrive', 'cancel', 'park', 'priority', 'pause', 'resume']),
    target: z.looseObject({ kind: z.string() }),
    perMinute: z.number().optional(),
    who: z.string(),
    why: z.string(),
    begunAtMs: z.number(),
  })
  .transform((it): OpenAction => ({ ...it, perMinute: it.perMinute, target: it.target as unknown as Target }));
const openList = z.object({ items: z.array(openAction) });

export function remoteActions(remote: Remote): OpenActions {
  return {
    list: async () => (await remote.get('/actions', openList)).items,
    stop: (id, why) => remote.post(`/actions/${id}/stop`, { why }, openAction),
  };
}
