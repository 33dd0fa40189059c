import type { Call, CheckedFaultRule } from './fault-script.ts';
import { type Random, randomFrom } from './random.ts';

/** What a request is about, as far as it says; for a job that is known, also what the job was launched with. */
export interface Subject {
  name?: string | undefined;
  imageId?: string | undefined;
  processId?: string | undefined;
  jobId?: string | undefined;
  correlationId?: string | undefined;
}

interface Progress {
  seen: number;
  struck: number;
  random: Random;
}

/** The script as it is played. Draws depend on the seed, the rule's place and the order of arrival. */
export class Faults {
  readonly #rules: { rule: CheckedFaultRule; progress: Progress }[];

  constructor(rules: readonly CheckedFaultRule[], seed: string) {
    this.#rules = rules.map((rule, index) => ({
      rule,
      progress: { seen: 0, struck: 0, random: randomFrom(`${seed}/fault/${index}`) },
    }));
  }

  /** Call once a request, in order of arrival: it moves the script on. */
  decide(call: Call, subject: Subject, elapsedMs: number): CheckedFaultRule | undefined {
    for (const { rule, progress } of this.#rules) {
      if (concerns(rule, call, subject, elapsedMs) && strikes(rule, progress)) return rule;
    }
    return undefined;
  }
}

function concerns(rule: CheckedFaultRule, call: Call, subject: Subject, elapsedMs: number): boolean {
  if (rule.on !== 'any' && rule.on !== call) return false;
  const { fromMs = 0, untilMs = Number.POSITIVE_INFINITY, match } = rule.when;
  if (elapsedMs < fromMs || elapsedMs >= untilMs) return false;
  if (!match) return true;
  return (
    includes(subject.name, match.nameIncludes) &&
    includes(subject.correlationId, match.correlationIdIncludes) &&
    equals(subject.imageId, match.imageId) &&
    equals(subject.processId, match.processId) &&
    equals(subject.jobId, match.jobId)
  );
}

function includes(value: string | undefined, part: string | undefined): boolean {
  return part === undefined || value?.includes(part) === true;
}

function equals(value: string | undefined, wanted: string | undefined): boolean {
  return wanted === undefined || value === wanted;
}

function strikes(rule: CheckedFaultRule, progress: Progress): boolean {
  const { times, after = 0, everyN = 1, percent } = rule.when;
  if (times !== undefined && progress.struck >= times) return false;
  progress.seen += 1;
  const position = progress.seen - after;
  if (position < 1 || position % everyN !== 0) return false;
  if (percent !== undefined && progress.random() * 100 >= percent) return false;
  progress.struck += 1;
  return true;
}
