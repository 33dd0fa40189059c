import type { Secrets } from './secrets.ts';

/** What stands in a secret's place. */
export const redacted = '[redacted]';

/** Shorter ones would be found inside common words. */
const shortestRedacted = 6;

const secretWord =
  'authorization|passwd|password|passphrase|secret|token|api[-_]?key|cookie|credentials?|private[-_]?key';
/** Names that hold a secret. `passwordEnv`, `tokenUrl`, `tokenExpiresInMs` and the like only speak of one. */
const secretName = new RegExp(`(?:${secretWord})s?$`, 'i');

/** Secrets in running text: headers, forms, addresses, JSON inside a string. */
const inText: [RegExp, string][] = [
  [/\b((?:proxy-)?authorization["']?\s*[:=]\s*["']?)(?:[A-Za-z-]+\s+)?[^\s"',;]+/gi, `$1${redacted}`],
  [/\b(Bearer|Basic|ApiKey|Api-Key)\s+[A-Za-z0-9._~+/=-]{16,}/gi, `$1 ${redacted}`],
  [/(:\/\/)[^\s/@"']+@/g, `$1${redacted}@`],
  [new RegExp(`((?:${secretWord})=)[^&\\s"',;]+`, 'gi'), `$1${redacted}`],
  [new RegExp(`((?:${secretWord})\\\\*"\\s*:\\s*\\\\*")(?:[^"\\\\]|\\\\[^"])*`, 'gi'), `$1${redacted}`],
];

/**
 * Takes secrets out of a text: every value handed out so far, in every form in which it travels (plain, base64 also
 * in the middle of something longer, hex, percent-encoded, inside JSON), and whatever is called by a secret's name.
 */
export function redactor(secrets: Secrets): (text: string) => string {
  let known: readonly string[] | undefined;
  let forms: string[] = [];
  return (text) => {
    if (known !== secrets.known()) {
      known = secrets.known();
      forms = allForms(known);
    }
    if (text.length < shortestRedacted) return text;
    let clean = text;
    for (const form of forms) if (clean.includes(form)) clean = clean.replaceAll(form, redacted);
    for (const [pattern, instead] of inText) clean = clean.replace(pattern, instead);
    return clean;
  };
}

/** The same for a parsed JSON value: also by the names of keys, and for header lists as `[name, value, …]`. */
export function redactValue(value: unknown, redact: (text: string) => string): unknown {
  if (typeof value === 'string') return redact(value);
  if (Array.isArray(value)) {
    return value.map((item, index) => {
      const before: unknown = value[index - 1];
      const named = typeof before === 'string' && before.length < 40 && secretName.test(before);
      return named && typeof item === 'string' && /^(authorization|cookie|set-cookie|x-)/i.test(before)
        ? redacted
        : redactValue(item, redact);
    });
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, held]) => [
      redact(name),
      secretName.test(name) && held !== null && typeof held !== 'boolean' ? redacted : redactValue(held, redact),
    ]),
  );
}

/** Longest first, so that no form leaves the rest of a longer one behind. */
function allForms(values: readonly string[]): string[] {
  const forms = new Set<string>();
  for (const value of values) {
    // A key file has lines; a stack or a dump may show one of them.
    const lines = value.split(/\s*\n\s*/).filter((line) => line.length >= 16);
    for (const part of [value, ...lines]) {
      if (part.length >= shortestRedacted) for (const form of formsOf(part)) forms.add(form);
    }
  }
  return [...forms].sort((a, b) => b.length - a.length);
}

function formsOf(value: string): string[] {
  const inJson = JSON.stringify(value).slice(1, -1);
  const hex = Buffer.from(value).toString('hex');
  const percent = [encodeURIComponent(value), encodeURI(value), new URLSearchParams({ v: value }).toString().slice(2)];
  percent.push(...percent.map(encodeURIComponent));
  return [
    value,
    inJson,
    inJson.replaceAll('/', '\\/'),
    JSON.stringify(inJson).slice(1, -1),
    ...percent,
    ...percent.map((text) => text.replace(/%../g, (byte) => byte.toLowerCase())),
    hex,
    hex.toUpperCase(),
    ...base64Forms(value),
  ];
}

/**
 * Base64 of the value where it stands in something longer, as in `user:password`: it may begin at each of three
 * places of a group of three bytes. The characters that also depend on its neighbours tell less than a byte of it.
 */
function base64Forms(value: string): string[] {
  return [0, 1, 2].flatMap((offset) => {
    const bytes = Buffer.concat([Buffer.alloc(offset), Buffer.from(value)]);
    const text = bytes.toString('base64').replace(/=+$/, '');
    const inner = text.slice([0, 2, 3][offset], bytes.length % 3 === 0 ? undefined : -1);
    return inner.length < shortestRedacted ? [] : [inner, urlSafe(inner)];
  });
}

function urlSafe(base64: string): string {
  return base64.replaceAll('+', '-').replaceAll('/', '_');
}
