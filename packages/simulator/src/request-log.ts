import { type Call, calls } from './fault-script.ts';
import { SlidingSecond } from './sliding-second.ts';

/** One request as it came and as it was answered. */
export interface RequestRecord {
  /** Counts from 1, in order of arrival. */
  n: number;
  call: Call;
  method: string;
  /** With its query. */
  path: string;
  /** Milliseconds since the start, monotonic, when its headers were in. */
  atMs: number;
  /** The same in Unix time. */
  wallMs: number;
  correlationId: string | undefined;
  name: string | undefined;
  /** Of process and payload; launches only. */
  fingerprint: string | undefined;
  /** The status that was sent; 0 where the connection was closed instead, undefined while open. */
  status: number | undefined;
  /** The `do` of the fault that struck. */
  fault: string | undefined;
  /** Whether it changed anything on the platform (a job made, a job deleted, a token given). */
  tookEffect: boolean;
  jobId: string | undefined;
}

type Arrival = Pick<RequestRecord, 'call' | 'method' | 'path' | 'atMs' | 'wallMs' | 'correlationId'>;

/** A request that has arrived, to be written on while it is served. */
export interface OpenRequest {
  record: RequestRecord;
  struck(fault: string): void;
  tookEffect(jobId: string | undefined): void;
  answered(status: number): void;
}

export interface CallCounts {
  arrived: number;
  tookEffect: number;
  /** By status; "0" is a connection closed without a whole answer. */
  byStatus: Record<string, number>;
  /** By the `do` of the rule. */
  byFault: Record<string, number>;
}

export interface Counts extends Record<Call, CallCounts> {
  any: CallCounts;
}

export interface RequestFilter {
  call?: Call;
  correlationId?: string;
  jobId?: string;
  status?: number;
  fault?: string;
}

const keptLaunches = 200_000;
const keptOthers = 20_000;

/** Counters of everything, details of the last launches and of the last other requests. */
export class RequestLog {
  #launches: RequestRecord[] = [];
  #others: RequestRecord[] = [];
  #arrived = 0;
  readonly #counts = emptyCounts();
  readonly #seconds = new Map<Call | 'any', SlidingSecond>();
  readonly #changed: () => void;

  /** `changed` is called after each change. */
  constructor(changed: () => void = () => {}) {
    this.#changed = changed;
  }

  arrived(request: Arrival): OpenRequest {
    this.#arrived += 1;
    const record: RequestRecord = {
      n: this.#arrived,
      ...request,
      name: undefined,
      fingerprint: undefined,
      status: undefined,
      fault: undefined,
      tookEffect: false,
      jobId: undefined,
    };
    if (record.call === 'launch') keep(this.#launches, record, keptLaunches);
    else keep(this.#others, record, keptOthers);
    const both = [record.call, 'any'] as const;
    const count = (change: (counts: CallCounts) => void) => {
      for (const key of both) change(this.#counts[key]);
      this.#changed();
    };
    for (const key of both) this.#second(key).add(record.atMs);
    count((counts) => {
      counts.arrived += 1;
    });
    return {
      record,
      struck: (fault) => {
        record.fault = fault;
        count((counts) => increment(counts.byFault, fault));
      },
      tookEffect: (jobId) => {
        record.tookEffect = true;
        record.jobId = jobId ?? record.jobId;
        count((counts) => {
          counts.tookEffect += 1;
        });
      },
      answered: (status) => {
        record.status = status;
        count((counts) => increment(counts.byStatus, String(status)));
      },
    };
  }

  launches(): RequestRecord[] {
    return this.#launches.map((record) => ({ ...record }));
  }

  /** In order of arrival. */
  requests(filter: RequestFilter = {}): RequestRecord[] {
    const wanted = Object.entries(filter).filter(([, value]) => value !== undefined);
    const fits = (record: RequestRecord) =>
      wanted.every(([key, value]) => (record as unknown as Record<string, unknown>)[key] === value);
    return [...this.#launches.filter(fits), ...this.#others.filter(fits)]
      .sort((a, b) => a.n - b.n)
      .map((record) => ({ ...record }));
  }

  counts(): Counts {
    return structuredClone(this.#counts);
  }

  mostInAnySecond(call: Call | 'any'): number {
    return this.#seconds.get(call)?.most ?? 0;
  }

  #second(key: Call | 'any'): SlidingSecond {
    let second = this.#seconds.get(key);
    if (!second) {
      second = new SlidingSecond();
      this.#seconds.set(key, second);
    }
    return second;
  }
}

function emptyCounts(): Counts {
  const entries = [...calls, 'any'].map((call) => [call, { arrived: 0, tookEffect: 0, byStatus: {}, byFault: {} }]);
  return Object.fromEntries(entries) as Counts;
}

function keep(records: RequestRecord[], record: RequestRecord, most: number): void {
  records.push(record);
  if (records.length > most * 1.25) records.splice(0, records.length - most);
}

function increment(counts: Record<string, number>, key: string): void {
  counts[key] = (counts[key] ?? 0) + 1;
}
