import { gestures } from './gestures.ts';

/** A canvas on which a world is shown: nearer, farther, moved about. It paints at most once a frame. */

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface View {
  /** The world's point in the upper left corner. */
  x: number;
  y: number;
  /** Pixels of the page for a unit of the world. */
  scale: number;
  width: number;
  height: number;
  /** Pixels of the screen for one of the page. */
  ratio: number;
}

export interface ViewOptions {
  /** The whole world. */
  bounds(): Box;
  /** A unit of the world is never larger. */
  mostScale: number;
  draw(): void;
  /** Places are pixels of the page within the canvas; undefined: the pointer has left. */
  onHover(at: Point | undefined): void;
  onPick(at: Point, how: { extend: boolean }): void;
  /** A rectangle was drawn, in pixels of the page. Without it, none can be. */
  onBox?: ((box: Box) => void) | undefined;
  onKey(event: KeyboardEvent): boolean;
}

export type Point = readonly [x: number, y: number];

export interface CanvasView {
  readonly view: View;
  /** The rectangle that is being drawn. */
  rubber(): Box | undefined;
  fit(): void;
  zoom(factor: number, at?: Point): void;
  pan(dx: number, dy: number): void;
  /** Brings a place of the world to the middle, unless it is in view already. */
  reveal(x: number, y: number, leastScale?: number): void;
  repaint(): void;
  stop(): void;
}

const step = 1.5;

export function createView(canvas: HTMLCanvasElement, options: ViewOptions): CanvasView {
  const { onBox } = options;
  const view: View = { x: 0, y: 0, scale: 1, width: 0, height: 0, ratio: 1 };
  let fitting = 1;
  let frame = 0;
  let rubber: Box | undefined;
  let isWhole = true;

  const repaint = () => {
    frame ||= requestAnimationFrame(() => {
      frame = 0;
      // A page that is read is scrolled by a finger, unless there is something to pan.
      canvas.style.touchAction = view.scale > fitting * 1.01 ? 'none' : '';
      if (view.width > 0) options.draw();
    });
  };

  function fit(): void {
    const box = options.bounds();
    fitting = Math.min(view.width / Math.max(box.width, 1e-9), view.height / Math.max(box.height, 1e-9));
    view.scale = Math.min(options.mostScale, fitting);
    view.x = box.x - (view.width / view.scale - box.width) / 2;
    view.y = box.y - (view.height / view.scale - box.height) / 2;
    isWhole = true;
    repaint();
  }

  function zoom(factor: number, at: Point = [view.width / 2, view.height / 2]): void {
    const scale = Math.min(options.mostScale, Math.max(fitting / 4, view.scale * factor));
    view.x += at[0] / view.scale - at[0] / scale;
    view.y += at[1] / view.scale - at[1] / scale;
    view.scale = scale;
    isWhole = false;
    repaint();
  }

  function pan(dx: number, dy: number): void {
    view.x -= dx / view.scale;
    view.y -= dy / view.scale;
    isWhole = false;
    repaint();
  }

  function resize(): void {
    const { clientWidth, clientHeight } = canvas;
    if (clientWidth === 0 || clientHeight === 0) return;
    view.ratio = Math.min(2, devicePixelRatio || 1);
    view.width = clientWidth;
    view.height = clientHeight;
    canvas.width = Math.round(clientWidth * view.ratio);
    canvas.height = Math.round(clientHeight * view.ratio);
    if (isWhole) fit();
    else repaint();
  }

  const observer = new ResizeObserver(resize);
  observer.observe(canvas);
  const stopGestures = gestures(canvas, {
    zoom,
    pan,
    hover: options.onHover,
    pick: options.onPick,
    ...(onBox && {
      rubber(box, isDone) {
        rubber = isDone ? undefined : box;
        repaint();
        if (isDone && box) onBox(box);
      },
    }),
    key(event) {
      if (event.key === '+' || event.key === '=') zoom(step);
      else if (event.key === '-') zoom(1 / step);
      else if (event.key === '0') fit();
      else return options.onKey(event);
      return true;
    },
  });
  resize();

  return {
    view,
    rubber: () => rubber,
    fit,
    zoom,
    pan,
    repaint,
    reveal(x, y, leastScale = 0) {
      const inside =
        x > view.x && y > view.y && x < view.x + view.width / view.scale && y < view.y + view.height / view.scale;
      if (!inside || view.scale < leastScale) {
        view.scale = Math.min(options.mostScale, Math.max(view.scale, leastScale));
        view.x = x - view.width / view.scale / 2;
        view.y = y - view.height / view.scale / 2;
        isWhole = false;
      }
      repaint();
    },
    stop() {
      observer.disconnect();
      stopGestures();
      cancelAnimationFrame(frame);
    },
  };
}
