import type { Phase } from '@nightpass/pictures/phases';
import { type KeyboardEvent, type PointerEvent, useEffect, useState } from 'react';
import type { Timeline } from '../api/answers.ts';
import type { Span } from '../selection/span.ts';
import { type Chart, ends } from './stack.ts';

/** What is chosen in it, and who hears of it. */
export interface Choosing {
  chosen: readonly Phase[];
  onSelect: (phases: Phase[]) => void;
  onSpan: (span: Span) => void;
  onClear: () => void;
}

/** A pointer that moved less has pressed, not dragged. */
const stillPixels = 6;

/** Pointing at bars, drawing a time across them, and choosing: by pointer and by keys. */
export function useChoosing(props: Choosing & { timeline: Timeline; chart: Chart; width: number }) {
  const { timeline, chart, width, onSelect, onSpan, onClear } = props;
  /** Where it points, and where a time that is being drawn began. */
  const [x, setX] = useState<number | undefined>();
  const [from, setFrom] = useState<number | undefined>();
  const [isDragging, setDragging] = useState(false);
  const { fromMs, intervalMs } = timeline;
  useEffect(() => {
    // Another time is shown: what was pointed at lies elsewhere.
    setX(undefined);
    setFrom(undefined);
  }, [fromMs, intervalMs]);
  const isDrawn = from !== undefined && x !== undefined && (!isDragging || Math.abs(x - from) > stillPixels);
  const drawn = isDrawn ? chart.between(from, x) : undefined;

  const placeOf = (event: PointerEvent) => {
    const { left, top } = event.currentTarget.getBoundingClientRect();
    return [event.clientX - left, event.clientY - top] as const;
  };
  function choose(span: Span): void {
    setFrom(undefined);
    setX(undefined);
    onSpan(span);
  }
  function onUp(event: PointerEvent): void {
    const [to, y] = placeOf(event);
    setDragging(false);
    setFrom(undefined);
    if (!isDragging || from === undefined) return;
    if (Math.abs(to - from) > stillPixels) choose(chart.between(from, to));
    else onSelect([...(chart.seriesAt(to, y)?.phases ?? [])]);
  }
  function step(by: number, isDrawing: boolean): void {
    const at = x ?? (by > 0 ? -by / 2 : width - by / 2);
    const next = Math.max(0, Math.min(width - 1, at + by));
    setX(next);
    setFrom(isDrawing ? (from ?? (x === undefined ? next : at)) : undefined);
  }
  function onKey(event: KeyboardEvent): void {
    const wide = chart.xOf(fromMs + intervalMs);
    const by = { ArrowLeft: -wide, ArrowRight: wide }[event.key];
    const item = x === undefined ? undefined : chart.itemAt(x);
    if (by !== undefined) step(by, event.shiftKey);
    else if (event.key === 'Enter' && drawn) choose(drawn);
    else if (event.key === 'Enter' && item) onSelect([...(ends.find(({ name }) => item[name] > 0)?.phases ?? [])]);
    else if (event.key === '0') choose({});
    else if (event.key === 'Escape' && drawn) setFrom(undefined);
    else if (event.key === 'Escape') onClear();
    else return;
    event.preventDefault();
  }

  return {
    x,
    drawn,
    hears: {
      onPointerDown(event: PointerEvent) {
        event.currentTarget.setPointerCapture(event.pointerId);
        setDragging(true);
        setFrom(placeOf(event)[0]);
      },
      onPointerMove(event: PointerEvent) {
        // A time that is drawn by keys is not the pointer's.
        if (isDragging || from === undefined) setX(placeOf(event)[0]);
      },
      onPointerUp: onUp,
      onPointerCancel() {
        setDragging(false);
        setFrom(undefined);
      },
      onPointerLeave() {
        if (from === undefined) setX(undefined);
      },
      onKeyDown: onKey,
    },
  };
}
