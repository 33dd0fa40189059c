import { looks, type Phase, phases } from '@nightpass/pictures/phases';
import type { ReactNode } from 'react';
import { many, num } from '../words/words.ts';

export function Sign({ phase }: { phase: Phase }) {
  return (
    <svg className={`sign phase-${phase}`} viewBox="0 0 16 16" aria-hidden="true">
      <path d={looks[phase].sign} />
    </svg>
  );
}

/** Sign and word. */
export function PhaseTag({ phase }: { phase: Phase }) {
  return (
    <span className="tag" title={looks[phase].says}>
      <Sign phase={phase} />
      {phase}
    </span>
  );
}

type SomeCounts = Partial<Record<Phase, number>>;
export const thereOf = (counts: SomeCounts): Phase[] => phases.filter((phase) => (counts[phase] ?? 0) > 0);

/** The share of each phase. What is there at all is never too thin to be seen. */
export function PhaseBar({ counts, size = 'slim' }: { counts: SomeCounts; size?: 'slim' | 'tall' }) {
  const there = thereOf(counts);
  const total = there.reduce((sum, phase) => sum + (counts[phase] ?? 0), 0);
  const widths = there.map((phase) => Math.max(((counts[phase] ?? 0) / total) * 100, 0.8));
  const scale = 100 / widths.reduce((sum, width) => sum + width, 0);
  const starts = widths.map((_, i) => widths.slice(0, i).reduce((sum, width) => sum + width, 0) * scale);
  const label = there.map((phase) => `${num(counts[phase] ?? 0)} ${phase}`).join(', ') || 'no tasks';
  return (
    <svg className={`bar ${size}`} role="img" aria-label={label}>
      <title>{label}</title>
      {there.map((phase, i) => (
        <rect
          key={phase}
          className={`fill-${phase}`}
          x={`${starts[i]}%`}
          width={`${(widths[i] ?? 0) * scale}%`}
          height="100%"
        />
      ))}
    </svg>
  );
}

/** The number of each phase that has any. */
export function Legend({ counts }: { counts: SomeCounts }) {
  return (
    <ul className="legend">
      {thereOf(counts).map((phase) => (
        <li key={phase} title={looks[phase].says}>
          <Sign phase={phase} />
          <b>{num(counts[phase] ?? 0)}</b> {phase}
        </li>
      ))}
    </ul>
  );
}

/** Phases as switches: any number of them is chosen, none means all. */
export function PhaseSwitches(props: {
  counts: SomeCounts;
  chosen: readonly Phase[];
  onChange: (chosen: Phase[]) => void;
  label: string;
  children?: ReactNode;
}) {
  const { counts, chosen, onChange, label } = props;
  const shown = phases.filter((phase) => (counts[phase] ?? 0) > 0 || chosen.includes(phase));
  const toggle = (phase: Phase) =>
    onChange(chosen.includes(phase) ? chosen.filter((it) => it !== phase) : [...chosen, phase]);
  return (
    <fieldset className="switches">
      <legend className="unseen">{label}</legend>
      {shown.map((phase) => (
        <button
          key={phase}
          type="button"
          className="switch"
          aria-pressed={chosen.includes(phase)}
          title={`${many(counts[phase] ?? 0, 'task')}: ${looks[phase].says}`}
          onClick={() => toggle(phase)}
        >
          <Sign phase={phase} />
          <b>{num(counts[phase] ?? 0)}</b> {phase}
        </button>
      ))}
      {props.children}
    </fieldset>
  );
}
