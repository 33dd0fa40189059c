/** What one source of credentials must never show. */
export interface KnownSecrets {
  /** Something configured: hidden for good. */
  keep(value: string): void;
  /** Something given to us for a while: a token. The newest are hidden; those long over need no hiding. */
  learn(value: string): void;
  all(): string[];
}

/** A month of nights would pile the tokens up. */
const learntAtMost = 24;

/** @param remember told of each of them, so that nothing else shows it either */
export function createKnownSecrets(remember: (value: string) => void = () => {}): KnownSecrets {
  const kept = new Set<string>();
  const learnt = new Set<string>();
  return {
    keep(value) {
      if (!kept.has(value)) remember(value);
      kept.add(value);
    },
    learn(value) {
      remember(value);
      learnt.delete(value);
      learnt.add(value);
      const [oldest] = learnt;
      if (learnt.size > learntAtMost && oldest !== undefined) learnt.delete(oldest);
    },
    all: () => [...kept, ...learnt],
  };
}
