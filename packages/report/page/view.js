// A canvas that can be zoomed and panned, by pointer, wheel, fingers and keys.

/**
 * @param draw paints the view: called once a frame at most
 * @param bounds of the world: { x, y, width, height }, where it fits the canvas
 * @param most pixels that a unit of the world may have
 * @param leftOf where the view begins; the world is in its middle unless given
 */
export function createView(canvas, { bounds, most, leftOf, draw, onHover, onSelect, onKey }) {
  const view = { x: 0, y: 0, scale: 1, width: 0, height: 0, ratio: 1 };
  let fitting = 1;
  let queued = false;
  const repaint = () => {
    if (queued) return;
    queued = true;
    requestAnimationFrame(() => {
      queued = false;
      draw();
    });
  };

  function fit() {
    const box = bounds();
    fitting = Math.min(view.width / box.width, view.height / box.height);
    view.scale = Math.min(most, fitting);
    view.x = leftOf ? leftOf(view.scale) : box.x - (view.width / view.scale - box.width) / 2;
    view.y = box.y - (view.height / view.scale - box.height) / 2;
    settle();
  }

  function settle() {
    // A page that is read is scrolled by a finger, unless there is something to pan.
    canvas.style.touchAction = view.scale > fitting * 1.01 ? 'none' : 'pan-y';
    repaint();
  }

  function zoom(factor, atX = view.width / 2, atY = view.height / 2) {
    const scale = Math.min(most, Math.max(fitting / 8, view.scale * factor));
    view.x += atX / view.scale - atX / scale;
    view.y += atY / view.scale - atY / scale;
    view.scale = scale;
    settle();
  }

  function show(x, y, scale = view.scale) {
    view.scale = Math.min(most, scale);
    view.x = x - view.width / view.scale / 2;
    view.y = y - view.height / view.scale / 2;
    settle();
  }

  function resize() {
    const { clientWidth, clientHeight } = canvas;
    if (clientWidth === 0 || clientHeight === 0) return;
    view.ratio = Math.min(2, devicePixelRatio || 1);
    view.width = clientWidth;
    view.height = clientHeight;
    canvas.width = Math.round(clientWidth * view.ratio);
    canvas.height = Math.round(clientHeight * view.ratio);
    fit();
  }

  const place = (event) => {
    const box = canvas.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  const pointers = new Map();
  let moved = 0;
  canvas.addEventListener('pointerdown', (event) => {
    canvas.setPointerCapture(event.pointerId);
    pointers.set(event.pointerId, place(event));
    moved = 0;
  });
  canvas.addEventListener('pointermove', (event) => {
    const [x, y] = place(event);
    const before = pointers.get(event.pointerId);
    if (!before) return onHover(x, y);
    const other = [...pointers].find(([id]) => id !== event.pointerId)?.[1];
    if (other) {
      const apart = (a, b) => Math.hypot(a[0] - b[0], a[1] - b[1]);
      zoom(apart([x, y], other) / Math.max(1, apart(before, other)), (x + other[0]) / 2, (y + other[1]) / 2);
    } else {
      view.x -= (x - before[0]) / view.scale;
      view.y -= (y - before[1]) / view.scale;
      repaint();
    }
    moved += Math.abs(x - before[0]) + Math.abs(y - before[1]);
    pointers.set(event.pointerId, [x, y]);
  });
  const release = (event) => {
    const was = pointers.delete(event.pointerId);
    if (was && event.type === 'pointerup' && moved < 5) onSelect(...place(event));
  };
  canvas.addEventListener('pointerup', release);
  canvas.addEventListener('pointercancel', release);
  canvas.addEventListener('pointerleave', () => onHover(-1, -1));
  canvas.addEventListener(
    'wheel',
    (event) => {
      // Who scrolls the page does not want to zoom what happens to lie under the pointer.
      if (!event.ctrlKey && !event.metaKey && document.activeElement !== canvas) return;
      event.preventDefault();
      zoom(Math.exp(-event.deltaY * (event.deltaMode === 1 ? 0.05 : 0.002)), ...place(event));
    },
    { passive: false },
  );
  canvas.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const done = keys(event.key) || onKey(event.key, event.shiftKey);
    if (done) event.preventDefault();
  });
  function keys(key) {
    if (key === '+' || key === '=') zoom(1.5);
    else if (key === '-') zoom(1 / 1.5);
    else if (key === '0') fit();
    else return false;
    return true;
  }
  new ResizeObserver(resize).observe(canvas);
  return { view, fit, zoom, show, resize, repaint };
}
