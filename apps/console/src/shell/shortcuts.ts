import { useEffect } from 'react';
import { readStored } from '../parts/stored.ts';
import { go } from './place.ts';

/** Keys that lead somewhere. Those within a picture or a list belong to it, and are named beside it. */

export const shortcuts = [
  { key: 'o', does: 'Overview' },
  { key: 't', does: 'Tasks' },
  { key: 'a', does: 'Audit' },
  { key: '/', does: 'To the search box' },
  { key: 'd', does: 'Light, dark, or as the system' },
  { key: '?', does: 'These keys' },
] as const;

export const pictureKeys = [
  { key: '← ↑ → ↓', does: 'Move the cursor (grid), the map, or the moment (timeline)' },
  { key: 'Shift + arrows', does: 'Select as you move (grid), or draw a time (timeline)' },
  { key: 'Enter', does: 'Select what is under the cursor, or the time that is drawn' },
  { key: '+  −  0', does: 'Nearer, farther, everything' },
  { key: 'n  p', does: 'Next and previous trouble' },
  { key: 'Esc', does: 'Select nothing' },
] as const;

const isTyping = (target: EventTarget | null) =>
  target instanceof HTMLElement && target.matches('input, textarea, select, [contenteditable], canvas, dialog *');

export function useShortcuts(also: { theme(): void; help(): void }): void {
  useEffect(() => {
    const hear = (event: KeyboardEvent) => {
      const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey;
      if (!isPlain || event.defaultPrevented || isTyping(event.target) || readStored('keys') === 'off') return;
      const does: Record<string, () => void> = {
        o: () => go('/'),
        t: () => go('/tasks'),
        a: () => go('/audit'),
        d: also.theme,
        '?': also.help,
        '/': () => document.querySelector<HTMLElement>('[data-search]')?.focus(),
      };
      const it = does[event.key];
      if (!it) return;
      event.preventDefault();
      it();
    };
    addEventListener('keydown', hear);
    return () => removeEventListener('keydown', hear);
  }, [also]);
}
