import { createHash } from 'node:crypto';
import type { Asked, Reply } from '../platform.ts';
import { hash32 } from '../random.ts';
import { addressOf, errorLogOf, findJob, type World } from './answers.ts';
import { apiPrefix } from './discovery.ts';
import { errorReply, json, noSuchJob } from './errors.ts';
import { type Word, wordAt } from './job-life.ts';
import type { Job } from './jobs.ts';

const assets = [
  { name: 'openEO.tif', type: 'image/tiff; application=geotiff', roles: ['data'] },
  { name: 'zones.geojson', type: 'application/geo+json', roles: ['data'] },
] as const;

/** `GET /jobs/{id}/results`: a STAC Collection or Item. */
export function results(world: World, asked: Asked): Reply {
  const { behaviour, clock } = world;
  const job = findJob(world, asked);
  if (!job) return noSuchJob(asked.params.jobId);
  const word = wordAt(job.life, clock.elapsedMs());
  if (word === 'error' && behaviour.resultsOfError === 424) return json(errorLogOf(world, job), 424);
  const isPart = word === 'running' && behaviour.partialResults && asked.query.get('partial') === 'true';
  if (word !== 'finished' && !isPart) {
    return word === 'created'
      ? errorReply(400, 'JobNotStarted', 'Batch job has not been started yet.')
      : errorReply(400, 'JobNotFinished', 'Batch job has not finished computing the results yet.');
  }
  const collection = behaviour.resultsAs === 'collection';
  return json({
    type: collection ? 'Collection' : 'Feature',
    stac_version: '1.0.0',
    id: job.id,
    'openeo:status': word,
    ...(collection ? { description: 'Simulated', license: 'proprietary' } : { geometry: null, properties: {} }),
    assets: Object.fromEntries(assets.map((asset) => [asset.name, assetOf(world, asked, job, asset)])),
    links: [{ rel: 'canonical', href: `${addressOf(asked)}/jobs/${job.id}/results` }],
  });
}

function assetOf(world: World, asked: Asked, job: Job, { name, type, roles }: (typeof assets)[number]) {
  const bytes = Buffer.from(contentOf(job, name));
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return {
    href: hrefOf(world, asked, job, name),
    type,
    roles,
    title: name,
    'file:size': bytes.length,
    // A multihash: 12 is sha2-256, 20 its length.
    'file:checksum': `1220${sha256}`,
  };
}

function hrefOf({ behaviour, clock }: World, asked: Asked, job: Job, name: string): string {
  const place = `${addressOf(asked)}/jobs/${job.id}/results/assets/${encodeURIComponent(name)}`;
  if (behaviour.assetHrefs === 'relative') return `results/assets/${encodeURIComponent(name)}`;
  if (behaviour.assetHrefs === 'absolute') return place;
  const until = Math.ceil(clock.elapsedMs() + behaviour.assetSeconds * 1000);
  return `${asked.ownOrigin}${apiPrefix}-signed/${job.id}/${encodeURIComponent(name)}?until=${until}&sign=${signOf(job, until)}`;
}

/** `GET` of an asset, whole or in ranges. */
export function download(world: World, asked: Asked): Reply {
  const job = findJob(world, asked);
  const asset = assets.find(({ name }) => name === asked.params.name);
  if (!job || !asset) return errorReply(404, 'FilePathInvalid', 'File does not exist.');
  if (wordAt(job.life, world.clock.elapsedMs()) !== ('finished' satisfies Word)) return noSuchJob(job.id);
  return ranged(asked, contentOf(job, asset.name), asset.type);
}

/** The same by a signed link: open to all, until it ends. */
export function signedDownload(world: World, asked: Asked): Reply {
  const until = Number(asked.query.get('until'));
  const job = findJob(world, asked);
  if (!job || asked.query.get('sign') !== signOf(job, until)) return errorReply(403, 'PermissionsInsufficient', 'No.');
  if (world.clock.elapsedMs() >= until) return errorReply(410, 'ResultLinkExpired', 'The link has expired.');
  return download(world, asked);
}

function ranged(asked: Asked, content: string, type: string): Reply {
  const size = Buffer.byteLength(content);
  const headers = { 'content-type': type, 'accept-ranges': 'bytes' };
  const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(String(asked.headers.range ?? '')) ?? [];
  if (from === undefined) return { status: 200, headers, body: content };
  const first = Number(from);
  const last = Math.min(to ? Number(to) : size - 1, size - 1);
  if (first > last) return { status: 416, headers: { ...headers, 'content-range': `bytes */${size}` }, body: '' };
  const part = Buffer.from(content).subarray(first, last + 1);
  return {
    status: 206,
    headers: { ...headers, 'content-range': `bytes ${first}-${last}/${size}` },
    body: part.toString('utf8'),
  };
}

const signOf = (job: Job, until: number) => hash32(`${job.id}/${until}`).toString(36);

/** Plain ASCII, so that any range of it is text. */
const contentOf = (job: Job, name: string) =>
  name.endsWith('.geojson')
    ? '{"type":"FeatureCollection","features":[]}'
    : `simulated ${name} of ${job.id} `.repeat(40);
