import { useEffect, useMemo, useRef, useState } from 'react';
import { ledgerNowMs, useSteadyAnswer } from '../api/answering.ts';
import type { Timeline, TimelineItem } from '../api/answers.ts';
import { queryOf } from '../api/fetching.ts';
import { Sign } from '../parts/phase-parts.tsx';
import { isSpan, type Span } from '../selection/span.ts';
import { moment, range } from '../words/times.ts';
import { num, span } from '../words/words.ts';
import { type Chart, chartOf, ends, itemWords, launches } from './stack.ts';
import { type Choosing, useChoosing } from './use-choosing.ts';

/**
 * When tasks were launched and ended. A press on a bar selects its phase everywhere. A drag selects that time, in which tasks
 * last moved, and shows it nearer: there is one time, so that what is seen here is what is listed.
 */

const upper = 56;
const lower = 84;
const foot = 18;

export function TimelinePanel(props: Choosing & { batch: string; span: Span }) {
  const { batch, span: shown, onSpan } = props;
  const toMs = shown.untilMs === undefined ? undefined : shown.untilMs - 1;
  const asked = queryOf({ fromMs: shown.sinceMs, toMs, buckets: 240 });
  const { data } = useSteadyAnswer<Timeline>(`/batches/${batch}/timeline${asked}`);
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
        {isSpan(shown) && (
          <button type="button" onClick={() => onSpan({})}>
            The whole time
          </button>
        )}
      </div>
      {data && <Bars timeline={data} {...props} />}
    </section>
  );
}

function Bars(props: Choosing & { timeline: Timeline }) {
  const { timeline, chosen } = props;
  const svg = useRef<SVGSVGElement>(null);
  const width = useWidth(svg);
  const chart = useMemo(() => chartOf(timeline, { width, upper, lower }), [timeline, width]);
  const { x, drawn, hears } = useChoosing({ ...props, chart, width });
  const item = x === undefined ? undefined : chart.itemAt(x);
  const nowMs = ledgerNowMs();
  return (
    <>
      <svg
        ref={svg}
        className="bars"
        height={upper + lower + foot}
        role="application"
        aria-label="Launches and ends by time: arrows move, with Shift they draw a time, Enter selects"
        aria-describedby="timeline-told"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: arrows, Enter and Escape work in it
        tabIndex={0}
        {...hears}
      >
        <line className="axis" x1="0" x2={width} y1={upper + 0.5} y2={upper + 0.5} />
        {chart.paths.map(({ series, path }) => {
          const isOff = chosen.length > 0 && !series.phases.some((phase) => chosen.includes(phase));
          return <path key={series.name} className={`fill-${series.phases[0]} ${isOff ? 'off' : ''}`} d={path} />;
        })}
        <Scale chart={chart} timeline={timeline} width={width} />
        {drawn && (
          <rect
            className="span"
            x={chart.xOf(drawn.sinceMs)}
            width={chart.xOf(drawn.untilMs) - chart.xOf(drawn.sinceMs)}
            height={upper + lower}
          />
        )}
        {item && <Cross chart={chart} item={item} timeline={timeline} />}
      </svg>
      <p className="told" id="timeline-told" role="status">
        {drawn
          ? `${range(drawn.sinceMs, drawn.untilMs, nowMs)}: let go, or press Enter, to select what last moved then`
          : item
            ? `${range(item.atMs, item.atMs + timeline.intervalMs, nowMs)}: ${itemWords(item)}`
            : `A bar is ${span(timeline.intervalMs)}, at most ${num(chart.mostLaunched)} launched and ${num(chart.mostEnded)} ended in one. Press a bar to select its phase; drag across to select what last moved in that time, and to see it nearer.`}
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
