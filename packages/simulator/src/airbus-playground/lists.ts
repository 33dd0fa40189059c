import type { Random } from '../random.ts';
import type { AirbusPlaygroundBehaviour } from './behaviour.ts';
import type { Job } from './jobs.ts';

export interface Page {
  /** Counts from 1. */
  number: number;
  size: number;
}

/** Reads `page` (from 1, else 1) and `size` (10 unless given, 100 at most); a text says what is wrong. */
export function readPage(query: URLSearchParams): Page | string {
  const number = Number(query.get('page') ?? 1);
  const size = Number(query.get('size') ?? 10);
  if (!Number.isInteger(number) || number < 1) return 'page must be a whole number from 1';
  if (!Number.isInteger(size) || size < 1) return 'size must be a whole number from 1';
  return { number, size: Math.min(size, 100) };
}

/** The jobs that a list shows now, in the order that it shows them. */
export function shownJobs(
  jobs: readonly Job[],
  behaviour: AirbusPlaygroundBehaviour,
  nowMs: number,
  random: Random,
): readonly Job[] {
  const { percent, seconds } = behaviour.staleList;
  const asOfMs = percent > 0 && random() * 100 < percent ? nowMs - seconds * 1000 : nowMs;
  const newestMs = asOfMs - behaviour.listLagSeconds * 1000;
  const shown = jobs.filter((job) => job.launchedAtMs <= newestMs && asOfMs < job.plan.goneFromMs);
  if (behaviour.listOrder === 'newest') return shown.reverse();
  if (behaviour.listOrder === 'random') return shown.sort((a, b) => (a.id < b.id ? -1 : 1));
  return shown;
}

export interface PageLinks {
  self: string;
  first: string;
  last: string;
  prev?: string;
  next?: string;
}

/** Paths of the neighbouring pages. */
export function pageLinks(path: string, query: URLSearchParams, page: Page, total: number): PageLinks {
  const lastPage = Math.max(1, Math.ceil(total / page.size));
  const at = (number: number) => {
    const next = new URLSearchParams(query);
    next.set('page', String(number));
    next.set('size', String(page.size));
    return `${path}?${next}`;
  };
  return {
    self: at(page.number),
    first: at(1),
    last: at(lastPage),
    ...(page.number > 1 && { prev: at(page.number - 1) }),
    ...(page.number < lastPage && { next: at(page.number + 1) }),
  };
}
