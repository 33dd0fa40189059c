import { isPhase, type Phase } from '@nightpass/pictures/phases';

/** The buttons over the pictures: see pictures-section.ts, which writes them. */

const buttons = (kind: string) => document.querySelectorAll<HTMLButtonElement>(`button[data-${kind}]`);
const closer = 1.6;

/** @param show is told which phase is shown alone; undefined: all are again */
export function soloButtons(show: (phase: Phase | undefined) => void): void {
  let solo: Phase | undefined;
  for (const button of buttons('solo')) {
    button.addEventListener('click', () => {
      const { solo: wanted = '' } = button.dataset;
      solo = isPhase(wanted) && wanted !== solo ? wanted : undefined;
      for (const other of buttons('solo')) other.setAttribute('aria-pressed', String(other.dataset.solo === solo));
      show(solo);
    });
  }
}

interface Picture {
  zoom(factor: number): void;
  fit(): void;
}

export function toolButtons(on: {
  grid: Picture;
  map: Picture;
  /** All of a picture is shown again. */
  whole(): void;
  next(): void;
}): void {
  for (const button of buttons('do')) {
    const picture = button.dataset.on === 'map' ? on.map : on.grid;
    const acts: Record<string, () => void> = {
      closer: () => picture.zoom(closer),
      farther: () => picture.zoom(1 / closer),
      whole() {
        picture.fit();
        on.whole();
      },
      next: on.next,
    };
    button.addEventListener('click', () => acts[button.dataset.do ?? '']?.());
  }
}
