/** True when a path holds a `.` or `..` segment, in any of the ways it can be written. */
export function hasDotSegments(path: string): boolean {
  const beforeQuery = path.split(/[?#]/, 1)[0] ?? '';
  return beforeQuery.split(/[/\\]|%2f|%5c/i).some((segment) => /^(?:\.|%2e){1,2}$/i.test(segment));
}

/**
 * An id as one path segment, percent-encoded. Undefined where it can be none: empty, longer than 200, control or
 * broken characters, or climbing (`..`) once somebody on the way decodes it.
 */
export function pathSegment(id: string): string | undefined {
  if (id.trim() === '' || id.length > 200 || /[\p{Cc}\p{Cs}]/u.test(id) || hasDotSegments(id)) return undefined;
  const encoded = encodeURIComponent(id);
  return hasDotSegments(encoded) ? undefined : encoded;
}

/** Where a base URL points: its origin, and the path before every path of the API (no trailing slash). */
export interface Base {
  origin: string;
  prefix: string;
}

export function baseOf(url: string): Base {
  const { origin, pathname } = new URL(url);
  return { origin, prefix: pathname.replace(/\/+$/, '') };
}
