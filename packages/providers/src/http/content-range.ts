/** What the `Content-Range` of a 206 or a 416 says: where the part begins, and the size of the whole. */
export function contentRange(
  header: string | undefined,
): { from: number | undefined; sizeBytes: number | undefined } | undefined {
  const [, first, size] = /^bytes\s+(?:(\d{1,15})-\d{1,15}|\*)\/(\d{1,15}|\*)$/i.exec(header?.trim() ?? '') ?? [];
  if (size === undefined) return undefined;
  return {
    from: first === undefined ? undefined : Number(first),
    sizeBytes: size === '*' ? undefined : Number(size),
  };
}
