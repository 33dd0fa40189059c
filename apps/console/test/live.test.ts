import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Simulator, startSimulator } from '@nightpass/simulator';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { startTestBoard } from '../../board/src/test-ledger.ts';
import {
  examples,
  openWorkplace,
  quickConfig,
  type RunningCommand,
  type Workplace,
} from '../../cli/src/test-command.ts';
import { openBrowser, openPage } from './browser.ts';

/** The whole of Nightpass as people run it, seen through its console. */

let browser: Browser;
let platform: Simulator;
let place: Workplace;
let up: RunningCommand;
let url: string;

beforeAll(async () => {
  browser = await openBrowser();
  platform = await startSimulator({
    kind: 'airbus-playground',
    behaviour: { jobSeconds: 2 },
    tokens: ['test-token'],
    seed: 1,
  });
  place = await openWorkplace({ TEST_TOKEN: 'test-token' });
  await place.configure(quickConfig(platform.url));
  up = place.start('up', '--json');
  await up.untilSays(/"producer started"/, 60_000);
  url = (await up.untilSays(/"url":"(http:[^"]+)"[^\n]*"board started"/, 60_000))[1] ?? '';
}, 120_000);
afterAll(async () => {
  up.kill('SIGTERM');
  await up.ended;
  await place.close();
  await platform.close();
  await browser.close();
});

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const page of opened.splice(0)) await page.close();
});

test('a file dropped into the empty page is launched and followed to its end before the reader’s eyes', async () => {
  const its = await openPage(browser, url);
  opened.push(its);
  const { page, complaints } = its;
  await page.getByText('Nothing has been dropped yet').waitFor();
  await page.getByText(join(place.dir, 'data', 'inbox')).waitFor();

  const name = 'ports-of-occitanie.json';
  const text = readFileSync(join(examples, name), 'utf8');
  const dropped = await page.evaluateHandle(
    ([fileName, content]) => {
      const all = new DataTransfer();
      all.items.add(new File([content ?? ''], fileName ?? '', { type: 'application/json' }));
      return all;
    },
    [name, text],
  );
  await page.dispatchEvent('.drop-place', 'dragenter', { dataTransfer: dropped });
  await page.getByText('Drop it: the file goes into the inbox').waitFor();
  await page.dispatchEvent('.drop-place', 'drop', { dataTransfer: dropped });

  await page.locator('[data-upload=accepted]').waitFor();
  // Nobody loads the page anew: what happens arrives by itself.
  await page.getByText('live', { exact: true }).waitFor();
  await page.locator('.row .sign.phase-running').first().waitFor();
  await page.getByText('all succeeded').waitFor({ timeout: 60_000 });
  await page.waitForFunction(() => document.title === 'Overview · Nightpass');
  expect(complaints).toEqual([]);

  await page.getByRole('link', { name: 'To the batch' }).click();
  await page.getByRole('heading', { name: 'Timeline' }).waitFor();
  await page.waitForFunction(() => document.title.startsWith('100 %'));
  await page.locator('.lines [data-task]').first().waitFor();
  expect(complaints).toEqual([]);
});

test('a file with a fault is refused with its place, and launches nothing', async () => {
  const its = await openPage(browser, url);
  opened.push(its);
  const { page, complaints } = its;
  const before = platform.launches().length;
  await page.locator('input[type=file]').setInputFiles({
    name: 'broken.json',
    mimeType: 'application/json',
    buffer: Buffer.from('{ "processes": [], "zones": 7 }'),
  });
  const note = page.locator('[data-upload=rejected]');
  await note.waitFor();
  expect(await note.textContent()).toMatch(/line 1/);
  expect(platform.launches().length).toBe(before);
  await note.getByRole('button', { name: 'Dismiss' }).click();
  await note.waitFor({ state: 'detached' });
  expect(complaints).toEqual([]);
});

test('a connection that is lost is said to be, and what is shown stays', async () => {
  const board = await startTestBoard();
  const its = await openPage(browser, board.url);
  opened.push(its);
  await its.page.getByText('live', { exact: true }).waitFor();
  await board.close();
  await its.page.getByText('The connection to the board is lost').waitFor({ timeout: 30_000 });
  expect(await its.page.getByRole('heading', { name: 'Providers' }).isVisible()).toBe(true);
  await board.stop();
});
