import type { Box, Point } from './view.ts';

/** What pointer, fingers, wheel and keys mean on a canvas. Where rectangles are wanted, drawing with Shift held makes one. */

export interface Gestures {
  zoom(factor: number, at: Point): void;
  pan(dx: number, dy: number): void;
  hover(at: Point | undefined): void;
  pick(at: Point, how: { extend: boolean }): void;
  rubber?(box: Box | undefined, isDone: boolean): void;
  key(event: KeyboardEvent): boolean;
}

/** A pointer that moved less has pressed, not dragged. */
const stillPixels = 5;

const boxOf = (a: Point, b: Point): Box => ({
  x: Math.min(a[0], b[0]),
  y: Math.min(a[1], b[1]),
  width: Math.abs(a[0] - b[0]),
  height: Math.abs(a[1] - b[1]),
});
const apart = (a: Point, b: Point) => Math.hypot(a[0] - b[0], a[1] - b[1]);

/** @returns what takes the listeners away again */
export function gestures(canvas: HTMLCanvasElement, does: Gestures): () => void {
  const stop = new AbortController();
  const { signal } = stop;
  const down = new Map<number, Point>();
  let moved = 0;
  let rubberFrom: Point | undefined;

  const placeOf = ({ clientX, clientY }: MouseEvent): Point => {
    const { left, top } = canvas.getBoundingClientRect();
    return [clientX - left, clientY - top];
  };

  canvas.addEventListener(
    'pointerdown',
    (event) => {
      canvas.setPointerCapture(event.pointerId);
      down.set(event.pointerId, placeOf(event));
      moved = 0;
      rubberFrom = event.shiftKey && does.rubber ? placeOf(event) : undefined;
    },
    { signal },
  );
  canvas.addEventListener(
    'pointermove',
    (event) => {
      const at = placeOf(event);
      const before = down.get(event.pointerId);
      if (!before) return does.hover(at);
      moved += apart(at, before);
      down.set(event.pointerId, at);
      const other = [...down].find(([id]) => id !== event.pointerId)?.[1];
      if (rubberFrom) does.rubber?.(boxOf(rubberFrom, at), false);
      else if (other) {
        const middle: Point = [(at[0] + other[0]) / 2, (at[1] + other[1]) / 2];
        does.zoom(apart(at, other) / Math.max(1, apart(before, other)), middle);
      } else does.pan(at[0] - before[0], at[1] - before[1]);
    },
    { signal },
  );
  const release = (event: PointerEvent) => {
    const wasDown = down.delete(event.pointerId);
    const at = placeOf(event);
    const isPress = wasDown && moved < stillPixels && event.type === 'pointerup';
    if (rubberFrom) does.rubber?.(isPress ? undefined : boxOf(rubberFrom, at), true);
    rubberFrom = undefined;
    if (isPress) does.pick(at, { extend: event.shiftKey });
  };
  canvas.addEventListener('pointerup', release, { signal });
  canvas.addEventListener('pointercancel', release, { signal });
  canvas.addEventListener('pointerleave', () => does.hover(undefined), { signal });
  canvas.addEventListener(
    'wheel',
    (event) => {
      // Whoever scrolls the page does not want to zoom what happens to lie under the pointer.
      if (!event.ctrlKey && !event.metaKey && document.activeElement !== canvas) return;
      event.preventDefault();
      does.zoom(Math.exp(-event.deltaY * (event.deltaMode === 1 ? 0.05 : 0.002)), placeOf(event));
    },
    { signal, passive: false },
  );
  canvas.addEventListener(
    'keydown',
    (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (does.key(event)) event.preventDefault();
    },
    { signal },
  );
  return () => stop.abort();
}
