import type { Phase, Role } from '@nightpass/core';

/** What the board's API answers, as far as it is shown. `contract.test.ts` holds it against the board's own schemas. */

export type Counts = Record<Phase, number>;
export type Numbers = Record<string, number>;

export interface Hold {
  kind: string;
  reason: string;
  sinceMs: number;
  untilMs?: number | undefined;
  stopsLooks: boolean;
}

export interface Provider {
  name: string;
  kind: string;
  holds: Hold[];
  inFlight: number;
  maxInFlight: number;
  launches: number;
  dueNow: number;
  dueLagMs: number;
  waiting: number;
  pace: { perSecond: number; learnedShare: number; effectivePerSecond: number; nextSlotMs?: number | undefined };
  readBudget: { perSecond: number; spentMs: number };
  orphans: { remoteJobId: string; launch: string }[];
}
export interface Providers {
  nowMs: number;
  items: Provider[];
}

export interface Batch {
  id: string;
  name?: string | undefined;
  file: string;
  providers: string[];
  processCount: number;
  zoneCount: number;
  taskCount: number;
  priority: number;
  acceptedAtMs: number;
  endedAtMs?: number | undefined;
  cancelledAtMs?: number | undefined;
  deadlineMs?: number | undefined;
  settled: number;
  counts: Counts;
}
export interface Page<T> {
  items: T[];
  next?: string | undefined;
  total: number;
}
export interface BatchPage extends Page<Batch> {
  nowMs: number;
}

export interface Need {
  kind: string;
  says: string;
  tasks: number;
  provider?: string | undefined;
}
/** So far, in the platform's own unit, of those tasks of which it was told. */
export interface CostSum {
  provider: string;
  unit: string;
  total: number;
  tasks: number;
}
export interface BatchDetail {
  nowMs: number;
  batch: Batch;
  percentSettled: number;
  rate?: { perSecond: number; overMs: number } | undefined;
  forecast?: { soonestMs: number; latestMs?: number | undefined; because: string[] } | undefined;
  needs: Need[];
  costs: CostSum[];
  holds: (Hold & { provider: string })[];
}

export interface BatchProcess {
  index: number;
  id: string;
  name: string;
  provider: string;
  counts: Counts;
  usualDurationMs?: number | undefined;
}

export interface TimelineItem {
  atMs: number;
  launched: number;
  succeeded: number;
  failed: number;
  cancelled: number;
  parked: number;
  lost: number;
}
export interface Timeline {
  intervalMs: number;
  fromMs: number;
  toMs: number;
  items: TimelineItem[];
}

export interface Family {
  id: string;
  rule: string;
  shape: string;
  count: number;
  phases: Numbers;
  example: { task: string; reason: string };
  firstAtMs?: number | undefined;
  lastAtMs?: number | undefined;
  shares: { what: string; value: string; count: number }[];
}
export interface FamilyList {
  items: Family[];
  tasks: number;
  complete: boolean;
}

export interface TaskRow {
  id: string;
  batch: string;
  processIndex: number;
  zoneIndex: number;
  phase: Phase;
  provider: string;
  process: { id: string; name: string };
  zone: { location: string; imageId: string; image2Id?: string | undefined };
  attempt: number;
  drive: number;
  remoteJobId?: string | undefined;
  remoteWord?: string | undefined;
  progressPercent?: number | undefined;
  rule?: string | undefined;
  reason?: string | undefined;
  message?: string | undefined;
  family?: string | undefined;
  cost?: { unit: string; amount?: number | undefined; total: number } | undefined;
  launchedAtMs?: number | undefined;
  endedAtMs?: number | undefined;
  movedAtMs?: number | undefined;
}
export interface TaskPage extends Page<TaskRow> {
  searched: { batches: string[]; tasks: number };
  complete: boolean;
}

export interface Entry {
  atMs: number;
  text: string;
}
export interface TaskDetail {
  nowMs: number;
  task: TaskRow;
  batch: { id: string; name?: string | undefined; file: string };
  why: { answer: string; sinceMs: number; untilMs?: number | undefined; holds: Hold[] };
  history: Entry[];
  attempts: { number: number; launchKey: string; intendedAtMs: number; entries: Entry[] }[];
  looks: {
    count: number;
    lastAtMs?: number | undefined;
    failedInARow: number;
    missingInARow: number;
    emptySearches: number;
  };
  cancel?: { reason: string; tries: number } | undefined;
  links: {
    remote?: string | undefined;
    logs?: string | undefined;
    results: { name: string; type?: string | undefined; sizeBytes?: number | undefined }[];
    resultsCut: number;
  };
  payload: { process: Record<string, unknown>; zone: Record<string, unknown> };
  may: ('redrive' | 'cancel' | 'park' | 'priority')[];
}

export interface Session {
  user: string;
  role: Role;
  by: 'open' | 'session' | 'token' | 'password' | 'proxy';
  signIn: boolean;
  says?: string | undefined;
  expiresAtMs?: number | undefined;
}

export interface Submitted {
  file: string;
  batch?: string | undefined;
  receipt: string;
}
export interface ReceiptAnswer {
  file: string;
  state: 'waiting' | 'answered';
  receipt?: Record<string, unknown> | undefined;
}
