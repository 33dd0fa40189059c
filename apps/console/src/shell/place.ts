import { useSyncExternalStore } from 'react';

/** Where the reader is: the address is the only record of it. */

export interface Place {
  path: string;
  query: string;
}

const hearing = new Set<() => void>();
const read = () => location.pathname + location.search;

function tell(): void {
  for (const hear of hearing) hear();
}
addEventListener('popstate', tell);

function subscribe(hear: () => void): () => void {
  hearing.add(hear);
  return () => hearing.delete(hear);
}

export function usePlace(): Place {
  const [path = '/', query = ''] = useSyncExternalStore(subscribe, read).split('?', 2);
  return { path, query };
}

export function go(href: string): void {
  if (href === read()) return;
  history.pushState(null, '', href);
  tell();
  scrollTo(0, 0);
  // Whoever does not see the page hears where they are now.
  requestAnimationFrame(() => document.getElementById('main')?.focus({ preventScroll: true }));
}

/** What is chosen on a page, so that it can be sent to somebody; the way back leads to the page before. */
export function amendQuery(change: (query: URLSearchParams) => void, beside: unknown = history.state): void {
  const query = new URLSearchParams(location.search);
  change(query);
  const text = query.toString();
  history.replaceState(beside, '', location.pathname + (text === '' ? '' : `?${text}`));
  tell();
}
