import type { ResultLink } from '@nightpass/core';
import type { Base } from '../http/paths.ts';
import { hasDotSegments } from '../http/paths.ts';
import type { JobReply } from './replies.ts';

/** What a succeeded job offers: its records, as GeoJSON. */

const longestLink = 4096;

/**
 * From `_links.recordsAsGeojson`: its path and query on the configured origin. Undefined where there is no such link,
 * or none that can be followed.
 * @param address of the job, which names the project: no reading goes without it
 */
export function recordsOf(base: Base, job: JobReply, address: string): ResultLink[] | undefined {
  const link = job._links?.recordsAsGeojson?.href;
  if (job.status?.status !== 'SUCCEEDED' || link === undefined) return undefined;
  const href = hrefHere(base, link, new URL(address, base.origin).searchParams.get('projectId'));
  if (href === undefined) return undefined;
  const name = 'records.geojson';
  return [{ name, href, type: 'application/geo+json', sizeBytes: undefined, sha256: undefined }];
}

function hrefHere(base: Base, link: string, projectId: string | null): string | undefined {
  if (link.length > longestLink || /[\p{Cc}\p{Cs}\s\\]/u.test(link) || !URL.canParse(link, base.origin))
    return undefined;
  // The raw text is searched for "..": the URL parser would resolve it silently.
  if (hasDotSegments(link)) return undefined;
  const url = new URL(link, base.origin);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return undefined;
  const [, prefix, path] = /^(.*?)(\/api\/v\d{1,3}\/.+)$/.exec(url.pathname) ?? [];
  if (path === undefined || path.includes('//') || (prefix !== '' && prefix !== base.prefix)) return undefined;
  if (projectId !== null && !url.searchParams.get('projectId')) url.searchParams.set('projectId', projectId);
  return `${base.prefix}${path}${url.search}`;
}
