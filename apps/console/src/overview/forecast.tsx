import type { BatchDetail } from '../api/answers.ts';
import { range } from '../words/times.ts';
import { span } from '../words/words.ts';

type Given = NonNullable<BatchDetail['forecast']>;

/** A range, since nobody knows: how it was come to is told on request. */
export function Forecast({ forecast, nowMs }: { forecast: Given; nowMs: number }) {
  return (
    <span className="forecast" title={forecast.because.join('; ')}>
      {forecastWords(forecast, nowMs)}
    </span>
  );
}

export function forecastWords({ soonestMs, latestMs }: Given, nowMs: number): string {
  if (latestMs === undefined) return `ends ${range(soonestMs, soonestMs, nowMs)} at the soonest`;
  const left =
    span(soonestMs - nowMs) === span(latestMs - nowMs)
      ? span(latestMs - nowMs)
      : `${span(soonestMs - nowMs)} to ${span(latestMs - nowMs)}`;
  return `ends ${range(soonestMs, latestMs, nowMs)} (${left} left)`;
}
