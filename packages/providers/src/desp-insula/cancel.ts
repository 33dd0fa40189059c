import type { Call, CallFailure, CancelAnswer, RemoteJob } from '@nightpass/core';
import { noSlot } from '../auth/authorized-client.ts';
import { addressHere } from './address.ts';
import { goneReason } from './answers.ts';
import type { Client } from './client.ts';
import { foreignAddress, readFamily, readOne } from './look.ts';
import { isOver, statusOf } from './state.ts';

/**
 * By what the job is doing: before its start it can be cancelled, after it only be terminated. Both are answered well
 * whatever comes of them, so that only a later look tells.
 */
export async function cancel(client: Client, job: RemoteJob, call: Call): Promise<CancelAnswer> {
  const address = addressHere(client.api, job.address);
  if (address === undefined) return foreignAddress;
  const read = await readOne(client, address.slice(client.api.path.length), call);
  if (read.kind === 'missing') return { kind: 'gone', reason: read.reason };
  if (read.kind !== 'read') return read;
  if (read.job.parent === true) return cancelFamily(client, read.job.id, call);
  const status = statusOf(read.job.status);
  // It ended before us: the next look says how.
  if (isOver(status)) return { kind: 'cancelling' };
  return stop(client, read.job.id, status === 'accepted' ? 'cancel' : 'terminate', call);
}

/** A parent's cancel reaches the sub-jobs that have not started; the others are terminated one by one. */
async function cancelFamily(client: Client, id: string, call: Call): Promise<CancelAnswer> {
  const family = await readFamily(client, id, call);
  if (!Array.isArray(family)) return family;
  const first = await stop(client, id, 'cancel', call);
  if (first.kind !== 'cancelling' && first.kind !== 'gone') return first;
  for (const child of family) {
    if (child.id === undefined || statusOf(child.status) !== 'running') continue;
    const answer = await stop(client, child.id, 'terminate', call);
    if (answer.kind !== 'cancelling' && answer.kind !== 'gone') return answer;
  }
  return { kind: 'cancelling' };
}

async function stop(client: Client, id: string, how: 'cancel' | 'terminate', call: Call): Promise<CancelAnswer> {
  if (!(await call.readSlot())) return noSlot;
  const exchange = await client.change(how === 'cancel' ? 'GET' : 'POST', `/jobs/${id}/${how}`, call);
  if (exchange.kind !== 'answer') return client.failed(exchange);
  const { status } = exchange;
  if (status >= 200 && status <= 299) return wentWell(client.failed(exchange));
  // Some servers have no cancel; there, terminate stops what waits as well.
  if (how === 'cancel' && (status === 404 || status === 405)) return stop(client, id, 'terminate', call);
  if (status === 404 || status === 410) return { kind: 'gone', reason: goneReason(exchange) };
  return client.failed(exchange);
}

/** Any 2xx but the page of a sign-in: the bodies are empty. */
function wentWell(asFailure: CallFailure): CancelAnswer {
  return asFailure.kind === 'unauthorized' ? asFailure : { kind: 'cancelling' };
}
