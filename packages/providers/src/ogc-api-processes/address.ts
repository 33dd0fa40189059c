import type { RemoteJob } from '@nightpass/core';
import { type Base, pathSegment } from '../http/paths.ts';

/**
 * Where things are. Ids and links come from the server and are data: an id is encoded into a path, a link gives its path
 * and query only, and credentials go to the configured origin alone, whatever host a link names.
 */

const longest = 4096;
const jobPath = /^(.*)\/jobs\/([^/]+?)\/?$/;

export const jobsPath = (base: Base) => `${base.prefix}/jobs`;
export const processesPath = (base: Base) => `${base.prefix}/processes`;

/** Undefined where the id can stand in no path. */
export function processPath(base: Base, processId: string): string | undefined {
  const process = pathSegment(processId);
  return process === undefined ? undefined : `${processesPath(base)}/${process}`;
}

/** A link as a URL, on this origin or another; undefined for what nobody should follow. */
function urlOf(base: Base, link: string, at: string): URL | undefined {
  if (link === '' || link.length > longest || /[\p{Cc}\p{Cs}\s\\]/u.test(link)) return undefined;
  // The raw text is searched for "..": the URL parser would resolve it silently.
  if (/(?:^|[/]|%2f|%5c)(?:\.|%2e){1,2}(?=$|[/?#]|%2f|%5c)/i.test(link.split('?', 1)[0] ?? '')) return undefined;
  const from = `${base.origin}${at}`;
  if (!URL.canParse(link, from)) return undefined;
  const url = new URL(link, from);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return undefined;
  return url.username === '' && url.password === '' ? url : undefined;
}

const isBelow = (base: Base, pathname: string) => pathname.startsWith(`${base.prefix}/`);

function idOf(segment: string): string | undefined {
  try {
    const id = decodeURIComponent(segment);
    return pathSegment(id) === undefined ? undefined : id;
  } catch {
    return undefined;
  }
}

/** The job at this id, at its usual address; undefined where the id can stand in no path, or is an address itself. */
export function jobAt(base: Base, id: string | undefined): RemoteJob | undefined {
  const segment = id === undefined || id.includes('/') ? undefined : pathSegment(id);
  return id === undefined || segment === undefined ? undefined : { id, address: `${jobsPath(base)}/${segment}` };
}

/**
 * The job that a link leads to. On our own origin its path is kept; of another host (a server behind a proxy may know
 * itself by another name) only the id is believed.
 */
export function jobLinked(
  base: Base,
  link: string | undefined,
  at: string,
): { job: RemoteJob; isOwn: boolean } | undefined {
  const url = link === undefined ? undefined : urlOf(base, link, at);
  const [, before, segment] = url ? (jobPath.exec(url.pathname) ?? []) : [];
  const id = segment === undefined ? undefined : idOf(segment);
  const job = jobAt(base, id);
  if (!url || !job || before === undefined) return undefined;
  const isOwn = url.origin === base.origin;
  if (!isOwn || !isBelow(base, url.pathname)) return { job, isOwn };
  return { job: { id: job.id, address: `${before}/jobs/${pathSegment(job.id)}` }, isOwn };
}

/** The address of a job as it is to be called now; undefined for what no answer to a launch ever made. */
export function addressHere(base: Base, address: string): string | undefined {
  if (!address.startsWith('/') || address.startsWith('//')) return undefined;
  const linked = jobLinked(base, address, '/');
  const url = urlOf(base, address, '/');
  return linked && url && isBelow(base, url.pathname) ? linked.job.address : undefined;
}

/** Path and query of the next page: anywhere below our base, or, of another host, on the very path that was read. */
export function nextPage(base: Base, link: string, at: string): string | undefined {
  const url = urlOf(base, link, at);
  if (!url) return undefined;
  const isOwn = url.origin === base.origin && isBelow(base, url.pathname);
  return isOwn || url.pathname === at.split('?', 1)[0] ? `${url.pathname}${url.search}` : undefined;
}

/** Where a result lies: path and query here, or another origin's URL. */
export function resultHref(base: Base, link: string, at: string): string | undefined {
  const url = urlOf(base, link, at);
  if (!url) return undefined;
  if (url.origin !== base.origin) return url.href;
  return url.pathname.startsWith('//') ? undefined : `${url.pathname}${url.search}`;
}
