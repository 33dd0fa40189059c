import { randomBytes } from 'node:crypto';
import { type BatchContent, type BatchId, type Phase, phaseByte, type Zone } from '@nightpass/core';
import { createKeys, type LedgerContext, openBatch } from '@nightpass/engine';
import type { TestRedis } from '@nightpass/runtime/test-redis';

/** A batch in a ledger of its own, and tasks of it brought to where a night would have brought them. */
export interface TestNight {
  ledger: LedgerContext;
  id: BatchId;
  end(process: number, zone: number, phase: Phase, fields?: Record<string, string | number>): Promise<void>;
  /** Counters as the grid says, and the end of the batch. */
  over(atMs?: number): Promise<void>;
}

export const evening = Date.parse('2026-11-21T20:00:00Z');
/** What people and platforms might write. */
export const hostile = `</script><img src=x onerror=alert(1)>"'&\u202e=cmd|'/C calc'!A0,\nnext`;

export function zoneOf(i: number, changed: Partial<Zone> = {}): Zone {
  const [x, y] = [3 + (i % 10) * 0.5, 43 + Math.floor(i / 10) * 0.4];
  const ring = [
    [x, y],
    [x + 0.2, y],
    [x + 0.2, y + 0.2],
    [x, y],
  ];
  return {
    id: i,
    imageId: `image-${i}`,
    image2Id: undefined,
    location: `Place ${i}`,
    project: undefined,
    geom: { type: 'Polygon', coordinates: [ring] },
    ...changed,
  };
}

export async function testNight(
  redis: TestRedis,
  { processes = 2, zones = [], name }: { processes?: number; zones?: Zone[]; name?: string },
): Promise<TestNight> {
  const ledger = { redis: redis.client(), keys: createKeys(`t${randomBytes(4).toString('hex')}`) };
  const id = `b${randomBytes(6).toString('hex')}` as BatchId;
  const content: BatchContent = {
    name,
    provider: undefined,
    priority: 0,
    launchByMs: undefined,
    deadlineMs: undefined,
    processes: Array.from({ length: processes }, (_, i) => ({
      id: `p${i}`,
      name: `Process ${i}`,
      datasetId: 'd',
      projectId: 'j',
      provider: undefined,
    })),
    zones,
  };
  const providers = content.processes.map(() => 'airbus');
  await openBatch(ledger, { id, content, contentHash: id.repeat(4), file: 'ports.json', providers });
  await ledger.redis.hset(ledger.keys.batch(id), 'acceptedAt', evening);
  return {
    ledger,
    id,
    async end(process, zone, phase, fields = {}) {
      await ledger.redis.setrange(ledger.keys.grid(id), process * zones.length + zone, phaseByte[phase]);
      const ref = { batchId: id, processIndex: process, zoneIndex: zone };
      const launchedAt = evening + 60_000;
      const all = { attempt: 1, drive: 1, intentAt: launchedAt, launchedAt, endedAt: launchedAt + 120_000, ...fields };
      await ledger.redis.hset(ledger.keys.task(ref), all);
    },
    async over(atMs = evening + 3_600_000) {
      const counts = new Map<string, number>();
      for (const byte of (await ledger.redis.get(ledger.keys.grid(id))) ?? '') {
        counts.set(byte, (counts.get(byte) ?? 0) + 1);
      }
      await ledger.redis.del(ledger.keys.counts(id));
      await ledger.redis.hset(ledger.keys.counts(id), Object.fromEntries(counts));
      await ledger.redis.hset(ledger.keys.batch(id), 'endedAt', atMs);
    },
  };
}

/** Where a test looks at what was written. */
export function textOut() {
  let text = '';
  return {
    write: async (content: string | Uint8Array) => {
      text += typeof content === 'string' ? content : Buffer.from(content).toString();
    },
    text: () => text,
  };
}

/** Two processes on 30 zones: most succeed, some of each kind does not. */
export async function mixedNight(redis: TestRedis, name = 'Ports of Occitanie'): Promise<TestNight> {
  const zones = Array.from({ length: 30 }, (_, i) => zoneOf(i, i === 7 ? { location: hostile } : {}));
  const night = await testNight(redis, { processes: 2, zones, name });
  for (let i = 0; i < 60; i++) {
    const [process, zone] = [Math.floor(i / 30), i % 30];
    const launchedAt = evening + i * 120_000;
    const times = {
      intentAt: launchedAt,
      launchedAt,
      endedAt: launchedAt + 60_000 * (1 + (i % 9)),
      remoteId: `r-${i}`,
    };
    if (process === 1 && zone < 6) {
      await night.end(process, zone, 'failed', {
        ...times,
        rule: 'remote-failed',
        reason: `Out of memory on node ${zone}`,
      });
    } else if (process === 0 && zone === 7) {
      await night.end(process, zone, 'failed', { ...times, rule: 'http-422', reason: hostile });
    } else if (zone === 12) {
      await night.end(process, zone, 'parked', { ...times, rule: 'list-says-nothing', reason: `2 jobs fit task ${i}` });
    } else if (zone === 20 && process === 0) {
      await night.end(process, zone, 'expired', { ...times, rule: 'cancel-confirmed', reason: 'outlived 12 h' });
    } else {
      await night.end(process, zone, 'succeeded', { ...times, rule: 'remote-succeeded', reason: '' });
    }
  }
  await night.over();
  return night;
}
