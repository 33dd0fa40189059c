import { isPhase, type Phase } from '@nightpass/pictures/phases';
import type { Target } from '../api/action-answers.ts';
import { queryOf } from '../api/fetching.ts';
import { readSpan, type Span } from '../selection/span.ts';

/** Which tasks are meant, as it stands in the address of a page. Every condition that is given must hold. */

export const texts = ['location', 'image', 'error', 'remoteId'] as const;
export type TextField = (typeof texts)[number];

export const textNames: Record<TextField, string> = {
  location: 'location',
  image: 'image id',
  error: 'error text',
  remoteId: 'remote id',
};

export interface TaskQuery extends Partial<Record<TextField, string>> {
  batch?: string | undefined;
  phases: Phase[];
  processes: number[];
  zones: number[];
  /** When they last moved. */
  span: Span;
  provider?: string | undefined;
  family?: string | undefined;
  sort: string;
}

/** So many the API takes in a list, and in an action. */
export const mostListedZones = 1_000;
export const mostActedZones = 10_000;

export function readTaskQuery(query: string, also: { batch?: string; zones?: readonly number[] } = {}): TaskQuery {
  const given = new URLSearchParams(query);
  const text = (name: string) => given.get(name) || undefined;
  const fields = Object.fromEntries(texts.map((name) => [name, text(name)]));
  return {
    ...fields,
    batch: also.batch ?? text('batch'),
    phases: listOf(given.get('phase')).filter(isPhase),
    processes: numbersOf(given.get('process')),
    zones: also.zones ? [...also.zones] : numbersOf(given.get('zone')),
    span: readSpan(given),
    provider: text('provider'),
    family: text('family'),
    sort: text('sort') ?? 'task',
  };
}

const listOf = (text: string | null) => (text ?? '').split(',').filter((it) => it !== '');
const numbersOf = (text: string | null) =>
  listOf(text)
    .map(Number)
    .filter((n) => Number.isInteger(n) && n >= 0);

/** Under the API, without the page. */
export function tasksPath(query: TaskQuery, limit: number): string {
  const { phases, processes, zones, span, ...rest } = query;
  return `/tasks${queryOf({
    ...rest,
    phase: phases,
    process: processes,
    zone: zones.slice(0, mostListedZones),
    movedSinceMs: span.sinceMs,
    movedUntilMs: span.untilMs,
    limit,
  })}`;
}

/** What an action on all that match is done to; undefined where only single tasks can be named. */
export function targetOf(query: TaskQuery): Target | undefined {
  const { batch, phases, processes, zones, span, location, image, error, provider, family, remoteId } = query;
  if (batch === undefined || remoteId !== undefined || zones.length > mostActedZones) return undefined;
  const some = <T>(list: T[]) => (list.length > 0 ? list : undefined);
  const conditions = {
    phases: some(phases),
    processes: some(processes),
    zones: some(zones),
    location,
    image,
    error,
    provider,
    family,
    movedSinceMs: span.sinceMs,
    movedUntilMs: span.untilMs,
  };
  const given = Object.entries(conditions).filter(([, value]) => value !== undefined);
  if (given.length === 0) return { kind: 'batch', batch };
  return { kind: 'filter', filter: { batch, ...Object.fromEntries(given) } };
}

/** Whether anything but the pictures' own conditions is asked for. */
export const hasTexts = (query: TaskQuery): boolean =>
  texts.some((name) => query[name] !== undefined) || query.provider !== undefined || query.family !== undefined;
