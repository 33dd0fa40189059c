import type { z } from 'zod';
import { Refused } from '../pages/trouble.ts';

/** Where a page ended, as text that means nothing to others and may change with any version. */

export const toCursor = (place: unknown) => Buffer.from(JSON.stringify(place)).toString('base64url');

/** @throws Refused where it is none of ours */
export function fromCursor<T>(text: string | undefined, schema: z.ZodType<T>): T | undefined {
  if (text === undefined) return undefined;
  let place: unknown;
  try {
    place = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
  } catch {
    throw new Refused(400, 'query.cursor: this is no cursor of this list');
  }
  const parsed = schema.safeParse(place);
  if (!parsed.success) throw new Refused(400, 'query.cursor: this is no cursor of this list');
  return parsed.data;
}
