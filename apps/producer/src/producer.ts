import { readdir } from 'node:fs/promises';
import { basename, join, relative, sep } from 'node:path';
import {
  createInboxLease,
  type Inbox,
  type Intake,
  inboxFolders,
  isMounted,
  removeLeftovers,
  writeDueResults,
  writeMorningReports,
} from '@nightpass/engine';
import type { Log } from '@nightpass/runtime';
import { watch } from 'chokidar';
import { type Bell, createBell } from './bell.ts';
import { forever } from './forever.ts';
import type { Reports } from './reports.ts';
import { createTakeTurn, type TakeTiming } from './take-files.ts';

export interface ProducerOptions extends Omit<Intake, 'patienceMs'>, TakeTiming {
  /** See Intake; 10 s unless given. */
  patienceMs?: number;
  /** Undefined: none are written. */
  reports?: Reports | undefined;
  /** Another producer takes over so long after this one died; 5 s unless given. */
  leaseMs?: number;
  log: Log;
}

export interface RunningProducer {
  /** Ends after what is under way. Waits for Redis, where that is away. */
  close(): Promise<void>;
}

const resultsEveryMs = 1000;
const morningEveryMs = 20_000;

/** Serves the inbox while it holds the lease: takes files, and writes results. */
export function startProducer(options: ProducerOptions): RunningProducer {
  const { ledger, inbox, reports, log, rescanMs, leaseMs = 5000, patienceMs = 10_000 } = options;
  const stop = new AbortController();
  const lease = createInboxLease(ledger, inbox, leaseMs);
  let servesUntilMs = 0;
  const serves = () => !stop.signal.aborted && performance.now() < servesUntilMs;

  const bells = {
    lease: createBell(stop.signal),
    take: createBell(stop.signal),
    results: createBell(stop.signal),
    morning: createBell(stop.signal),
  };
  const takeTurn = createTakeTurn({ ...options, patienceMs }, options, log, serves);
  const watcher = watchInbox(inbox, bells.take, log);

  const about = { stop: stop.signal, log, retryMs: Math.min(1000, rescanMs) };
  const loops = [
    forever('lease', { ...about, bell: bells.lease }, keepLease),
    forever('take', { ...about, bell: bells.take }, async () => (serves() ? takeTurn() : rescanMs)),
    forever('results', { ...about, bell: bells.results }, async () => {
      if (serves() && (await isMounted(inbox))) await writeResultsOnce();
      return resultsEveryMs;
    }),
  ];
  if (reports) {
    loops.push(
      forever('morning reports', { ...about, bell: bells.morning }, async () => {
        if (serves() && (await isMounted(inbox))) await writeMorningReportsOnce(reports);
        return morningEveryMs;
      }),
    );
  }

  let role: 'unknown' | 'serving' | 'standing by' = 'unknown';

  async function keepLease(): Promise<number> {
    const askedAtMs = performance.now();
    const held = await lease.hold();
    servesUntilMs = held ? askedAtMs + leaseMs : 0;
    const now = held ? 'serving' : 'standing by';
    if (now !== role) {
      role = now;
      log.info({ inbox: inbox.dir }, held ? 'inbox served here' : 'inbox served by another producer, standing by');
      if (held) await removeAllLeftovers(inbox);
      bells.take.ring();
      bells.results.ring();
      bells.morning.ring();
    }
    return leaseMs / 5;
  }

  const troubled = new Map<string, string>();

  async function writeResultsOnce(): Promise<void> {
    const written = await writeDueResults(ledger, inbox, {
      report: reports?.write,
      signal: stop.signal,
      ...(options.before ? { before: options.before } : {}),
      onTrouble: ({ batch, file }, error) => {
        if (troubled.get(batch + file) === String(error)) return;
        troubled.set(batch + file, String(error));
        log.error({ batch, file, err: error }, 'results not written, trying again');
      },
    });
    for (const { batch, file } of written) {
      troubled.delete(batch + file);
      log.info({ batch, file }, 'results written');
    }
  }

  async function writeMorningReportsOnce({ hour, write }: Reports): Promise<void> {
    const written = await writeMorningReports(ledger, inbox, hour, write, {
      signal: stop.signal,
      ...(options.before ? { before: options.before } : {}),
      onTrouble: ({ batch, file }, error) =>
        log.error({ batch, file, err: error }, 'report of the morning not written'),
    });
    for (const { batch, file } of written) log.info({ batch, file }, 'report of the morning written');
  }

  return {
    async close() {
      stop.abort();
      await watcher.close();
      await Promise.all(loops);
      await lease.release();
    },
  };
}

/** Only wakes the scan: what is true is what the scan finds. Shares and bind mounts send no events. */
function watchInbox({ dir }: Inbox, bell: Bell, log: Log) {
  const ours = new Set<string>(Object.values(inboxFolders));
  const watcher = watch(dir, {
    depth: 1,
    ignoreInitial: true,
    followSymlinks: false,
    ignored: (path) => {
      const [first = ''] = relative(dir, path).split(sep);
      return path !== dir && (ours.has(first) || basename(path).startsWith('.'));
    },
  });
  // A slow copy sends an event for each of its pieces.
  let ringsSoon = false;
  watcher.on('all', () => {
    if (ringsSoon) return;
    ringsSoon = true;
    setTimeout(() => {
      ringsSoon = false;
      bell.ring();
    }, 50);
  });
  let told = false;
  watcher.on('error', (error) => {
    if (!told) log.warn({ inbox: dir, reason: String(error) }, 'inbox cannot be watched, rescans must do');
    told = true;
  });
  return watcher;
}

async function removeAllLeftovers({ dir, acceptedDir, rejectedDir }: Inbox): Promise<void> {
  const entries = await readdir(dir, { withFileTypes: true });
  const subFolders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(dir, name));
  for (const folder of new Set([dir, acceptedDir, rejectedDir, ...subFolders])) {
    await removeLeftovers(folder, Date.now()).catch(() => {});
  }
}
