import { fingerprintOf, isRecord } from '../fingerprint.ts';
import type { Asked, Read, Reply } from '../platform.ts';
import type { JobConfig, NewConfig } from './configs.ts';
import { pageOf } from './lists.ts';
import { configReply, embedded, inputsOf, linker } from './replies.ts';
import { type Called, halReply, idOf, refused, serviceOf, type World } from './world.ts';

export function readCreate(asked: Asked): Read {
  let input: unknown;
  try {
    input = JSON.parse(asked.body);
  } catch {
    return {};
  }
  if (!isRecord(input)) return { input };
  const serviceId = idOf(typeof input.service === 'string' ? input.service : undefined);
  const processId = String(serviceId);
  const name = typeof input.label === 'string' ? input.label : undefined;
  return { input, name, processId, fingerprint: fingerprintOf([serviceId, input.inputs]) };
}

/** `POST /jobConfigs`: 201, and an empty body to those who say not what they accept. */
export function create(called: Called): Reply {
  const { world, asked, caller } = called;
  const fresh = configFrom(world, called.read.input, caller);
  if (typeof fresh === 'string') return refused(called, 400, fresh);
  const saved = world.configs.save(fresh, world.quirks, world.clock.elapsedMs(), world.behaviour.raceMs);
  if (saved.kind === 'notUnique') return refused(called, 500, 'query did not return a unique result');
  if (saved.kind === 'race') {
    return refused(called, world.quirks.race === '409' ? 409 : 500, 'could not execute statement; constraint');
  }
  const location = linker(world, asked).plain(`/jobConfigs/${saved.config.id}`).href;
  const reply =
    asked.headers.accept === undefined ? { status: 201 } : halReply(configReply(world, asked, saved.config), 201);
  return { ...reply, headers: { ...('headers' in reply ? reply.headers : {}), location }, effect: {} };
}

function configFrom(world: World, body: unknown, owner: string): NewConfig | string {
  if (!isRecord(body)) return 'JSON parse error';
  const serviceId = idOf(typeof body.service === 'string' ? body.service : undefined);
  if (!serviceOf(world, serviceId)) return 'Cannot resolve the URI of the service';
  const inputs = inputsOf(body.inputs ?? {});
  if (!inputs) return 'inputs must be lists of strings';
  const text = (value: unknown) => (typeof value === 'string' ? value : null);
  const parallel = Array.isArray(body.parallelParameters) ? body.parallelParameters.map(String) : [];
  const parentId = typeof body.parent === 'string' ? idOf(body.parent) : null;
  return {
    owner,
    serviceId,
    inputs,
    label: text(body.label),
    parentId,
    systematicParameter: text(body.systematicParameter),
    parallelParameters: parallel,
  };
}

function configAsked({ world, asked }: Called): JobConfig | undefined {
  return world.configs.find(idOf(asked.params.configId));
}

export function getConfig(called: Called): Reply {
  const config = configAsked(called);
  return config ? halReply(configReply(called.world, called.asked, config)) : refused(called, 404, 'Not found');
}

export function deleteConfig(called: Called): Reply {
  if (!called.world.quirks.configReading) return refused(called, 405, 'Method not allowed');
  return called.world.configs.remove(idOf(called.asked.params.configId))
    ? { status: 204, effect: {} }
    : refused(called, 404, 'Not found');
}

export function listConfigs(called: Called): Reply {
  const { world, asked, caller } = called;
  if (!world.quirks.configReading) return refused(called, 405, 'Method not allowed');
  const own = world.configs.all().filter((config) => config.owner === caller);
  const { items, page } = pageOf(called, own);
  return halReply({
    ...embedded(
      'jobConfigs',
      items.map((config) => configReply(world, asked, config)),
    ),
    page,
  });
}

/** `GET /estimateCost/jobConfig/{id}`: 402 where it is more than the wallet holds; the same body both times. */
export function estimate(called: Called): Reply {
  const { world } = called;
  if (!world.quirks.estimateCost || !configAsked(called)) return refused(called, 404, 'Not found');
  const { balance, costPerJob } = world.behaviour.wallet ?? { balance: 20, costPerJob: 0 };
  const left = balance - world.spent;
  const body = { estimatedCost: costPerJob, currentWalletBalance: left, recurrence: 'ONE_OFF' };
  const headers = { 'content-type': 'application/json' };
  return { status: costPerJob > left ? 402 : 200, headers, body: JSON.stringify(body) };
}
