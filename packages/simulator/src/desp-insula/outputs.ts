import type { Reply } from '../platform.ts';
import { ofJob } from './job-answers.ts';
import type { Job } from './jobs.ts';
import { pageOf } from './lists.ts';
import { embedded, linker, outputUris, ownerReply } from './replies.ts';
import { type Called, halReply, idOf, param, refused, type World } from './world.ts';

interface OutputFile {
  id: number;
  outputId: string;
  name: string;
  uri: string;
  job: Job;
}

/** A job's files, once it is COMPLETED. */
function filesOf(world: World, job: Job): OutputFile[] {
  if (world.jobs.stateOf(job, world.clock.elapsedMs()).word !== 'COMPLETED' || job.children.length > 0) return [];
  return Object.entries(outputUris(world, job))
    .flatMap(([outputId, uris]) =>
      uris.map((uri, index) => ({ id: job.id * 100 + index, outputId, name: `${outputId}.tif`, uri, job })),
    )
    .map((file, index) => ({ ...file, id: job.id * 100 + index }));
}

function fileReply({ world, asked }: Called, file: OutputFile): object {
  const link = linker(world, asked);
  const path = `/${world.quirks.filesRel}/${file.id}`;
  return {
    id: file.id,
    filename: `${file.job.extId}/${file.outputId}/${file.name}`,
    uri: file.uri,
    restoId: file.job.extId,
    type: 'OUTPUT_PRODUCT',
    filesize: world.behaviour.outputBytes,
    owner: ownerReply(world, asked, file.job.owner),
    _links: { self: link.plain(path), download: link.template(path, '/dl') },
  };
}

/** `GET /jobs/{id}/outputFiles`: without pages; no `_embedded` where there are none. */
export const outputFiles = ofJob((called, job) => {
  if (called.world.quirks.outputs !== 'files') return refused(called, 404, 'Not found');
  return halReply(
    embedded(
      called.world.quirks.filesRel,
      filesOf(called.world, job).map((file) => fileReply(called, file)),
    ),
  );
});

/** `GET /platformFiles/search/parametricFind?job=…` */
export function findFiles(called: Called): Reply {
  const { world } = called;
  if (world.quirks.outputs !== 'files') return refused(called, 404, 'Not found');
  const job = world.jobs.find(idOf(param(called, 'job')));
  const { items, page } = pageOf(called, job ? filesOf(world, job) : []);
  return halReply({
    ...embedded(
      world.quirks.filesRel,
      items.map((file) => fileReply(called, file)),
    ),
    page,
  });
}

/** `GET /platformFiles/{id}/dl`, also in part. */
export function download(called: Called): Reply {
  const { world, asked } = called;
  const id = idOf(asked.params.fileId);
  const job = world.jobs.find(Math.floor(id / 100));
  const file = job && filesOf(world, job).find((one) => one.id === id);
  if (!file || world.quirks.outputs !== 'files') return refused(called, 404, 'Not found');
  return bytesOf(called, file);
}

/** `GET /jobs/{id}/outputs/{outputId}`: a STAC item, or with `filename` its bytes. */
export const stacOutput = ofJob((called, job) => {
  const { world, asked } = called;
  const file = filesOf(world, job).find((one) => one.outputId === asked.params.outputId);
  if (world.quirks.outputs !== 'stac' || !file) return refused(called, 404, 'Not found');
  if (param(called, 'filename') === file.name) return bytesOf(called, file);
  if (param(called, 'filename') !== undefined) return refused(called, 404, 'Not found');
  const href = `${linker(world, asked).plain(`/jobs/${job.id}/outputs/${file.outputId}`).href}?filename=${file.name}`;
  const body = {
    type: 'Feature',
    id: `${job.extId}-${file.outputId}`,
    geometry: null,
    properties: {},
    assets: { [file.name]: { href, type: 'image/tiff', 'file:size': world.behaviour.outputBytes } },
  };
  return { status: 200, headers: { 'content-type': 'application/geo+json' }, body: JSON.stringify(body) };
});

function bytesOf({ world, asked }: Called, file: OutputFile): Reply {
  const line = `${file.uri}\n`;
  const all = line.repeat(Math.ceil(world.behaviour.outputBytes / line.length)).slice(0, world.behaviour.outputBytes);
  const headers = {
    'content-type': 'application/octet-stream',
    'accept-ranges': 'bytes',
    'content-disposition': `attachment; filename="${file.name}"`,
  };
  const [, from, until] = /^bytes=(\d+)-(\d*)$/.exec(String(asked.headers.range ?? '')) ?? [];
  if (from === undefined) return { status: 200, headers, body: all };
  const first = Number(from);
  const last = Math.min(until ? Number(until) : all.length - 1, all.length - 1);
  if (first > last) return { status: 416, headers: { 'content-range': `bytes */${all.length}` } };
  const range = { 'content-range': `bytes ${first}-${last}/${all.length}` };
  return { status: 206, headers: { ...headers, ...range }, body: all.slice(first, last + 1) };
}
