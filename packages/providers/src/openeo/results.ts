import type { Call, CallFailure, RemoteJob, ResultLink } from '@nightpass/core';
import { z } from 'zod';
import { refused } from '../http/failure-table.ts';
import { hasDotSegments } from '../http/paths.ts';
import { reasonLine } from '../http/text-excerpt.ts';
import { placeOf } from './address.ts';
import { type Client, firstFree } from './client.ts';
import { failed } from './failures.ts';

const text = z.string().optional().catch(undefined);

const asset = z.object({
  href: z.string(),
  type: text,
  'file:size': z.int().nonnegative().optional().catch(undefined),
  'file:checksum': text,
});
/** A STAC Collection or Item: their assets are in the same place. */
const resultsReply = z.object({ assets: z.record(z.string(), asset.nullable().catch(null)), 'openeo:status': text });

/** What an ended job offers: the assets of its STAC document. Places that nobody should open are left out. */
export async function results(
  client: Client,
  origin: string,
  job: RemoteJob,
  call: Call,
): Promise<{ kind: 'results'; links: readonly ResultLink[] } | CallFailure> {
  const place = placeOf(job);
  if (!place) return refused('address-refused', 'the address is not one of a job here');
  const reading = firstFree(call);
  const api = await client.api(reading);
  if ('rule' in api) return api;
  const path = `${place.path}/results`;
  const exchange = await client.get(path, reading);
  const parsed =
    exchange.kind === 'answer' && exchange.status === 200 ? resultsReply.safeParse(exchange.json) : undefined;
  if (!parsed?.success) return failed(exchange);
  const { assets, 'openeo:status': status } = parsed.data;
  if (status !== undefined && status !== 'finished') {
    return refused('results-not-whole', `the results are those of a job that is ${reasonLine(status)}`);
  }
  const links = Object.entries(assets).flatMap(([name, said]) => {
    const href = said === null ? undefined : placeOfAsset(said.href, origin, `${api.prefix}${path}`);
    return said === null || href === undefined ? [] : [linkOf(name, href, said)];
  });
  return { kind: 'results', links };
}

function linkOf(name: string, href: string, said: z.infer<typeof asset>): ResultLink {
  // A multihash: 12 is sha2-256, 20 (32 bytes) its length.
  const sha256 = /^1220([0-9a-f]{64})$/i.exec(said['file:checksum'] ?? '')?.[1]?.toLowerCase();
  const type = said.type === undefined ? undefined : reasonLine(said.type);
  return { name: reasonLine(name), href, type, sizeBytes: said['file:size'], sha256 };
}

/** A path on the configured origin, another origin's URL; undefined for what is neither. */
function placeOfAsset(href: string, origin: string, from: string): string | undefined {
  if (href === '' || /[\p{Cc}\p{Cs}\s\\]/u.test(href) || hasDotSegments(href.replace(/^\w+:\/\/[^/]*/, '')))
    return undefined;
  const base = `${origin}${from}`;
  if (!URL.canParse(href, base)) return undefined;
  const url = new URL(href, base);
  if ((url.protocol !== 'https:' && url.protocol !== 'http:') || url.username !== '' || url.password !== '') {
    return undefined;
  }
  const path = `${url.pathname}${url.search}`;
  // The front of a back-end may call itself by http: it is the same host, and asked where we are configured to ask.
  return url.host === new URL(origin).host ? (path.startsWith('//') ? undefined : path) : url.href;
}
