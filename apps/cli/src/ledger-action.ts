import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Action,
  beginAction,
  chooseTasks,
  createQueues,
  NothingThere,
  NotPossible,
  type ProviderQueues,
  readAction,
  runAction,
  type Wanted,
} from '@nightpass/engine';
import type { Chosen, Tell } from './acting.ts';
import { UsageError } from './cli.ts';
import type { OpenLedger } from './installation.ts';
import { personHere } from './who.ts';

/** Acting on the ledger itself, by the API's own three steps: counted, begun together with its audit entry, carried out. */

export async function ledgerAction(open: OpenLedger, wanted: Wanted): Promise<Chosen> {
  const { ledger } = open;
  const who = personHere();
  const choice = await chooseTasks(ledger, wanted, who).catch((error: Error) => {
    throw error instanceof NotPossible || error instanceof NothingThere ? new UsageError(error.message) : error;
  });
  return {
    ...choice,
    async begin(why, tell) {
      const begun = await beginAction(ledger, choice.id, { wanted, who, role: 'admin', why });
      if (begun === 'gone') throw new Error('this was counted too long ago: run it again');
      return wanted.perMinute === undefined ? carriedOut(open, choice.id, tell) : known(open, choice.id);
    },
  };
}

const lookEveryMs = 200;
const tellEveryMs = 1_000;

async function known({ ledger }: OpenLedger, id: string): Promise<Action> {
  const action = await readAction(ledger, id);
  if (!action) throw new Error('the action is not known any more');
  return action;
}

/** A board that runs may be quicker than we. */
async function carriedOut(open: OpenLedger, id: string, tell: Tell): Promise<Action> {
  const { ledger, log, closed } = open;
  const queues = queuesWhenAsked(open);
  const telling = setInterval(() => {
    readAction(ledger, id)
      .then((its) => its && tell(its.looked, its.tasks))
      .catch(() => undefined);
  }, tellEveryMs);
  try {
    for (;;) {
      await runAction({ ledger, log, launchQueue: queues.launch }, id, closed);
      const action = await known(open, id);
      if (action.state === 'failed') throw new Error(action.error ?? 'it failed');
      if (action.state !== 'running') return action;
      await sleep(lookEveryMs, undefined, { signal: closed });
    }
  } finally {
    clearInterval(telling);
    await queues.close();
  }
}

/** Few actions move anything in a queue. */
function queuesWhenAsked({ ledger, log }: OpenLedger) {
  const made = new Map<string, ProviderQueues>();
  return {
    launch(provider: string) {
      const its = made.get(provider) ?? createQueues(ledger.keys, provider, ledger.redis, log);
      made.set(provider, its);
      return its.launch;
    },
    close: async () =>
      void (await Promise.all([...made.values()].flatMap(({ launch, track }) => [launch.close(), track.close()]))),
  };
}
