/** A hint for a name nobody knows, or nothing. */
export function didYouMean(unknown: string, known: readonly string[]): string {
  if (known.includes(`${unknown}Env`)) {
    return `; secrets are not written here: name the variable in ${unknown}Env, or the file in ${unknown}File`;
  }
  const near = known
    .map((name) => ({ name, distance: distance(unknown.toLowerCase(), name.toLowerCase()) }))
    .filter(({ name, distance }) => distance <= Math.floor(name.length / 2) && distance <= 3)
    .sort((a, b) => a.distance - b.distance)[0];
  if (near) return `; did you mean ${near.name}?`;
  return known.length > 0 && known.length <= 12 ? `; known are ${known.join(', ')}` : '';
}

/** Levenshtein's: letters to add, drop or change. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
