import { useSyncExternalStore } from 'react';

/** Small choices that this browser remembers. */

const hearing = new Set<() => void>();

export function readStored(name: string): string {
  try {
    return localStorage.getItem(`nightpass-${name}`) ?? '';
  } catch {
    return '';
  }
}

export function store(name: string, value: string): void {
  try {
    if (value === '') localStorage.removeItem(`nightpass-${name}`);
    else localStorage.setItem(`nightpass-${name}`, value);
  } catch {
    // Storage is switched off: it lasts as long as the page.
  }
  for (const hear of hearing) hear();
}

export function useStored(name: string): string {
  return useSyncExternalStore(
    (hear) => {
      hearing.add(hear);
      return () => hearing.delete(hear);
    },
    () => readStored(name),
  );
}
