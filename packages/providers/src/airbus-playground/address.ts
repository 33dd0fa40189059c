import type { RemoteJob } from '@nightpass/core';
import { type Base, pathSegment } from '../http/paths.ts';

/**
 * Where a job is. Ids and links come from the platform and are data: an id is encoded into the path, a link gives its
 * path and query only, and only if it is the path of a job of the process that was launched; its host is dropped.
 */

const longestAddress = 4096;
const jobPath = /^(.*)\/api\/(v\d{1,3})\/processes\/([^/]+)\/jobs\/([^/]+?)\/?$/;

/** Path of the jobs of a process; undefined where its id can stand in no path. */
export function jobsPath(base: Base, processId: string): string | undefined {
  const process = pathSegment(processId);
  return process === undefined ? undefined : `${base.prefix}/api/v1/processes/${process}/jobs`;
}

/** The address of a job as it is to be called now; undefined for what `jobFrom` never made. */
export function addressHere(base: Base, address: string): string | undefined {
  if (!address.startsWith('/') || address.startsWith('//')) return undefined;
  return fromLink(base, address, undefined)?.address;
}

function decodedSegment(segment: string): string | undefined {
  try {
    const id = decodeURIComponent(segment);
    return pathSegment(id) === undefined ? undefined : id;
  } catch {
    return undefined;
  }
}

interface Linked {
  jobId: string;
  processId: string;
  address: string;
}

function fromLink(base: Base, link: string, projectId: string | undefined): Linked | undefined {
  if (link.length > longestAddress || /[\p{Cc}\p{Cs}\s\\]/u.test(link)) return undefined;
  // The raw text is searched for "..": the URL parser would resolve it silently.
  if (/(?:^|[/]|%2f|%5c)(?:\.|%2e){1,2}(?=$|[/?#]|%2f|%5c)/i.test(link.split('?', 1)[0] ?? '')) return undefined;
  if (!URL.canParse(link, base.origin)) return undefined;
  const url = new URL(link, base.origin);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return undefined;
  const [, prefix, version, processPart, jobPart] = jobPath.exec(url.pathname) ?? [];
  if (version === undefined || (prefix !== '' && prefix !== base.prefix)) return undefined;
  const processId = decodedSegment(processPart ?? '');
  const jobId = decodedSegment(jobPart ?? '');
  if (processId === undefined || jobId === undefined) return undefined;
  const query = withProject(url.searchParams, projectId);
  const path = `${base.prefix}/api/${version}/processes/${pathSegment(processId)}/jobs/${pathSegment(jobId)}`;
  return { jobId, processId, address: `${path}${query}` };
}

/** The query with one `projectId`: the link's own, else ours. */
function withProject(query: URLSearchParams, projectId: string | undefined): string {
  const own = query.getAll('projectId').find((value) => value !== '') ?? projectId;
  if (own !== undefined) query.set('projectId', own);
  const text = query.toString();
  return text === '' ? '' : `?${text}`;
}

/** What a reply says of a job's place, as it came. */
export interface JobTraces {
  id: string | undefined;
  processId: string | undefined;
  selfLink: string | undefined;
  location: string | undefined;
}

export type FoundBy = 'self-link' | 'location' | 'id';

/** Which job a reply speaks of: by `_links.self.href`, else `Location`, else id. Undefined where none can be trusted. */
export function jobFrom(
  base: Base,
  traces: JobTraces,
  launched: { processId: string; projectId: string },
): { job: RemoteJob; by: FoundBy } | undefined {
  const id = traces.id !== undefined && pathSegment(traces.id) !== undefined ? traces.id : undefined;
  const links = [
    { link: traces.selfLink, by: 'self-link' as const },
    { link: traces.location, by: 'location' as const },
  ];
  for (const { link, by } of links) {
    const linked = link === undefined ? undefined : fromLink(base, link, launched.projectId);
    if (!linked || (id !== undefined && linked.jobId !== id)) continue;
    if (linked.processId !== launched.processId && linked.processId !== traces.processId) continue;
    return { job: { id: linked.jobId, address: linked.address }, by };
  }
  const path = jobsPath(base, launched.processId);
  if (id === undefined || path === undefined) return undefined;
  const query = new URLSearchParams({ projectId: launched.projectId });
  return { job: { id, address: `${path}/${pathSegment(id)}?${query}` }, by: 'id' };
}
