import { store, useStored } from '../parts/stored.ts';

/** Light or dark: as the system has it, unless the reader chose. `public/theme.js` obeys the choice before the first paint. */

const choices = ['', 'light', 'dark'] as const;
const names: Record<string, string> = { '': 'as the system', light: 'light', dark: 'dark' };

export function chooseTheme(choice: string): void {
  if (choice === '') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = choice;
  store('theme', choice);
}

export function nextTheme(current: string): string {
  return choices[(choices.indexOf(current as '') + 1) % choices.length] ?? '';
}

export function ThemeSwitch() {
  const current = useStored('theme');
  return (
    <button
      type="button"
      className="quiet icon"
      aria-label={`Colours: ${names[current]}. Change them`}
      title={`Colours: ${names[current]}`}
      onClick={() => chooseTheme(nextTheme(current))}
    >
      <svg viewBox="0 0 16 16" aria-hidden="true">
        {current === 'light' ? (
          <path d="M8 5a3 3 0 1 0 0 6a3 3 0 0 0 0-6zM8 1v1.5M8 13.5V15M1 8h1.5M13.5 8H15M3 3l1 1M12 12l1 1M13 3l-1 1M4 12l-1 1" />
        ) : current === 'dark' ? (
          <path d="M13 9.5A5.5 5.5 0 0 1 6.5 3a5.5 5.5 0 1 0 6.5 6.5z" />
        ) : (
          <path d="M8 2.5a5.5 5.5 0 1 0 0 11a5.5 5.5 0 0 0 0-11zM8 2.5v11M10 4v8M12 6v4" />
        )}
      </svg>
    </button>
  );
}
