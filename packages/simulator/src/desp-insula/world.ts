import type { Clock } from '../clock.ts';
import type { Asked, Read, Reply } from '../platform.ts';
import { hash32, type Random } from '../random.ts';
import type { DespInsulaBehaviour, Service } from './behaviour.ts';
import type { Configs } from './configs.ts';
import { errorReply } from './errors.ts';
import { isShown, type Job, type Jobs } from './jobs.ts';
import type { Quirks } from './quirks.ts';

export const apiPath = '/secure/api/v2.0';

/** All that a simulated server is, but for its credentials. */
export interface World {
  clock: Clock;
  random: Random;
  behaviour: DespInsulaBehaviour;
  quirks: Quirks;
  configs: Configs;
  jobs: Jobs;
  /** What has been paid for launches so far. */
  spent: number;
}

/** A request of somebody who was let in. */
export interface Called {
  world: World;
  asked: Asked;
  read: Read;
  caller: string;
}
export type Answer = (called: Called) => Reply;

/** What a client wrote `??projection=` for is understood too. */
export function param({ asked }: Pick<Called, 'asked'>, name: string): string | undefined {
  return asked.query.get(name) ?? asked.query.get(`?${name}`) ?? undefined;
}

export function refused({ world }: Pick<Called, 'world'>, status: number, message: string): Reply {
  return errorReply(world.quirks.errorForm, status, message);
}

export function halReply(body: unknown, status = 200): Reply {
  return { status, headers: { 'content-type': 'application/hal+json;charset=UTF-8' }, body: JSON.stringify(body) };
}

/** Where no services are declared, every number is one. */
export function serviceOf(world: World, id: number): Service | undefined {
  const { services } = world.behaviour;
  if (services) return services.find((service) => service.id === id);
  if (!Number.isInteger(id) || id < 1) return undefined;
  return {
    id,
    name: `TestProcessor${id}`,
    status: 'AVAILABLE',
    inputs: [],
    outputs: ['result'],
    parallelInput: undefined,
  };
}

/** The job that the address names, as long as it shows. */
export function jobAsked({ world, asked }: Pick<Called, 'world' | 'asked'>): Job | undefined {
  const job = world.jobs.find(idOf(asked.params.jobId));
  return job && isShown(job, world.clock.elapsedMs()) ? job : undefined;
}

/** An entity is told by the last segment of its URI, whatever stands before it. */
export function idOf(uri: string | undefined): number {
  const last = (uri ?? '').replace(/\/+$/, '').split('/').at(-1) ?? '';
  return /^\d{1,15}$/.test(last) ? Number(last) : Number.NaN;
}

export function ownerIdOf(name: string): number {
  return 10 + (hash32(name) % 90_000);
}
