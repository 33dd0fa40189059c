import { z } from 'zod';

/** Longest reason, in code points. */
const mostPoints = 300;
/** Text beyond this is not looked at: an excerpt needs the beginning only, and tags are searched by pattern. */
const mostSearched = 16_384;

/** One line that is safe to print anywhere: no control, formatting (bidi) or broken characters, at most 300 code points. */
export function reasonLine(text: string): string {
  const clean = text
    .slice(0, mostSearched)
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim();
  const points = Array.from(clean);
  return points.length <= mostPoints ? clean : `${points.slice(0, mostPoints - 1).join('')}…`;
}

const word = z
  .union([z.string(), z.number()])
  .transform((value) => String(value).trim())
  .optional()
  .catch(undefined);
/** The platforms' own error bodies, RFC 9457 problems, and OAuth errors. */
const errorBody = z.object({
  message: word,
  error_description: word,
  detail: word,
  title: word,
  error: word,
  hint: word,
  correlationId: word,
});

function fromJson(json: unknown): string | undefined {
  const parsed = errorBody.safeParse(json);
  if (!parsed.success) return undefined;
  const body = parsed.data;
  const message = body.message || body.error_description || body.detail || body.title || body.error;
  if (!message) return undefined;
  const hint = body.hint ? ` (${body.hint})` : '';
  const correlation = body.correlationId ? ` [correlation id ${body.correlationId}]` : '';
  return `${message}${hint}${correlation}`;
}

const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' };

function withoutTags(html: string): string {
  return html
    .replace(/<(script|style)\b[^>]*>[\s\S]*?<\/\1\s*>/gi, ' ')
    .replace(/<[^>]*>/g, ' ')
    .replace(/&(\w{2,4}|#\d{1,7});/g, (whole: string, name: string) => {
      if (!name.startsWith('#')) return entities[name] ?? whole;
      const point = Number(name.slice(1));
      return point > 0 && point <= 0x10ffff ? String.fromCodePoint(point) : whole;
    });
}

function fromHtml(text: string): string | undefined {
  if (!/^\s*(?:<\?xml|<!|<[a-z])/i.test(text)) return undefined;
  for (const tag of ['title', 'h1']) {
    const inner = new RegExp(`<${tag}\\b[^>]*>([\\s\\S]{0,2000}?)</${tag}\\s*>`, 'i').exec(text)?.[1];
    const words = inner === undefined ? '' : withoutTags(inner).trim();
    if (words) return words;
  }
  return withoutTags(text);
}

/**
 * What an error reply says, in one safe line: the message of a JSON error, the title or heading of a page, the
 * beginning of plain text. Empty where it says nothing. Give it replies only: never what we sent.
 */
export function excerpt(reply: { text: string; json: unknown }): string {
  const head = reply.text.slice(0, mostSearched);
  return reasonLine(fromJson(reply.json) ?? fromHtml(head) ?? head);
}
