import { z } from 'zod';
import type { Answer } from '../http/http-client.ts';

/** Members that replies have in common, as tolerant as can be: what is missing or of another type is undefined. */
export const text = z.string().optional().catch(undefined);

const link = z.object({ href: text, rel: text });
const linked = z.object({ links: z.array(z.unknown()).optional().catch(undefined) });

/** The first link of one of these relations, by the order of the relations; in the body, else in the headers. */
export function linkTo(answer: Pick<Answer, 'json' | 'headers'>, rels: readonly string[]): string | undefined {
  const body = linked.safeParse(answer.json);
  const links = (body.success ? (body.data.links ?? []) : []).flatMap((each) => {
    const parsed = link.safeParse(each);
    return parsed.success ? [parsed.data] : [];
  });
  for (const rel of rels) {
    const href = links.find((each) => each.rel === rel)?.href ?? headerLink(answer.headers.link, rel);
    if (href !== undefined) return href;
  }
  return undefined;
}

/** `<href>; rel="…"`, several of them apart by commas. */
function headerLink(header: string | undefined, rel: string): string | undefined {
  for (const [, href, parameters = ''] of (header ?? '').slice(0, 16_384).matchAll(/<([^<>]*)>([^<]*)/g)) {
    const rels = /;\s*rel\s*=\s*(?:"([^"]*)"|([^\s;,]+))/i.exec(parameters);
    if ((rels?.[1] ?? rels?.[2] ?? '').split(/\s+/).includes(rel)) return href;
  }
  return undefined;
}

/** Whether an answer is a page for people: a login, or a gateway's. */
export function isPage(answer: Pick<Answer, 'text' | 'headers'>): boolean {
  return (
    /html/i.test(answer.headers['content-type'] ?? '') || /^\s*(?:<!doctype|<html)/i.test(answer.text.slice(0, 500))
  );
}
