import { type BatchId, phaseByte } from '@nightpass/core';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestBoard, type TestBoard } from '../../board/src/test-ledger.ts';
import { openBrowser, openPage } from './browser.ts';
import { plantNight } from './planted-night.ts';

/** A million tasks on a hundred thousand footprints: what the pictures cost. Figures are printed; limits are lenient. */

let board: TestBoard;
let browser: Browser;
const id = 'bmillion' as BatchId;

beforeAll(async () => {
  board = await startTestBoard();
  await plantNight(board.ledger, {
    id,
    name: 'A million',
    processes: 10,
    zones: 100_000,
    causes: [],
    otherwise: () => 'queued',
    isOver: false,
    startedAtMs: Date.now() - 3_600_000,
  });
  const { redis, keys } = board.ledger;
  // The pictures are made of the grid alone.
  const grid = Buffer.alloc(1_000_000, phaseByte.queued);
  for (let i = 0; i < 600_000; i++) grid[i] = (i % 997 === 0 ? phaseByte.failed : phaseByte.succeeded).charCodeAt(0);
  for (let i = 600_000; i < 602_000; i++) grid[i] = phaseByte.running.charCodeAt(0);
  await redis.set(keys.grid(id), grid);
  browser = await openBrowser();
}, 300_000);
afterAll(async () => {
  await browser.close();
  await board.stop();
});

test('a million cells are shown, zoomed and panned without stutter', async () => {
  // The first to ask makes the board read the batch.
  const beganMs = performance.now();
  await fetch(`${board.url}/api/v1/batches/${id}/grid`).then((answer) => answer.arrayBuffer());
  const indexedMs = Math.round(performance.now() - beganMs);
  const startedMs = performance.now();
  const since = () => Math.round(performance.now() - startedMs);
  const { page, complaints, close } = await openPage(browser, `${board.url}/batches/${id}`);
  await page.locator('canvas.grid[data-painted="1000000"]').waitFor();
  const gridMs = since();
  await page.locator('canvas.map[data-painted="100000"]').waitFor({ timeout: 120_000 });
  const mapMs = since();
  const framesOf = async (selector: string, keys: string[]) => {
    await page.locator(selector).focus();
    await page.evaluate(() => {
      const its = globalThis as unknown as { stamps: number[]; going: boolean };
      its.stamps = [];
      its.going = true;
      const stamp = (ms: number) => {
        its.stamps.push(ms);
        if (its.going) requestAnimationFrame(stamp);
      };
      requestAnimationFrame(stamp);
    });
    for (let turn = 0; turn < 12; turn++) for (const key of keys) await page.keyboard.press(key);
    const box = await page.locator(selector).boundingBox();
    if (!box) throw new Error('it is not shown');
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await page.mouse.down();
    for (let i = 0; i < 60; i++) await page.mouse.move(box.x + box.width / 2 + i, box.y + box.height / 2 + i / 2);
    await page.mouse.up();
    return page.evaluate(() => {
      const { stamps } = globalThis as unknown as { stamps: number[] };
      (globalThis as unknown as { going: boolean }).going = false;
      const gaps = stamps.slice(1).map((ms, i) => ms - (stamps[i] ?? ms));
      const sorted = gaps.toSorted((a, b) => a - b);
      const total = (stamps.at(-1) ?? 0) - (stamps[0] ?? 0);
      return {
        framesPerSecond: Math.round((gaps.length / total) * 1000),
        p95Ms: Math.round(sorted[Math.floor(sorted.length * 0.95)] ?? 0),
      };
    });
  };
  const grid = await framesOf('canvas.grid', ['+', 'ArrowRight', '-']);
  const map = await framesOf('canvas.map', ['+', '-']);
  process.stdout.write(
    `1,000,000 cells: batch read by the board in ${indexedMs} ms; grid painted ${gridMs} ms after the page was asked for, map of 100,000 footprints after ${mapMs} ms; zoom and pan: grid ${JSON.stringify(grid)}, map ${JSON.stringify(map)}\n`,
  );
  expect(gridMs).toBeLessThan(10_000);
  expect(grid.framesPerSecond).toBeGreaterThan(15);
  expect(complaints).toEqual([]);
  await close();
});
