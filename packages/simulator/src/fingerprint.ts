import { createHash } from 'node:crypto';

/** Equal for equal JSON values, whatever the order of their keys; 20 hexadecimal digits. */
export function fingerprintOf(value: unknown): string {
  return createHash('sha1').update(canonical(value)).digest('hex').slice(0, 20);
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    isRecord(inner) ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1))) : inner,
  );
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
