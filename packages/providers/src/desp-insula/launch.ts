import type { CallFailure, LaunchAnswer, LaunchCall, LaunchRequest } from '@nightpass/core';
import { type AuthorizedExchange, noSlot } from '../auth/authorized-client.ts';
import { refused } from '../http/failure-table.ts';
import { jobHere } from './address.ts';
import { isNotOffered, isWell } from './answers.ts';
import type { Client } from './client.ts';
import type { DespInsulaConfig } from './config.ts';
import { configBody } from './payload.ts';
import { launchedIdOf, readConfig, readCost, readJob, readPage } from './replies.ts';
import { writeStep } from './step.ts';

/**
 * One launch: config, price, watermark, and then the one request that may be sent once only. All before it can be made
 * again without harm: a config is saved by its content, whatever its label, and the rest is reading.
 */
export async function launch(
  client: Client,
  config: Pick<DespInsulaConfig, 'estimateCost'>,
  request: LaunchRequest,
  call: LaunchCall,
): Promise<LaunchAnswer> {
  const body = configBody(client.api, request);
  if (!body) return refused('service-id-unusable', 'the id of the service can stand in no URI');
  const correlationId = `${request.task.id}.${request.attempt}`;

  const saved = await saveConfig(client, body, correlationId, call);
  if (saved.kind !== 'saved') return saved;
  const tooDear = config.estimateCost === 'ask' ? await priceCheck(client, saved.id, call) : undefined;
  if (tooDear) return tooDear;
  const highest = await highestJob(client, call);
  if (highest.kind !== 'highest') return highest;

  const step = writeStep({ configId: saved.id, watermark: highest.id, owner: saved.owner });
  if (!(await call.launchSlot(step))) return noSlot;
  const exchange = await client.launch(saved.id, correlationId, call);
  const made = isWell(exchange) ? launchedIdOf(exchange.json) : undefined;
  if (made) return { kind: 'launched', job: jobHere(client.api, made.id, made.price), rule: `launched-by-${made.by}` };
  const trouble = isWell(exchange) ? (exchange.trouble ?? 'no job can be read from the answer') : undefined;
  return permitted(
    client,
    exchange,
    call,
    'launch',
    trouble && `HTTP ${(exchange as { status: number }).status}: ${trouble}`,
  );
}

type Saved = { kind: 'saved'; id: string; owner: string | undefined };

/** A lost answer is no harm: the same config, posted again, is the same one. Once at once; then the engine decides. */
async function saveConfig(
  client: Client,
  body: object,
  correlationId: string,
  call: LaunchCall,
): Promise<Saved | CallFailure> {
  for (let tries = 1; ; tries++) {
    const exchange = await client.create(body, correlationId, call);
    if (isWell(exchange)) {
      const { id, owner } = readConfig(exchange.json, exchange.headers.location);
      if (id !== undefined) return { kind: 'saved', id, owner };
    }
    const failure = await permitted(client, exchange, call, 'other');
    if (failure.kind !== 'ambiguous') return failure;
    // The server cannot save two equal configs at once: the other is there by now.
    if (tries === 2) return { ...failure, rule: `config-${failure.rule}` };
    if (!(await call.launchSlot())) return noSlot;
  }
}

/** The platform launches what cannot be paid for, and fails it without a word. Where it tells no price, that is so. */
async function priceCheck(client: Client, configId: string, call: LaunchCall): Promise<CallFailure | undefined> {
  const exchange = await client.getNext(`/estimateCost/jobConfig/${configId}`, call);
  if (exchange.kind === 'noCredentials') return exchange.failure;
  if (exchange.kind !== 'answer') return undefined;
  const price = readCost(exchange.json);
  if (exchange.status === 402 || (exchange.status === 200 && price && price.cost > price.balance)) {
    const reason = price
      ? `it would cost ${price.cost}, and the wallet holds ${price.balance}`
      : 'it costs more than the wallet holds';
    return { kind: 'quota', rule: 'beyond-the-wallet', reason, retryAfterMs: undefined };
  }
  const failure = client.failed(exchange);
  const decides = exchange.status === 400 || failure.kind === 'unauthorized' || failure.kind === 'throttled';
  return exchange.status >= 300 && decides ? { ...failure, rule: `estimate-${failure.rule}` } : undefined;
}

const newest = 'sort=id,desc&size=1';

/** Zero where there is no job, or no list: a lost launch is then searched for among all there are. */
async function highestJob(client: Client, call: LaunchCall): Promise<{ kind: 'highest'; id: number } | CallFailure> {
  let exchange = await client.getNext(`/jobs?${newest}`, call);
  if (isNotOffered(exchange)) exchange = await client.getNext(`/jobs/search/parametricFind?${newest}`, call);
  if (isNotOffered(exchange)) return { kind: 'highest', id: 0 };
  const page = isWell(exchange) ? readPage(exchange.json, readJob) : undefined;
  const ids = page?.items.map((job) => Number(job.id ?? Number.NaN));
  const id = ids && Math.max(0, ...ids);
  if (id !== undefined && !Number.isNaN(id)) return { kind: 'highest', id };
  const failure = client.failed(exchange);
  // Nothing was launched yet: what cannot be read now is read before the next try.
  return failure.kind === 'ambiguous' ? { ...failure, kind: 'notSent', rule: `watermark-${failure.rule}` } : failure;
}

/** An empty 403 is of wrong credentials or of a service that is not ours to use: another request tells which. */
async function permitted(
  client: Client,
  exchange: AuthorizedExchange,
  call: LaunchCall,
  on: 'launch' | 'other',
  instead?: string,
): Promise<CallFailure> {
  const failure = client.failed(exchange, on, instead);
  if (failure.rule !== 'http-403') return failure;
  const other = await client.getNext('/services?page=0&size=1', call);
  if (other.kind === 'noCredentials') return other.failure;
  if (!isWell(other) || !readPage(other.json, (row) => row)) return failure;
  const reason =
    failure.reason === 'HTTP 403'
      ? 'HTTP 403: not allowed for this account, which is let in elsewhere'
      : failure.reason;
  return { kind: 'rejected', rule: '403-not-permitted', status: 403, reason };
}
