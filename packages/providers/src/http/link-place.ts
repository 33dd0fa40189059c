import { hasDotSegments } from './paths.ts';

/** Where a link leads. Links come from platforms, and are data: they choose a path, or a place where no credentials go. */
export interface LinkPlace {
  origin: string;
  /** Path and query. */
  path: string;
  /** On the configured origin. */
  own: boolean;
}

const longestLink = 8192;

/**
 * Undefined where nobody should go: no address, another scheme than https (http on the configured origin, and between
 * servers of this machine), a user in it, a path that climbs.
 * @param from the address that a relative one counts from: the configured origin, or where a redirect came from
 */
export function linkPlace(href: string, origin: string, from: string = origin): LinkPlace | undefined {
  if (href === '' || href.length > longestLink || /[\p{Cc}\p{Cs}\s\\]/u.test(href) || !URL.canParse(href, from)) {
    return undefined;
  }
  const isPath = href.startsWith('/') && !href.startsWith('//');
  if (isPath && hasDotSegments(href)) return undefined;
  const url = new URL(href, from);
  const base = new URL(origin);
  const own = url.origin === base.origin;
  const allowed = own || url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url) && isLoopback(base));
  if (!allowed || url.username !== '' || url.password !== '') return undefined;
  return { origin: url.origin, path: `${url.pathname}${url.search}`, own };
}

function isLoopback({ hostname }: URL): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname);
}
