// Phases as the canvases show them: a colour of the style sheet each, and a sign where there is room.

/** What needs a look stands over what does not. Index into it: how much. */
const byUrgency = [
  'succeeded',
  'queued',
  'running',
  'launching',
  'unconfirmed',
  'cancelled',
  'expired',
  'failed',
  'parked',
];

/** Of each phase, by its code. */
export const urgencyOf = (phases) => Uint8Array.from(phases, (phase) => byUrgency.indexOf(phase));

/** @param solo the code of the one phase that is shown; undefined: all are */
export function readPalette(phases, solo) {
  const style = getComputedStyle(document.documentElement);
  const read = (name) => style.getPropertyValue(`--${name}`).trim();
  const colors = phases.map((phase, code) => (solo === undefined || solo === code ? read(phase) : read('dim')));
  return {
    colors,
    /** As a canvas's buffer has them. */
    words: Uint32Array.from(colors, wordOf),
    paper: read('card'),
    paperWord: wordOf(read('card')),
    land: read('land'),
    sea: read('sea'),
    line: read('line'),
    ink: read('text'),
    muted: read('muted'),
    sign: read('card'),
  };
}

const littleEndian = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;

function wordOf(hex) {
  const value = Number.parseInt(hex.slice(1, 7), 16);
  const [red, green, blue] = [(value >> 16) & 255, (value >> 8) & 255, value & 255];
  return (
    (littleEndian
      ? (255 << 24) | (blue << 16) | (green << 8) | red
      : (red << 24) | (green << 16) | (blue << 8) | 255) >>> 0
  );
}

/** Draws the sign of a phase into a square. */
export function drawSign(context, path, x, y, size, color) {
  context.save();
  context.translate(x, y);
  context.scale(size / 16, size / 16);
  context.strokeStyle = color;
  context.lineWidth = 2.2;
  context.lineCap = 'round';
  context.lineJoin = 'round';
  context.stroke(path);
  context.restore();
}
