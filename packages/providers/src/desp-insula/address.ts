import type { RemoteJob } from '@nightpass/core';
import { baseOf } from '../http/paths.ts';
import { amountReply } from '../read-cost.ts';

/**
 * Where things are. Ids come from the platform and are data; of its links only ids are taken, and paths below our own
 * API: they name hosts that nobody outside can reach.
 */

export interface Api {
  origin: string;
  /** Path of the API, without a slash at its end. */
  path: string;
}

const usualPath = '/secure/api/v2.0';

/** A base URL names the host, or the API whole. */
export function apiOf(baseUrl: string): Api {
  const { origin, prefix } = baseOf(baseUrl);
  return { origin, path: /\/api\/v\d+(?:\.\d+)?$/.test(prefix) ? prefix : `${prefix}${usualPath}` };
}

/** @param price of the job, as its launch was answered: no later answer need say it, so it goes with the address */
export const jobHere = ({ path }: Api, id: string, price?: number): RemoteJob => ({
  id,
  address: `${path}/jobs/${id}${price === undefined ? '' : `#price=${price}`}`,
});

/** The address of a job as it is to be called now; undefined for what `jobHere` never made. */
export function addressHere({ path }: Api, address: string): string | undefined {
  const [plain = ''] = address.split('#', 1);
  const id = plain.startsWith(`${path}/jobs/`) ? plain.slice(`${path}/jobs/`.length) : '';
  return /^[1-9]\d{0,15}$/.test(id) ? plain : undefined;
}

/** Undefined where its launch was not answered with one. */
export function priceIn(address: string): number | undefined {
  const [, price] = /#price=([\d.]+(?:e[+-]?\d+)?)$/.exec(address) ?? [];
  return price === undefined ? undefined : amountReply.parse(Number(price));
}

/** Links may be URI templates, even amid their path. */
export const withoutTemplates = (link: string) => link.replace(/\{[^{}]*\}/g, '');

/** Path and query of a link into our API, on whatever host; undefined for all else. */
export function pathInLink(api: Api, link: string | undefined): string | undefined {
  if (link === undefined || link.length > 4096 || /[\p{Cc}\p{Cs}\s\\]/u.test(link)) return undefined;
  const plain = withoutTemplates(link);
  if (/(?:^|[/]|%2f|%5c)(?:\.|%2e){1,2}(?=$|[/?#]|%2f|%5c)/i.test(plain.split('?', 1)[0] ?? '')) return undefined;
  if (!URL.canParse(plain, api.origin)) return undefined;
  const { protocol, pathname, search } = new URL(plain, api.origin);
  if (protocol !== 'https:' && protocol !== 'http:') return undefined;
  // The server behind may know itself by another path before its API.
  const at = pathname.indexOf('/api/');
  const below = /^\/api\/v\d+(?:\.\d+)?(\/.+)$/.exec(at < 0 ? '' : pathname.slice(at))?.[1];
  return below === undefined ? undefined : `${api.path}${below}${search}`;
}
