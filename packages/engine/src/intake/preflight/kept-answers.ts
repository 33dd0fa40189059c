import { createHash } from 'node:crypto';
import type { Told, Unanswered } from './preflight.ts';
import type { Sample } from './samples.ts';

export interface Lifetimes {
  /** A yes is believed for so long, and longer while it is asked for; 10 min unless given. */
  keepMs?: number;
  /** A no is asked again after this, since somebody may have mended it; 1 min unless given. */
  keepNoMs?: number;
  /** A platform that could not be asked is asked again after this, where nobody says when; 1 min unless given. */
  retryMs?: number;
}

/** What platforms answered, for a while: a thousand files of one process ask once. Milliseconds of a clock that never jumps. */
export interface KeptAnswers {
  find(sample: Sample, nowMs: number): Told | undefined;
  keep(sample: Sample, told: Told, nowMs: number): void;
}

interface Kept {
  told: Told;
  untilMs: number;
  /** However often it is asked for. */
  atMostUntilMs: number;
}

const mostKept = 10_000;
const longestMs = 3_600_000;

export function createKeptAnswers({ keepMs = 600_000, keepNoMs = 60_000, retryMs = 60_000 }: Lifetimes): KeptAnswers {
  const answers = new Map<string, Kept>();
  /** Platforms that could not be asked: whatever the question, there is no use in it. */
  const away = new Map<string, { told: Unanswered; untilMs: number }>();
  const lifeOf = (told: Told) => {
    if (told.kind === 'unasked') return told.againInMs ?? retryMs;
    return told.kind === 'fits' ? keepMs : keepNoMs;
  };
  const shown = (told: Told, leftMs: number): Told =>
    told.kind === 'unasked' ? { ...told, againInMs: Math.ceil(leftMs) } : told;
  return {
    find(sample, nowMs) {
      const key = questionOf(sample);
      const found = answers.get(key);
      if (found && nowMs < found.untilMs) {
        // A batch of many processes at a slow pace must not lose its first answers before its last ones come.
        found.untilMs = Math.min(found.atMostUntilMs, Math.max(found.untilMs, nowMs + lifeOf(found.told)));
        return shown(found.told, found.untilMs - nowMs);
      }
      answers.delete(key);
      const gone = away.get(sample.provider);
      if (gone && nowMs < gone.untilMs) return shown(gone.told, gone.untilMs - nowMs);
      away.delete(sample.provider);
      return undefined;
    },
    keep(sample, told, nowMs) {
      const untilMs = nowMs + lifeOf(told);
      // A clear no to the question is about this process only.
      if (told.kind === 'unasked' && told.failure?.kind !== 'rejected') {
        away.set(sample.provider, { told, untilMs });
        return;
      }
      const atMostUntilMs = told.kind === 'unasked' ? untilMs : Math.max(untilMs, nowMs + longestMs);
      answers.set(questionOf(sample), { told, untilMs, atMostUntilMs });
      if (answers.size > mostKept) answers.delete(answers.keys().next().value ?? '');
    },
  };
}

/** What an answer depends on: of the zone, the shape of what it fills in. */
export function questionOf({ task, provider, shape }: Sample): string {
  const { id, projectId, datasetId, inputs, processGraph } = task.process;
  const text = JSON.stringify([provider, id, projectId, datasetId, inputs ?? null, processGraph ?? null, shape]);
  return createHash('sha256').update(text).digest('base64');
}
