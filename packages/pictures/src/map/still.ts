import type { View } from '../view.ts';

/** A picture that takes long to paint is moved as it is while its reader moves it, and painted anew once they rest. */
export interface Still {
  /** Shows what was painted last where it is now. @returns false where it is to be painted anew */
  show(view: View): boolean;
  /** This was painted just now, and took so long. */
  keep(view: View, tookMs: number): void;
  /** What was painted is not true any more. */
  forget(): void;
  stop(): void;
}

/** Longer than this, and there would be less than thirty pictures a second. */
const slowMs = 24;
const restMs = 120;

export function createStill(context: CanvasRenderingContext2D, options: { ground(): string; repaint(): void }): Still {
  const { canvas } = context;
  const copy = document.createElement('canvas');
  let kept: { x: number; y: number; scale: number } | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function forget(): void {
    clearTimeout(timer);
    kept = undefined;
  }

  return {
    show({ x, y, scale, ratio }) {
      if (!kept || copy.width !== canvas.width || copy.height !== canvas.height) return false;
      const larger = scale / kept.scale;
      context.setTransform(1, 0, 0, 1, 0, 0);
      context.fillStyle = options.ground();
      context.fillRect(0, 0, canvas.width, canvas.height);
      context.drawImage(
        copy,
        (kept.x - x) * scale * ratio,
        (kept.y - y) * scale * ratio,
        copy.width * larger,
        copy.height * larger,
      );
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      clearTimeout(timer);
      timer = setTimeout(() => {
        forget();
        options.repaint();
      }, restMs);
      return true;
    },
    keep({ x, y, scale }, tookMs) {
      if (tookMs < slowMs) return forget();
      copy.width = canvas.width;
      copy.height = canvas.height;
      copy.getContext('2d', { alpha: false })?.drawImage(canvas, 0, 0);
      kept = { x, y, scale };
    },
    forget,
    stop: forget,
  };
}
