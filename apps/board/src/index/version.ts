/** Never the same twice in this process: a batch that was put out of memory and is indexed anew is not taken for what it was. */
let last = 0;

export function nextVersion(): number {
  last += 1;
  return last;
}
