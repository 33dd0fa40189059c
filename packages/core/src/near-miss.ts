/**
 * The word that a key was meant to be, or undefined: the same letters in another case or with other separators, or,
 * for words long enough to be told from others, one letter wrong, missing, extra or swapped after the first.
 */
export function nearMissOf(key: string, words: readonly string[]): string | undefined {
  if (words.includes(key)) return undefined;
  const letters = key.toLowerCase().replace(/[^a-z]/g, '');
  return words.find((word) => {
    if (letters === word) return true;
    return word.length >= 8 && letters[0] === word[0] && oneSlipApart(letters, word);
  });
}

function oneSlipApart(a: string, b: string): boolean {
  let from = 0;
  while (from < a.length && a[from] === b[from]) from++;
  let tail = 0;
  const most = Math.min(a.length, b.length) - from;
  while (tail < most && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++;
  const restA = a.slice(from, a.length - tail);
  const restB = b.slice(from, b.length - tail);
  if (restA.length <= 1 && restB.length <= 1) return true;
  return restA.length === 2 && restB.length === 2 && restA[0] === restB[1] && restA[1] === restB[0];
}
