import type { Clock } from '../clock.ts';
import type { Timeline } from '../timeline.ts';
import { num } from '../words.ts';
import { type Html, html } from './markup.ts';

/** The night as three rows of bars, one below the other: told by place and name, not by colour. */

const width = 1040;
const left = 150;
const rowHeight = 62;
const gap = 16;

const rows = [
  { key: 'launches', name: 'Launched' },
  { key: 'ends', name: 'Succeeded' },
  { key: 'failures', name: 'Ended badly' },
] as const;

export function timelinePicture(timeline: Timeline, clock: Clock): Html {
  const height = rows.length * (rowHeight + gap) + 20;
  const label = rows.map(({ key, name }) => `${name}: ${num(sum(timeline[key]))}`).join(', ');
  return html`<svg class="timeline" viewBox="0 0 ${width} ${height}" role="img" aria-label="Per interval. ${label}">${rows.map(
    ({ key, name }, row) => series(timeline[key], { key, name, top: row * (rowHeight + gap) }),
  )}${ticks(timeline, clock, height)}</svg>`;
}

const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);

function series(values: readonly number[], { key, name, top }: { key: string; name: string; top: number }): Html {
  const most = Math.max(1, ...values);
  const step = (width - left) / values.length;
  const foot = top + rowHeight;
  const path = values
    .map((value, i) => {
      if (value === 0) return '';
      const tall = Math.max(1.5, (value / most) * rowHeight);
      const wide = Math.max(1, Math.min(40, step - (step > 4 ? 1 : 0)));
      return `M${(left + i * step).toFixed(1)} ${foot}v-${tall.toFixed(1)}h${wide.toFixed(1)}v${tall.toFixed(1)}z`;
    })
    .join('');
  return html`<path class="${key}" d="${path}"/><path class="axis" d="M${left} ${foot}H${width}"/><text x="0" y="${top + 24}">${name}</text><text x="0" y="${top + 42}">${num(sum(values))}</text><text x="${left - 8}" y="${top + 10}" text-anchor="end">${num(Math.max(0, ...values))}</text>`;
}

function ticks({ fromMs, stepMs, launches }: Timeline, clock: Clock, height: number): Html[] {
  const every = Math.max(1, Math.ceil(launches.length / 8));
  const step = (width - left) / launches.length;
  return launches.flatMap((_, i) => {
    if (i % every !== 0 || left + i * step > width - 70) return [];
    const at = fromMs + i * stepMs;
    return [
      html`<text x="${(left + i * step).toFixed(1)}" y="${height - 6}">${i === 0 ? clock.short(at) : tickWords(at, stepMs * every, clock)}</text>`,
    ];
  });
}

const tickWords = (ms: number, apartMs: number, clock: Clock) =>
  apartMs >= 12 * 3_600_000 ? clock.short(ms) : clock.hour(ms);

/** The same in figures, for those who cannot see it or want to copy it. */
export function timelineTable({ fromMs, stepMs, ...timeline }: Timeline, clock: Clock): Html {
  const lines = timeline.launches.flatMap((launched, i) => {
    const [ended, failed] = [timeline.ends[i] ?? 0, timeline.failures[i] ?? 0];
    if (launched + ended + failed === 0) return [];
    return [
      html`<tr><td>${clock.short(fromMs + i * stepMs)}</td><td class="n">${num(launched)}</td><td class="n">${num(ended)}</td><td class="n">${num(failed)}</td></tr>`,
    ];
  });
  return html`<details><summary>The same in figures</summary><div class="scroll" tabindex="0" role="region" aria-label="Timeline in figures"><table><thead><tr><th scope="col">From</th><th scope="col" class="n">Launched</th><th scope="col" class="n">Succeeded</th><th scope="col" class="n">Ended badly</th></tr></thead><tbody>${lines}</tbody></table></div></details>`;
}
