import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type BatchId, silentLog } from '@nightpass/core';
import { createKeys } from '@nightpass/engine';
import { connectRedisFailFast } from '@nightpass/runtime';
import { startTestRedis } from '@nightpass/runtime/test-redis';
import { writeBenchLedger } from './bench-ledger.ts';
import { chromiumPath, openReport } from './browser.ts';
import { createClock } from './clock.ts';
import { gatherReport } from './gather.ts';
import { writeHtml } from './html/write-html.ts';

/**
 * What the report of a very large batch costs: seconds and peak memory of its making, in a process of its own; its size;
 * and how long it takes until a browser without a network has painted it.
 */

const { values } = parseArgs({
  options: {
    tasks: { type: 'string', default: '1000000' },
    processes: { type: 'string', default: '20' },
    'bad-percent': { type: 'string', default: '5' },
    out: { type: 'string', default: join(tmpdir(), 'nightpass-bench.report.html') },
    /** Set in the process that makes the report. */
    make: { type: 'string' },
    batch: { type: 'string', default: '' },
  },
});
const say = (line: string) => void process.stdout.write(`${line}\n`);
const seconds = (sinceMs: number) => ((performance.now() - sinceMs) / 1000).toFixed(1);

async function make(url: string): Promise<void> {
  const redis = await connectRedisFailFast(url, silentLog, { role: 'bench' });
  const clock = createClock('Europe/Paris');
  const startedAtMs = performance.now();
  const snapshot = await gatherReport({ redis, keys: createKeys() }, values.batch as BatchId, { clock });
  if (!snapshot) throw new Error(`no batch ${values.batch}`);
  const gathered = seconds(startedAtMs);
  const wroteAtMs = performance.now();
  const file = await open(values.out, 'w');
  await writeHtml(snapshot, { write: async (content) => file.appendFile(content) }, { clock, versions: {} });
  await file.close();
  say(`gathered in ${gathered} s, written in ${seconds(wroteAtMs)} s`);
  say(`peak memory ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MiB`);
  redis.disconnect();
}

async function bench(): Promise<void> {
  const processes = Number(values.processes);
  const zones = Math.round(Number(values.tasks) / processes);
  const server = await startTestRedis();
  const redis = server.client();
  const startedAtMs = performance.now();
  const size = { processes, zones, badPercent: Number(values['bad-percent']) };
  const batch = await writeBenchLedger({ redis, keys: createKeys() }, size);
  const memory = Number(/used_memory:(\d+)/.exec(await redis.info('memory'))?.[1] ?? 0);
  say(
    `${processes} processes × ${zones} zones written in ${seconds(startedAtMs)} s, Redis ${(memory / 2 ** 20).toFixed(0)} MiB`,
  );
  const self = fileURLToPath(import.meta.url);
  const args = [self, '--make', server.url, '--batch', batch, '--out', values.out];
  const made = spawnSync(process.execPath, args, { stdio: 'inherit' });
  await server.stop();
  if (made.status !== 0 || !existsSync(values.out)) throw new Error('the report was not made');
  say(`${values.out}: ${(statSync(values.out).size / 1e6).toFixed(2)} MB`);
  const chromium = chromiumPath(process.env);
  if (chromium === undefined) return say('no Chromium here: it was not opened');
  for (const look of [1, 2, 3]) {
    const page = await openReport(chromium, values.out, {});
    say(`opened in Chromium, offline, look ${look}: grid after ${page.gridMs} ms, all after ${page.allMs} ms`);
    await page.close();
  }
}

await (values.make === undefined ? bench() : make(values.make));
