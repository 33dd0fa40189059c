import { fingerprintOf, isRecord } from '../fingerprint.ts';
import type { SimulatedProcess } from './behaviour.ts';
import { imageFields } from './process-replies.ts';

/** Why a launch is turned away: 400 for its shape, 405 ("invalid input") for what it means. */
export interface InputFault {
  status: 400 | 405;
  message: string;
  hint: string;
}

/**
 * Checks a launch by the published input schemas (object detection: `imageId`; change detection: `imageId1` and
 * `imageId2`). For two images, `imageId` with `imageId2` is let through too, as public scripts send it, unless the
 * process is declared with the field that it requires.
 */
export function inputFault(input: unknown, process: SimulatedProcess | undefined): InputFault | undefined {
  if (!isRecord(input)) return { status: 400, message: 'Bad request', hint: 'the body is not a JSON object' };
  const faults = [...fieldFaults(input), ...imageFaults(input, process), ...geomFaults(input.geom)];
  if (faults.length > 0) return { status: 400, message: 'Bad request', hint: faults.join('; ') };
  if (!isPolygon((input.geom as Record<string, unknown>).coordinates)) {
    return {
      status: 405,
      message: 'Invalid input',
      hint: 'geom.coordinates must be closed rings of at least 4 positions',
    };
  }
  return undefined;
}

function fieldFaults(input: Record<string, unknown>): string[] {
  const faults: string[] = [];
  if (!('name' in input)) faults.push('name is required');
  for (const key of [
    'name',
    'projectId',
    'datasetId',
    'datasetName',
    'maskDatasetId',
    'imageId',
    'imageId1',
    'imageId2',
  ]) {
    if (key in input && typeof input[key] !== 'string') faults.push(`${key} must be a string`);
  }
  if ('datasetId' in input === 'datasetName' in input)
    faults.push('exactly one of datasetId and datasetName is required');
  return faults;
}

function imageFaults(input: Record<string, unknown>, process: SimulatedProcess | undefined): string[] {
  if (process) {
    return imageFields(process)
      .filter((key) => !(key in input))
      .map((key) => `${key} is required`);
  }
  if ('imageId1' in input && !('imageId2' in input)) return ['imageId2 is required'];
  return 'imageId' in input || 'imageId1' in input ? [] : ['imageId is required'];
}

function geomFaults(geom: unknown): string[] {
  if (geom === undefined) return ['geom is required'];
  if (!isRecord(geom)) return ['geom must be an object'];
  const faults: string[] = [];
  if (geom.type !== 'Polygon') faults.push('geom.type must be Polygon');
  if (!Array.isArray(geom.coordinates)) faults.push('geom.coordinates must be an array');
  return faults;
}

function isPolygon(rings: unknown): boolean {
  return Array.isArray(rings) && rings.length > 0 && rings.every(isRing);
}

function isRing(ring: unknown): boolean {
  if (!Array.isArray(ring) || ring.length < 4) return false;
  if (!ring.every((position) => Array.isArray(position) && position.length >= 2 && position.every(Number.isFinite))) {
    return false;
  }
  const [first, last] = [ring[0] as number[], ring.at(-1) as number[]];
  return first[0] === last[0] && first[1] === last[1];
}

export function textOf(input: unknown, key: string): string | undefined {
  const value = isRecord(input) ? input[key] : undefined;
  return typeof value === 'string' ? value : undefined;
}

/** The first image, under either of its names. */
export function imageOf(input: unknown): string | undefined {
  return textOf(input, 'imageId') ?? textOf(input, 'imageId1');
}

/** Of what makes two launches the same work: process, name, images, dataset and place. */
export function launchFingerprint(processId: string | undefined, input: unknown): string {
  return fingerprintOf([
    processId ?? '',
    textOf(input, 'name') ?? '',
    imageOf(input) ?? '',
    textOf(input, 'imageId2') ?? '',
    textOf(input, 'datasetId') ?? textOf(input, 'datasetName') ?? '',
    isRecord(input) ? (input.geom ?? null) : null,
  ]);
}
