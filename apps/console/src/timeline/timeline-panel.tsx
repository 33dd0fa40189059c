import { type KeyboardEvent, type PointerEvent, useEffect, useMemo, useRef, useState } from 'react';
import { ledgerNowMs, useSteadyAnswer } from '../api/answering.ts';
import type { Timeline, TimelineItem } from '../api/answers.ts';
import { queryOf } from '../api/fetching.ts';
import { Sign } from '../parts/phase-parts.tsx';
import type { Phase } from '../phases/phases.ts';
import { moment, range } from '../words/times.ts';
import { num, span } from '../words/words.ts';
import { type Chart, chartOf, ends, itemWords, launches } from './stack.ts';

/** When tasks were launched and ended. A press on a bar selects its phase everywhere; a drag shows that time nearer. */

const upper = 56;
const lower = 84;
const foot = 18;

export function TimelinePanel(props: { batch: string; chosen: readonly Phase[]; onSelect: (phases: Phase[]) => void }) {
  const [shown, setShown] = useState<{ fromMs: number; toMs: number } | undefined>();
  const { data } = useSteadyAnswer<Timeline>(`/batches/${props.batch}/timeline${queryOf({ ...shown, buckets: 240 })}`);
  return (
    <section className="panel timeline" aria-labelledby="timeline-title">
      <div className="panel-head">
        <h2 id="timeline-title">Timeline</h2>
        <ul className="legend">
          {[launches, ...ends].map(({ name, says, phases }) => (
            <li key={name}>
              <Sign phase={phases[0]} />
              {says}
            </li>
          ))}
        </ul>
        {shown && (
          <button type="button" onClick={() => setShown(undefined)}>
            The whole time
          </button>
        )}
      </div>
      {data && <Bars timeline={data} onSpan={setShown} {...props} />}
    </section>
  );
}

function Bars(props: {
  timeline: Timeline;
  chosen: readonly Phase[];
  onSelect: (phases: Phase[]) => void;
  onSpan: (span: { fromMs: number; toMs: number } | undefined) => void;
}) {
  const { timeline, chosen, onSelect, onSpan } = props;
  const svg = useRef<SVGSVGElement>(null);
  const width = useWidth(svg);
  const chart = useMemo(() => chartOf(timeline, { width, upper, lower }), [timeline, width]);
  const [x, setX] = useState<number | undefined>();
  const [from, setFrom] = useState<number | undefined>();
  const item = x === undefined ? undefined : chart.itemAt(x);
  const placeOf = (event: PointerEvent) => {
    const { left, top } = event.currentTarget.getBoundingClientRect();
    return [event.clientX - left, event.clientY - top] as const;
  };
  const onUp = (event: PointerEvent) => {
    const [to, y] = placeOf(event);
    const start = from;
    setFrom(undefined);
    if (start === undefined) return;
    if (Math.abs(to - start) > 6) {
      const [a, b] = [Math.min(start, to), Math.max(start, to)];
      onSpan({ fromMs: Math.round(chart.msAt(a)), toMs: Math.round(chart.msAt(b)) });
      return;
    }
    onSelect([...(chart.seriesAt(to, y)?.phases ?? [])]);
  };
  const onKey = (event: KeyboardEvent) => {
    const step = chart.xOf(timeline.fromMs + timeline.intervalMs);
    const by = { ArrowLeft: -step, ArrowRight: step }[event.key];
    if (by !== undefined) setX(Math.max(0, Math.min(width - 1, (x ?? (by > 0 ? -step / 2 : width + step / 2)) + by)));
    else if (event.key === 'Enter' && item) onSelect([...(ends.find(({ name }) => item[name] > 0)?.phases ?? [])]);
    else if (event.key === '0') onSpan(undefined);
    else if (event.key === 'Escape') onSelect([]);
    else return;
    event.preventDefault();
  };
  return (
    <>
      <svg
        ref={svg}
        className="bars"
        height={upper + lower + foot}
        role="application"
        aria-label="Launches and ends by time: arrows move, Enter selects"
        aria-describedby="timeline-told"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: arrows, Enter and Escape work in it
        tabIndex={0}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          setFrom(placeOf(event)[0]);
        }}
        onPointerMove={(event) => setX(placeOf(event)[0])}
        onPointerUp={onUp}
        onPointerLeave={() => from === undefined && setX(undefined)}
        onKeyDown={onKey}
      >
        <line className="axis" x1="0" x2={width} y1={upper + 0.5} y2={upper + 0.5} />
        {chart.paths.map(({ series, path }) => {
          const isOff = chosen.length > 0 && !series.phases.some((phase) => chosen.includes(phase));
          return <path key={series.name} className={`fill-${series.phases[0]} ${isOff ? 'off' : ''}`} d={path} />;
        })}
        <Scale chart={chart} timeline={timeline} width={width} />
        {from !== undefined && x !== undefined && (
          <rect className="span" x={Math.min(from, x)} width={Math.abs(x - from)} height={upper + lower} />
        )}
        {item && <Cross chart={chart} item={item} timeline={timeline} />}
      </svg>
      <p className="told" id="timeline-told" role="status">
        {item
          ? `${range(item.atMs, item.atMs + timeline.intervalMs, ledgerNowMs())}: ${itemWords(item)}`
          : `A bar is ${span(timeline.intervalMs)}, at most ${num(chart.mostLaunched)} launched and ${num(chart.mostEnded)} ended in one. Press a bar to select its phase; drag across to see a time nearer.`}
      </p>
    </>
  );
}

function Scale({ chart, timeline, width }: { chart: Chart; timeline: Timeline; width: number }) {
  const ticks = Math.max(2, Math.floor(width / 130));
  const nowMs = ledgerNowMs();
  const places = Array.from({ length: ticks }, (_, i) => (i * width) / ticks);
  return (
    <g className="scale">
      {places.map((x) => (
        <text key={x} x={x + 2} y={upper + lower + 14}>
          {moment(chart.msAt(x), nowMs, timeline.toMs - timeline.fromMs < 600_000 ? 'seconds' : 'minutes')}
        </text>
      ))}
    </g>
  );
}

function Cross({ chart, item, timeline }: { chart: Chart; item: TimelineItem; timeline: Timeline }) {
  const x = chart.xOf(item.atMs);
  return (
    <rect
      className="cross"
      x={x}
      width={Math.max(2, chart.xOf(timeline.fromMs + timeline.intervalMs))}
      height={upper + lower}
    />
  );
}

function useWidth(ref: React.RefObject<SVGSVGElement | null>): number {
  const [width, setWidth] = useState(800);
  useEffect(() => {
    const svg = ref.current;
    if (!svg) return;
    const observer = new ResizeObserver(() => setWidth(svg.clientWidth || 800));
    observer.observe(svg);
    return () => observer.disconnect();
  }, [ref]);
  return width;
}
