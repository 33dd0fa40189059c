import type { LaunchRequest } from '@nightpass/core';
import { nameToken, type Payload, type PayloadOptions, payloadOf } from './payload.ts';

/**
 * Is the job that echoes this input the one our launch made? "unclear" wherever the echo leaves a doubt: a job that is
 * ours and called another's would be launched twice.
 */
export type Match = 'same' | 'other' | 'unclear';

/** Degrees; some metres. Platforms round coordinates. */
export const nearDegrees = 1e-4;

export function matchInput(
  input: Readonly<Record<string, unknown>> | undefined,
  request: LaunchRequest,
  options: PayloadOptions,
): Match {
  if (input === undefined) return 'unclear';
  const ours = payloadOf(request, options);
  if (options.launchNameToken) return matchToken(input.name, ours.name, nameToken(request.launchKey));
  return worst([matchName(input.name, ours.name), matchButName(input, ours)]);
}

/** All but the name. */
export function matchButName(input: Readonly<Record<string, unknown>>, ours: Payload): Match {
  return worst([
    matchText(input.imageId ?? input.imageId1, ours.imageId ?? ours.imageId1),
    matchSecondImage(input.imageId2, ours),
    matchText(input.datasetId, ours.datasetId),
    matchGeom(input.geom, ours.geom),
  ]);
}

export function worst(matches: readonly Match[]): Match {
  if (matches.includes('other')) return 'other';
  return matches.includes('unclear') ? 'unclear' : 'same';
}

export const plain = (text: string) => text.normalize('NFC').replace(/\s+/g, ' ').trim();

/** The token is unique: nothing else needs to be compared. */
function matchToken(echoed: unknown, ours: string, token: string): Match {
  if (typeof echoed !== 'string' || plain(echoed) === '') return 'unclear';
  if (echoed.includes(token)) return 'same';
  return isCutFrom(echoed, ours) ? 'unclear' : 'other';
}

/** Names may have been cut by the platform. */
export function isCutFrom(echoed: string, ours: string): boolean {
  const stem = plain(echoed.replace(/(?:\.{3}|…)$/, ''));
  return stem !== '' && plain(ours).startsWith(stem);
}

function matchName(echoed: unknown, ours: string): Match {
  if (typeof echoed !== 'string') return 'unclear';
  if (plain(echoed) === plain(ours)) return 'same';
  return isCutFrom(echoed, ours) ? 'unclear' : 'other';
}

function matchText(echoed: unknown, ours: string | undefined): Match {
  if (echoed === undefined || echoed === null) return 'unclear';
  return String(echoed) === ours ? 'same' : 'other';
}

function matchSecondImage(echoed: unknown, ours: Payload): Match {
  const none = echoed === undefined || echoed === null || echoed === '';
  if (ours.imageId2 === undefined) return none ? 'same' : 'other';
  return none ? 'unclear' : matchText(echoed, ours.imageId2);
}

function matchGeom(echoed: unknown, ours: Payload['geom']): Match {
  const theirs = boxOf(echoed);
  if (theirs === undefined) return 'unclear';
  if (deepEqual(echoed, ours)) return 'same';
  const box = boxOf(ours);
  const near = box?.every((edge, i) => Math.abs(edge - (theirs[i] ?? Number.NaN)) <= nearDegrees);
  return near ? 'unclear' : 'other';
}

/** [west, south, east, north] of every position in a GeoJSON geometry, a Feature's included. */
export function boxOf(geometry: unknown): [number, number, number, number] | undefined {
  const box: [number, number, number, number] = [Infinity, Infinity, -Infinity, -Infinity];
  const pending: unknown[] = [geometry];
  while (pending.length > 0) {
    const value = pending.pop();
    if (Array.isArray(value)) {
      const [x, y] = value;
      if (typeof x === 'number' && typeof y === 'number') {
        box[0] = Math.min(box[0], x);
        box[1] = Math.min(box[1], y);
        box[2] = Math.max(box[2], x);
        box[3] = Math.max(box[3], y);
      } else for (const item of value) pending.push(item);
    } else if (typeof value === 'object' && value !== null) {
      const holder = value as Record<string, unknown>;
      pending.push(holder.coordinates, holder.geometry);
    }
  }
  return box.every(Number.isFinite) ? box : undefined;
}

/** Of JSON values. Key order does not count; depth is bounded where replies are read. */
export function deepEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  return keys.every((key) => Object.hasOwn(b, key) && deepEqual(a[key as keyof typeof a], b[key as keyof typeof b]));
}
