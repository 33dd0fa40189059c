import type { Asked, Reply } from '../platform.ts';
import { errorReply, noSuchJob } from './errors.ts';
import type { Job } from './jobs.ts';
import { html, jobOf, jobPath, json, type World } from './world.ts';

/** `GET /jobs/{jobId}/results`. */
export function results(world: World, asked: Asked): Reply {
  const found = jobOf(world, asked);
  if (!found) return noSuchJob(world, 'other');
  const { job, state } = found;
  if (state.word === 'successful') {
    return wantsHtml(world, asked) ? html(200, 'Results') : resultsDocument(world, asked, job);
  }
  if (state.word !== 'failed') return errorReply(world, 404, 'result-not-ready', 'job still in progress');
  switch (world.behaviour.failedResults) {
    case 'empty-object':
      return json(200, {});
    case 'error-404':
      return errorReply(world, 404, 'result-not-ready', 'the job has failed');
    case 'error-400':
      return errorReply(world, 400, 'invalid-parameter-value', 'job failed');
    default:
      return world.behaviour.failedResults satisfies never;
  }
}

export function wantsHtml({ behaviour }: World, asked: Asked): boolean {
  if (behaviour.html === 'never' || asked.query.get('f') === 'json') return false;
  return !String(asked.headers.accept ?? '').includes('json');
}

/** An image by reference, or whatever fits in JSON by value. */
export function resultsDocument(world: World, asked: Asked, job: Job): Reply {
  const { behaviour } = world;
  const origin = behaviour.fileHost === 'own' ? asked.ownOrigin : behaviour.fileHost;
  const image = { href: `${origin}${jobPath(world, job)}/files/image.tif`, type: 'image/tiff' };
  const count = 42;
  switch (behaviour.results) {
    case 'raw':
      return { status: 200, headers: { 'content-type': 'image/tiff' }, body: fileOf(job) };
    case 'one-output':
      return json(200, { id: 'count', value: count });
    case 'outputs-list':
      return json(200, {
        outputs: shown(behaviour.transmission, { id: 'image', ...image }, { id: 'count', value: count }),
      });
    case 'map': {
      const entries = shown(behaviour.transmission, ['image', image] as const, ['count', count] as const);
      return json(200, Object.fromEntries(entries));
    }
    default:
      return behaviour.results satisfies never;
  }
}

function shown<R, V>(transmission: World['behaviour']['transmission'], reference: R, value: V): (R | V)[] {
  if (transmission === 'both') return [reference, value];
  return transmission === 'reference' ? [reference] : [value];
}

/** `GET /jobs/{jobId}/files/{name}`: the bytes that a reference leads to, whole or a range of them. */
export function file(world: World, asked: Asked): Reply {
  const found = jobOf(world, asked);
  if (!found) return noSuchJob(world, 'other');
  if (asked.params.name !== 'image.tif') return errorReply(world, 404, 'no-such-output', 'no such file');
  const body = fileOf(found.job);
  const headers = { 'content-type': 'image/tiff', 'accept-ranges': 'bytes' };
  const range = /^bytes=(\d*)-(\d*)$/.exec(String(asked.headers.range ?? ''));
  if (!range || (range[1] === '' && range[2] === '')) return { status: 200, headers, body };
  const from = range[1] === '' ? Math.max(0, body.length - Number(range[2])) : Number(range[1]);
  const to = range[1] === '' || range[2] === '' ? body.length - 1 : Math.min(Number(range[2]), body.length - 1);
  if (from > to) return { status: 416, headers: { ...headers, 'content-range': `bytes */${body.length}` } };
  const part = { ...headers, 'content-range': `bytes ${from}-${to}/${body.length}` };
  return { status: 206, headers: part, body: body.slice(from, to + 1) };
}

/** 4,000 bytes of ASCII, another for each job. */
function fileOf(job: Job): string {
  return `II*\n${job.id}\n`.padEnd(4_000, '0123456789');
}
