import type { CallFailure, ResultLink } from '@nightpass/core';
import { z } from 'zod';
import type { AuthorizedExchange } from '../auth/authorized-client.ts';
import type { Base } from '../http/paths.ts';
import { resultHref } from './address.ts';
import { failureOf } from './failures.ts';
import { isPage, text } from './replies.ts';

const referenced = z.object({ href: z.string(), type: text });

/** One output of a process: by reference, or by value. */
export interface Offer {
  name: string;
  reference: z.infer<typeof referenced> | undefined;
}

const output = z.object({ id: z.string(), value: z.unknown().optional() });
const outputs = z.object({ outputs: z.array(z.unknown()) });

/**
 * The outputs in a results document: a map by id as the standard has it, a list of them, or one alone (pygeoapi). What is
 * no JSON object or list offers nothing to name.
 */
export function offersIn(document: unknown): Offer[] {
  const listed = outputs.safeParse(document);
  if (listed.success) return listed.data.outputs.flatMap((each, n) => offersIn(each).map((offer) => named(offer, n)));
  if (Array.isArray(document)) return document.flatMap((each, n) => offersIn(each).map((offer) => named(offer, n)));
  if (typeof document !== 'object' || document === null) return [];
  const one = output.safeParse(document);
  if (one.success && Object.keys(document).every((key) => ['id', 'value', 'href', 'type'].includes(key))) {
    return offersOf(one.data.id, 'href' in document ? document : one.data.value);
  }
  return Object.entries(document).flatMap(([name, value]) => offersOf(name, value));
}

const named = (offer: Offer, n: number): Offer => ({ ...offer, name: offer.name || String(n) });

function offersOf(name: string, value: unknown): Offer[] {
  if (Array.isArray(value) && value.some((each) => referenceOf(each))) {
    return value.map((each, n) => ({ name: `${name}-${n + 1}`, reference: referenceOf(each) }));
  }
  return [{ name, reference: referenceOf(value) }];
}

function referenceOf(value: unknown): Offer['reference'] {
  const direct = referenced.safeParse(value);
  if (direct.success) return direct.data;
  const within = z.object({ value: referenced }).safeParse(value);
  return within.success ? within.data.value : undefined;
}

/** Those by reference, under names of their own; a place that nobody should open is left out. */
export function refersTo(base: Base, offers: readonly Offer[], at: string): ResultLink[] {
  const links: ResultLink[] = [];
  const names = new Set<string>();
  for (const { name, reference } of offers) {
    const href = reference && resultHref(base, reference.href, at);
    if (!reference || href === undefined) continue;
    links.push({ ...linkOf(unused(name, names), href), type: reference.type });
  }
  return links;
}

function unused(name: string, names: Set<string>): string {
  let free = name;
  for (let n = 2; names.has(free); n++) free = `${name}-${n}`;
  names.add(free);
  return free;
}

const linkOf = (name: string, href: string): ResultLink => ({
  name,
  href,
  type: undefined,
  sizeBytes: undefined,
  sha256: undefined,
});

/**
 * What `path`, the results of a job that has succeeded, offers: each output by reference, and the document itself for
 * those by value. It is what it is also where it cannot be read for its size, or is no JSON but the output's own bytes.
 */
export function resultsAnswer(
  base: Base,
  path: string,
  exchange: AuthorizedExchange,
): { kind: 'results'; links: readonly ResultLink[] } | CallFailure {
  if (exchange.kind !== 'answer') return failureOf(exchange);
  if (exchange.status === 204) return { kind: 'results', links: [] };
  if (exchange.status !== 200) return failureOf(exchange);
  const type = (exchange.headers['content-type'] ?? '').split(';', 1)[0]?.trim() || undefined;
  const itself = (name = 'results'): ResultLink => ({ ...linkOf(name, path), type });
  const isTooLong = exchange.trouble?.startsWith('the answer is longer than') === true;
  if (isTooLong && !isPage(exchange)) return { kind: 'results', links: [itself()] };
  if (exchange.trouble !== undefined) return failureOf(exchange);
  if (exchange.json === undefined) {
    const isRaw = exchange.text !== '' && type !== undefined && !isPage(exchange) && !/json/i.test(type);
    return isRaw ? { kind: 'results', links: [itself()] } : failureOf(exchange);
  }
  const offers = offersIn(exchange.json);
  const links = refersTo(base, offers, path);
  const isValue = typeof exchange.json !== 'object' || exchange.json === null;
  if (!isValue && offers.every((offer) => offer.reference)) return { kind: 'results', links };
  const name = unused('results', new Set(links.map((link) => link.name)));
  return { kind: 'results', links: [...links, { ...itself(name), type: 'application/json' }] };
}
