import { type Phase, silentLog, type TaskId } from '@nightpass/core';
import { readBatch } from '../ledger/batches.ts';
import { finishLaunch, recordLaunched, recordLost, type TaskPlace, writeIntent } from '../ledger/launching.ts';
import { readTasks } from '../ledger/reading.ts';
import type { TestLedger } from '../test-ledger.ts';
import type { Wanted } from './action.ts';
import { beginAction, readAction } from './action-log.ts';
import { chooseTasks } from './choose.ts';
import { type ActionTools, runAction } from './run-action.ts';

export const never = new AbortController().signal;

export const toolsOf = ({ ledger }: TestLedger): ActionTools => ({
  ledger,
  launchQueue: () => undefined,
  log: silentLog,
});

/** A task as a launcher would have brought it there. */
export async function bring(it: TestLedger, at: TaskPlace, phase: Phase, reason = 'no such image'): Promise<void> {
  await it.lock(at, 'mine');
  const allowed = { maxInFlight: 100, launchesPerSecond: 1000, orphanMs: 60_000, probe: undefined, alone: false };
  const intent = await writeIntent(it.ledger, at, { ...allowed, token: 'mine' });
  if (intent.kind !== 'go') throw new Error(intent.kind);
  const { attempt, intentAtMs } = intent;
  if (phase === 'unconfirmed') {
    await recordLost(it.ledger, at, { attempt, intentAtMs, inMs: 60_000, rule: 'lost', reason });
  } else if (phase === 'running') {
    const job = { id: `job-${at.index}`, address: '/jobs' };
    await recordLaunched(it.ledger, at, { attempt, job, lookInMs: 60_000, rule: 'created' });
  } else if (phase === 'failed' || phase === 'parked' || phase === 'succeeded') {
    await finishLaunch(it.ledger, at, { attempt, intentAtMs, phase, rule: 'refused', reason });
  }
}

/** Chosen, begun, and carried out. */
export async function act(it: TestLedger, wanted: Wanted, who = 'anna') {
  const choice = await chooseTasks(it.ledger, wanted, who);
  const begun = await beginAction(it.ledger, choice.id, { wanted, who, role: 'operator', why: 'a test' });
  await runAction(toolsOf(it), choice.id, never);
  return { choice, begun, action: await readAction(it.ledger, choice.id) };
}

export const gridOf = ({ ledger, id }: TestLedger) => ledger.redis.get(ledger.keys.grid(id));
export const taskOf = async ({ ledger, id }: TestLedger, p: number, z: number) =>
  (await readTasks(ledger, [`${id}-${p}-${z}` as TaskId], async () => readBatch(ledger, id)))[0];
