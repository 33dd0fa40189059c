import { createHash } from 'node:crypto';
import type { Asked, Reply } from '../platform.ts';
import type { World } from './answers.ts';
import { errorReply } from './replies.ts';

/** `GET /api/v1/records/{datasetId}/export`: what a job has found, as GeoJSON, whole or in part. */
export function exportRecords(world: World, asked: Asked, projectId: string): Reply {
  const { desk, jobs, clock } = world;
  if (asked.query.get('type') !== 'geojson') return errorReply(desk, asked, 400, 'Bad request', 'type must be geojson');
  const job = jobs.find(asked.query.get('jobId') ?? undefined);
  const isHere = job && (job.datasetId ?? 'new') === asked.params.datasetId;
  const isOfProject = job?.projectId === undefined || job.projectId === projectId;
  if (!isHere || !isOfProject || clock.elapsedMs() >= job.plan.goneFromMs) {
    return errorReply(desk, asked, 404, 'No records of such a job');
  }
  const body = featuresOf(job.id, desk.behaviour.recordsPerJob);
  return desk.behaviour.recordsInParts ? inPart(asked, body) : { status: 200, headers: type, body };
}

const type = { 'content-type': 'application/geo+json' };

/** The same each time: as many points as told, near one another. */
function featuresOf(jobId: string, count: number): string {
  const features = Array.from({ length: count }, (_, n) => ({
    type: 'Feature',
    id: `${jobId}/${n}`,
    properties: { jobId, confidence: (n % 100) / 100 },
    geometry: { type: 'Point', coordinates: [3.68 + (n % 100) / 1000, 43.38 + (n % 37) / 1000] },
  }));
  return JSON.stringify({ type: 'FeatureCollection', features });
}

/** The body is ASCII: its letters are its bytes. */
function inPart(asked: Asked, body: string): Reply {
  const etag = `"${createHash('sha1').update(body).digest('hex')}"`;
  const headers = { ...type, 'accept-ranges': 'bytes', etag };
  const [, from, until] = /^bytes=(\d+)-(\d*)$/.exec(String(asked.headers.range ?? '')) ?? [];
  const condition = asked.headers['if-range'];
  if (from === undefined || (condition !== undefined && condition !== etag)) return { status: 200, headers, body };
  const first = Number(from);
  const last = Math.min(until ? Number(until) : body.length - 1, body.length - 1);
  if (first > last) return { status: 416, headers: { ...headers, 'content-range': `bytes */${body.length}` } };
  const part = { ...headers, 'content-range': `bytes ${first}-${last}/${body.length}` };
  return { status: 206, headers: part, body: body.slice(first, last + 1) };
}
