/**
 * Are these the inputs that our launch had? "unclear" wherever the echo leaves a doubt, since servers add defaults, wrap
 * values and round numbers: a job that is ours and called another's would be launched twice.
 */
export type Match = 'same' | 'other' | 'unclear';

/** Of numbers; coordinates may be rounded. */
const near = 1e-4;

export function matchInputs(shown: unknown, ours: unknown): Match {
  if (isRecord(ours)) return matchRecord(unwrapped(shown, ours), ours);
  if (Array.isArray(ours)) return matchList(unwrapped(shown, ours), ours);
  const theirs = unwrapped(shown, ours);
  if (theirs === ours) return 'same';
  if (typeof theirs === 'number' && typeof ours === 'number') {
    return Math.abs(theirs - ours) <= near ? 'unclear' : 'other';
  }
  // Of one type and not equal: another. Of two types: 5 and "5" may be the same.
  return typeof theirs === typeof ours && theirs !== null && ours !== null && !isRecord(theirs) ? 'other' : 'unclear';
}

function matchRecord(shown: unknown, ours: Readonly<Record<string, unknown>>): Match {
  if (!isRecord(shown)) return 'unclear';
  const keys = Object.keys(ours);
  const matches = keys.map((key) => (Object.hasOwn(shown, key) ? matchInputs(shown[key], ours[key]) : 'unclear'));
  return worst([...matches, Object.keys(shown).length === keys.length ? 'same' : 'unclear']);
}

function matchList(shown: unknown, ours: readonly unknown[]): Match {
  if (!Array.isArray(shown) || shown.length !== ours.length) return 'unclear';
  return worst(ours.map((item, i) => matchInputs(shown[i], item)));
}

function worst(matches: readonly Match[]): Match {
  if (matches.includes('other')) return 'other';
  return matches.includes('unclear') ? 'unclear' : 'same';
}

/** A value may be shown as `{"value": …}`. */
function unwrapped(shown: unknown, ours: unknown): unknown {
  if (!isRecord(shown) || !Object.hasOwn(shown, 'value')) return shown;
  return isRecord(ours) && Object.hasOwn(ours, 'value') ? shown : shown.value;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
