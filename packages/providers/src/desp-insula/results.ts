import type { Call, CallFailure, RemoteJob, ResultLink } from '@nightpass/core';
import { z } from 'zod';
import { refused } from '../http/failure-table.ts';
import { pathSegment } from '../http/paths.ts';
import { reasonLine } from '../http/text-excerpt.ts';
import { addressHere, pathInLink } from './address.ts';
import type { Client } from './client.ts';
import { foreignAddress, readFamily, readOne } from './look.ts';
import { type JobReply, readPage } from './replies.ts';
import { isOver, statusOf } from './state.ts';

type Links = { kind: 'results'; links: readonly ResultLink[] } | CallFailure;

/** What an ended job left; a parent, what its sub-jobs did. */
export async function results(client: Client, job: RemoteJob, call: Call): Promise<Links> {
  const address = addressHere(client.api, job.address);
  if (address === undefined) return foreignAddress;
  const read = await readOne(client, address.slice(client.api.path.length), call);
  if (read.kind === 'missing') return { kind: 'rejected', rule: 'job-gone', status: 404, reason: read.reason };
  if (read.kind !== 'read') return read;
  const own = await linksOf(client, read.job, call);
  if (own.kind !== 'results' || read.job.parent !== true) return own;

  const family = await readFamily(client, read.job.id, call);
  if (!Array.isArray(family)) return family;
  const links = [...own.links];
  for (const child of family) {
    if (child.id === undefined || !isOver(statusOf(child.status))) continue;
    const theirs = await linksOf(client, { ...child, id: child.id }, call);
    if (theirs.kind !== 'results') return theirs;
    links.push(...theirs.links.map((link) => ({ ...link, name: `${child.id}/${link.name}` })));
  }
  return { kind: 'results', links };
}

async function linksOf(client: Client, job: JobReply & { id: string }, call: Call): Promise<Links> {
  if (job.parent !== true && !isOver(statusOf(job.status))) return refused('not-ended', 'the job has not ended');
  const exchange = await client.getNext(`/jobs/${job.id}/outputFiles?projection=detailedPlatformFile`, call);
  if (exchange.kind === 'answer' && (exchange.status === 404 || exchange.status === 405)) {
    return stacLinks(client, job, call);
  }
  const page =
    exchange.kind === 'answer' && exchange.status === 200 ? readPage(exchange.json, readFile, 'whole') : undefined;
  if (!page) return client.failed(exchange);
  return { kind: 'results', links: unique(page.items.flatMap((file) => fileLink(client, file))) };
}

const text = z.string().optional().catch(undefined);
const size = z.int().nonnegative().optional().catch(undefined);
const id = z.int().positive().optional().catch(undefined);
const hrefs = z
  .object({ download: z.object({ href: text }).optional().catch(undefined) })
  .optional()
  .catch(undefined);
const file = z.object({ id, filename: text, filesize: size, _links: hrefs });

function readFile(row: unknown) {
  const parsed = file.safeParse(row);
  return parsed.success ? parsed.data : undefined;
}

/** Named `<output>/<file>`: the job's own uuid before it says nothing. */
function fileLink({ api }: Client, { id: fileId, filename, filesize, _links }: z.infer<typeof file>): ResultLink[] {
  const linked = pathInLink(api, _links?.download?.href);
  const href = linked ?? (fileId === undefined ? undefined : `${api.path}/platformFiles/${fileId}/dl`);
  if (href === undefined) return [];
  const parts = (filename ?? '').split('/').filter(Boolean);
  const name = parts.slice(parts.length > 1 ? 1 : 0).join('/') || `file-${fileId ?? 0}`;
  return [{ name: reasonLine(name), href, type: undefined, sizeBytes: filesize, sha256: undefined }];
}

const stac = z.object({
  assets: z.record(z.string(), z.unknown()).optional().catch(undefined),
  features: z.array(z.unknown()).optional().catch(undefined),
});
const asset = z.object({ href: z.string(), type: text, 'file:size': size });

/** The newest servers: a STAC item for each output that the job names. */
async function stacLinks(client: Client, job: JobReply & { id: string }, call: Call): Promise<Links> {
  const links: ResultLink[] = [];
  for (const output of Object.keys(job.outputs ?? {})) {
    const segment = pathSegment(output);
    if (segment === undefined) continue;
    const exchange = await client.getNext(`/jobs/${job.id}/outputs/${segment}`, call);
    if (exchange.kind === 'answer' && exchange.status === 404) continue;
    const items = exchange.kind === 'answer' && exchange.status === 200 ? stac.safeParse(exchange.json) : undefined;
    if (!items?.success) return client.failed(exchange);
    const features = [items.data, ...(items.data.features ?? []).map((one) => stac.safeParse(one).data)];
    for (const feature of features) {
      for (const [name, value] of Object.entries(feature?.assets ?? {})) {
        const read = asset.safeParse(value);
        const href = read.success ? pathInLink(client.api, read.data.href) : undefined;
        if (!read.success || href === undefined) continue;
        const { type, 'file:size': sizeBytes } = read.data;
        links.push({ name: reasonLine(`${output}/${name}`), href, type, sizeBytes, sha256: undefined });
      }
    }
  }
  return { kind: 'results', links: unique(links) };
}

/** Names are those of files, which may be there twice. */
function unique(links: readonly ResultLink[]): ResultLink[] {
  const taken = new Set<string>();
  return links.map((link) => {
    let { name } = link;
    for (let n = 2; taken.has(name); n++) name = `${link.name} (${n})`;
    taken.add(name);
    return { ...link, name };
  });
}
