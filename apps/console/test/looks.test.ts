import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createToken, placeHold } from '@nightpass/engine';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestBoard, type TestBoard } from '../../board/src/test-ledger.ts';
import { openBrowser, openPage } from './browser.ts';
import { compareLooks, hasDocsFonts, images, mostUnlike, unlikeDocs } from './compare-looks.ts';
import { plantNight, threeCauses } from './planted-night.ts';

/**
 * Every page, light and dark, wide and on a phone: nothing serious for axe, nothing beside the screen, nothing cut off.
 * With NIGHTPASS_SAVE_IMAGES=1 the pictures in docs/images are made anew.
 */

const saves = process.env.NIGHTPASS_SAVE_IMAGES === '1';
const hourMs = 3_600_000;
const startedAtMs = Date.now();
const hoursAgo = (hours: number) => startedAtMs - hours * hourMs;
/** Where it is two in the afternoon: whenever this runs, the night was today, and what is said of it is as long. */
const hoursToTwo = 14 - new Date(startedAtMs).getUTCHours();
const timezoneId = `Etc/GMT${hoursToTwo > 0 ? '-' : '+'}${Math.abs(hoursToTwo)}`;
const zones = 2_000;
const lastEnded = 9_000;
let board: TestBoard;
let browser: Browser;
let isLikened: boolean;

beforeAll(async () => {
  board = await startTestBoard();
  await plantNight(board.ledger, {
    id: 'b8d1f5a90c2e',
    name: 'Harbours of Europe',
    processes: 6,
    zones,
    causes: threeCauses.map((cause) => ({
      ...cause,
      struck: (process, zone) => process * zones + zone <= lastEnded && cause.struck(process, zone),
    })),
    otherwise(process, zone) {
      const index = process * zones + zone;
      if (index > lastEnded + 200) return 'queued';
      if (index > lastEnded) return 'running';
      return zone % 500 === 3 ? 'parked' : 'succeeded';
    },
    isOver: false,
    startedAtMs: hoursAgo(5.6),
    // No cause within an hour: whether they share one would depend on the minute.
    launchHours: 7,
  });
  await plantNight(board.ledger, {
    id: 'b1c2d3e4f5a6',
    name: 'Coasts, last night',
    processes: 2,
    zones: 300,
    causes: [],
    otherwise: () => 'succeeded',
    isOver: true,
    startedAtMs: hoursAgo(24),
  });
  const reason = 'HTTP 503 from its API, five times in a row';
  await placeHold(board.ledger, 'insula', { kind: 'outage', forMs: 240_000, reason });
  const by = { who: 'ada', role: 'admin' } as const;
  await createToken(board.ledger, { name: 'nightly ingest', role: 'operator', days: 90, by });
  await createToken(board.ledger, { name: 'wall display in the control room', role: 'viewer', days: undefined, by });
  browser = await openBrowser();
  const { page, close } = await openPage(browser, board.url);
  isLikened = await hasDocsFonts(page);
  await close();
  if (saves) await mkdir(images, { recursive: true });
});
afterAll(async () => {
  await browser.close();
  await board.stop();
});

const pages = [
  { name: 'overview', path: '/', ready: '.row[data-provider=insula]' },
  { name: 'batch', path: '/batches/b8d1f5a90c2e', ready: 'canvas.map[data-painted]' },
  { name: 'selection', path: '/batches/b8d1f5a90c2e?phase=failed&process=1', ready: 'canvas.map[data-painted]' },
  { name: 'tasks', path: '/tasks?batch=b8d1f5a90c2e&phase=failed', ready: '.lines [data-task]' },
  { name: 'task', path: '/tasks/b8d1f5a90c2e-1-4', ready: '.attempt' },
  { name: 'failures', path: '/batches/b8d1f5a90c2e/failures', ready: '[data-family]' },
  { name: 'audit', path: '/audit', ready: '.lead' },
  { name: 'tokens', path: '/tokens', ready: '[data-token]' },
  { name: 'nowhere', path: '/nowhere-at-all', ready: 'h1' },
];
const screens = [
  { screen: 'wide', width: 1360, height: 1040 },
  { screen: 'phone', width: 360, height: 780 },
];
const looks = pages.flatMap((page) =>
  screens.flatMap((screen) => (['light', 'dark'] as const).map((scheme) => ({ ...page, ...screen, scheme }))),
);

test.each(looks)('$name, $screen, $scheme: can be read by everybody, and lies within the screen', async (look) => {
  const { name, path, ready, screen, width, height, scheme } = look;
  const { page, complaints, serious, close } = await openPage(browser, board.url + path, {
    viewport: { width, height },
    colorScheme: scheme,
    timezoneId,
  });
  await page.locator(ready).first().waitFor();
  await page.waitForLoadState('load');
  // Two frames: what was measured is painted.
  await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
  expect(await serious()).toEqual([]);
  const beside = await page.evaluate(() =>
    [...document.querySelectorAll('button, a, input, select, h1, h2, p, canvas')]
      .filter((it) => !it.closest('.unseen, .skip, [role=cell]') && !it.matches('.unseen, .skip'))
      .filter((it) => {
        const { right, left, width: wide } = it.getBoundingClientRect();
        return wide > 0 && (right > innerWidth + 1 || left < -1);
      })
      .map((it) => it.outerHTML.slice(0, 200)),
  );
  expect(beside).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
  expect(complaints).toEqual([]);
  const file = `console-${name}-${screen}-${scheme}.png`;
  const picture = await page.screenshot();
  if (saves) await writeFile(join(images, file), picture);
  if (isLikened) expect(await unlikeDocs(browser, file, picture)).toBeUndefined();
  await close();
});

test('its picture is compared with that of docs/images', ({ skip }) => {
  skip(!isLikened, 'other fonts are here than those of docs/images: fonts-dejavu-core, fonts-liberation');
});

test('a page whose content moved by a line would not pass', async () => {
  const { page, close } = await openPage(browser, `${board.url}/batches/b8d1f5a90c2e/failures`);
  await page.locator('[data-family]').first().waitFor();
  const before = await page.screenshot();
  expect((await compareLooks(browser, before, await page.screenshot())).share).toBeLessThan(0.005);
  await page.evaluate(() => document.querySelector('main')?.style.setProperty('margin-top', '24px'));
  expect((await compareLooks(browser, before, await page.screenshot())).share).toBeGreaterThan(mostUnlike);
  await close();
});

test('the keys are listed under ?, the dialog keeps the focus, and gives it back', async () => {
  const { page, serious, close } = await openPage(browser, board.url);
  await page.locator('.row[data-batch]').first().waitFor();
  await page.keyboard.press('Tab');
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('To the content');
  await page.keyboard.press('?');
  await page.getByRole('dialog').waitFor();
  expect(await serious()).toEqual([]);
  for (let i = 0; i < 6; i++) await page.keyboard.press('Tab');
  expect(
    await page.evaluate(
      () => document.activeElement === document.body || document.activeElement?.closest('dialog') !== null,
    ),
  ).toBe(true);
  await page.getByLabel('Single keys lead somewhere').uncheck();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.keyboard.press('t');
  expect(new URL(page.url()).pathname).toBe('/');
  await page.evaluate(() => localStorage.clear());
  await page.keyboard.press('t');
  await page.waitForURL('**/tasks');
  await page.keyboard.press('/');
  expect(await page.evaluate(() => document.activeElement?.hasAttribute('data-search'))).toBe(true);
  await close();
});

test('a page that broke its policy, or asked another host, would not pass', async () => {
  const { page, complaints, close } = await openPage(browser, board.url);
  await page.evaluate(() => {
    const sheet = document.createElement('style');
    sheet.textContent = 'body { color: red }';
    document.head.append(sheet);
    void fetch('http://localhost:9/outside').catch(() => undefined);
  });
  await page.waitForTimeout(200);
  expect(complaints.join()).toContain('policy: style-src-elem inline');
  expect(complaints.join()).toContain('policy: connect-src http://localhost:9/outside');
  await close();
});
