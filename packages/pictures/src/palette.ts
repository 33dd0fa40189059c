import { looks, type Phase, phases } from './phases.ts';

/** The colours of the style sheet, as canvases need them. */

export interface Palette {
  /** Of each phase by its code; then again, for what is not selected. */
  colors: string[];
  /** The same, as a canvas's memory has them. */
  words: Uint32Array;
  paper: string;
  paperWord: number;
  ink: string;
  muted: string;
  line: string;
  land: string;
  sea: string;
  /** Of each phase by its code: how its sign is drawn upon it. */
  signs: string[];
}

/** Added to a phase's code where its task is not selected. */
export const dim = phases.length;
export const none = 255;
const dimShare = 0.82;
/** What needs nobody is paler in pictures: trouble stands out by its darkness too, for whom red and green are alike. */
const pale: Partial<Record<Phase, number>> = { succeeded: 0.5, queued: 0.35 };

export type Rgb = readonly [red: number, green: number, blue: number];

const littleEndian = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;

export function wordOf([red, green, blue]: Rgb): number {
  const word = littleEndian
    ? (255 << 24) | (blue << 16) | (green << 8) | red
    : (red << 24) | (green << 16) | (blue << 8) | 255;
  return word >>> 0;
}

/** So much of the way from one colour to the other. */
export const mix = (from: Rgb, to: Rgb, share: number): Rgb =>
  [0, 1, 2].map((i) => Math.round((from[i] ?? 0) * (1 - share) + (to[i] ?? 0) * share)) as unknown as Rgb;

export const cssOf = ([red, green, blue]: Rgb): string => `rgb(${red} ${green} ${blue})`;

/** `rgb(1, 2, 3)`, as a browser computes it. */
export function parseRgb(css: string): Rgb {
  const [red = 0, green = 0, blue = 0] = (css.match(/[\d.]+/g) ?? []).map(Number);
  return [red, green, blue];
}

export function readPalette(): Palette {
  const probe = document.createElement('span');
  document.body.append(probe);
  const read = (name: string): Rgb => {
    probe.style.color = `var(--${name})`;
    return parseRgb(getComputedStyle(probe).color);
  };
  const paper = read('card');
  const ink = read('text');
  const bright = phases.map((phase) => mix(read(phase), paper, pale[phase] ?? 0));
  const all = [...bright, ...bright.map((color) => mix(color, paper, dimShare))];
  const palette: Palette = {
    colors: all.map(cssOf),
    words: Uint32Array.from({ length: 256 }, (_, code) => wordOf(all[code] ?? paper)),
    paper: cssOf(paper),
    paperWord: wordOf(paper),
    ink: cssOf(ink),
    muted: cssOf(read('muted')),
    line: cssOf(read('line')),
    land: cssOf(read('land')),
    sea: cssOf(read('sea')),
    signs: phases.map((phase) => cssOf(pale[phase] === undefined ? paper : ink)),
  };
  probe.remove();
  return palette;
}

/** Calls when the colours change, by the system, by the reader, or for paper. @returns what ends that */
export function onPaletteChange(hear: () => void): () => void {
  const media = ['(prefers-color-scheme: dark)', 'print'].map((query) => matchMedia(query));
  const observer = new MutationObserver(hear);
  for (const its of media) its.addEventListener('change', hear);
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
  return () => {
    for (const its of media) its.removeEventListener('change', hear);
    observer.disconnect();
  };
}

const paths = new Map<number, Path2D>();

/** Draws the sign of a phase into a square. */
export function drawSign(
  context: CanvasRenderingContext2D,
  code: number,
  square: { x: number; y: number; size: number },
  color: string,
): void {
  const phase = phases[code];
  if (!phase) return;
  const path = paths.get(code) ?? new Path2D(looks[phase].sign);
  paths.set(code, path);
  context.save();
  context.translate(square.x, square.y);
  context.scale(square.size / 16, square.size / 16);
  context.strokeStyle = color;
  context.lineWidth = 2.2;
  context.lineCap = 'round';
  context.lineJoin = 'round';
  context.stroke(path);
  context.restore();
}
