import { fingerprintOf } from '../fingerprint.ts';
import type { Quirks } from './quirks.ts';

/** What a job is to do. Many jobs may point to one, and read their label through it. */
export interface JobConfig {
  id: number;
  owner: string;
  serviceId: number;
  inputs: Record<string, string[]>;
  label: string | null;
  /** The job whose sub-jobs have it. */
  parentId: number | null;
  systematicParameter: string | null;
  parallelParameters: string[];
}
export type NewConfig = Omit<JobConfig, 'id'>;

export type Saved = { kind: 'saved'; config: JobConfig } | { kind: 'race' } | { kind: 'notUnique' };

/** Saving is an upsert: what is equal in all but the label is one config, and takes on the last label. */
export class Configs {
  readonly #byId = new Map<number, JobConfig>();
  readonly #equal = new Map<string, JobConfig[]>();
  /** Of configs of sub-jobs: the key that they would have without their parent. */
  readonly #childKeys = new Set<string>();
  readonly #savedMs = new Map<string, number>();
  #made = 500;

  save(fresh: NewConfig, quirks: Pick<Quirks, 'race' | 'subJobConfigsClash'>, nowMs: number, raceMs: number): Saved {
    const key = keyOf(fresh);
    const atOnce = nowMs - (this.#savedMs.get(key) ?? Number.NEGATIVE_INFINITY) < raceMs;
    this.#savedMs.set(key, nowMs);
    const there = this.#equal.get(key) ?? [];
    if (there.length > 1 || (quirks.subJobConfigsClash && this.#childKeys.has(key))) return { kind: 'notUnique' };
    const [config] = there;
    if (config && atOnce && quirks.race !== 'duplicate') return { kind: 'race' };
    if (config && !atOnce) {
      config.label = fresh.label;
      return { kind: 'saved', config };
    }
    return { kind: 'saved', config: this.add(fresh) };
  }

  add(fresh: NewConfig): JobConfig {
    this.#made += 1;
    const config = { ...fresh, id: this.#made };
    this.#byId.set(config.id, config);
    this.#equal.set(keyOf(config), [...(this.#equal.get(keyOf(config)) ?? []), config]);
    if (config.parentId !== null) this.#childKeys.add(keyOf({ ...config, parentId: null }));
    return config;
  }

  find(id: number): JobConfig | undefined {
    return this.#byId.get(id);
  }

  all(): JobConfig[] {
    return [...this.#byId.values()];
  }

  remove(id: number): boolean {
    const config = this.#byId.get(id);
    if (!config) return false;
    const rest = (this.#equal.get(keyOf(config)) ?? []).filter((other) => other !== config);
    this.#equal.set(keyOf(config), rest);
    return this.#byId.delete(id);
  }

  clear(): void {
    this.#byId.clear();
    this.#equal.clear();
    this.#childKeys.clear();
    this.#savedMs.clear();
  }
}

function keyOf({ owner, serviceId, inputs, parentId, systematicParameter, parallelParameters }: NewConfig): string {
  return fingerprintOf([owner, serviceId, inputs, parentId, systematicParameter, parallelParameters]);
}
