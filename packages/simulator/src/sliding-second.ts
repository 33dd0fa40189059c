/**
 * Counts arrivals in the second (or so long as is said) that ends now, and remembers the most there ever were.
 * Two arrivals exactly 1,000 ms apart are not in one second.
 */
export class SlidingSecond {
  #times: number[] = [];
  #first = 0;
  #most = 0;
  readonly #lengthMs: number;

  constructor(lengthMs = 1000) {
    this.#lengthMs = lengthMs;
  }

  /** `atMs` must not go backwards. */
  add(atMs: number): void {
    this.#forget(atMs);
    this.#times.push(atMs);
    this.#most = Math.max(this.#most, this.#times.length - this.#first);
  }

  countAt(nowMs: number): number {
    this.#forget(nowMs);
    return this.#times.length - this.#first;
  }

  get most(): number {
    return this.#most;
  }

  #forget(nowMs: number): void {
    while (this.#first < this.#times.length && (this.#times[this.#first] ?? 0) <= nowMs - this.#lengthMs)
      this.#first += 1;
    if (this.#first > 1024 && this.#first * 2 > this.#times.length) {
      this.#times = this.#times.slice(this.#first);
      this.#first = 0;
    }
  }
}
