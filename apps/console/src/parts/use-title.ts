import { useEffect } from 'react';

/** The title of the window tells how things stand, so that a tab in the background can be read. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = title === '' ? 'Nightpass' : `${title} · Nightpass`;
  }, [title]);
}
