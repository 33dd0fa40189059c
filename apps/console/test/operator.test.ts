import type { BatchId } from '@nightpass/core';
import { readCounts } from '@nightpass/engine';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestBoard, type TestBoard } from '../../board/src/test-ledger.ts';
import { openBrowser, openPage } from './browser.ts';
import { plantNight, threeCauses } from './planted-night.ts';

/** Somebody who knows nothing but that something went wrong. */

let board: TestBoard;
let browser: Browser;
let struck: number[];

beforeAll(async () => {
  board = await startTestBoard();
  ({ struck } = await plantNight(board.ledger, {
    id: 'bhundredthousand',
    name: 'A hundred thousand',
    processes: 10,
    zones: 10_000,
    causes: threeCauses,
    otherwise: () => 'succeeded',
    isOver: true,
    startedAtMs: Date.now() - 8 * 3_600_000,
  }));
  browser = await openBrowser();
});
afterAll(async () => {
  await browser.close();
  await board.stop();
});

test('with clicks only, three causes are found among 100,000 tasks, and exactly one of them is redriven', async () => {
  const { page, complaints, serious, close } = await openPage(browser, board.url);
  await page.getByRole('link', { name: 'A hundred thousand' }).click();
  await page.getByRole('link', { name: /^Failures: why/ }).click();
  const families = page.locator('[data-family]');
  await families.nth(2).waitFor();
  expect(await families.count()).toBe(3);
  const byCount = await page.locator('.family-count b').allTextContents();
  expect(byCount.map((text) => Number(text.replace(',', '')))).toEqual([...struck].sort((a, b) => b - a));
  const memory = families.filter({ hasText: 'out of memory' });
  expect(await memory.textContent()).toContain('Nearly all share the process Oil slick detection');
  expect(await serious()).toEqual([]);

  const [ofMemory = 0, ofCalibration = 0, ofDeadline = 0] = struck;
  await families.filter({ hasText: 'has no calibration file' }).getByRole('button', { name: 'Redrive' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.locator(`[data-count="${ofCalibration}"]`).waitFor();
  expect(await serious()).toEqual([]);
  const redrive = dialog.getByRole('button', { name: `Redrive ${ofCalibration} tasks` });
  expect(await redrive.isDisabled()).toBe(true);
  await dialog.getByLabel('Why').fill('calibration files were delivered');
  await redrive.click();
  await dialog.locator('[data-action=done]').waitFor();
  expect(await dialog.textContent()).toContain(`${ofCalibration} of ${ofCalibration} redriven`);
  await dialog.getByRole('link', { name: 'To the audit log' }).click();
  await page.getByText('calibration files were delivered').first().waitFor();
  await page.getByText(`${ofCalibration} changed`).waitFor();

  const counts = await readCounts(board.ledger, 'bhundredthousand' as BatchId);
  expect(counts).toMatchObject({ queued: ofCalibration, failed: ofMemory, expired: ofDeadline });
  expect(complaints).toEqual([]);
  await close();
});

test('a provider is paused with a reason, says so, and is resumed', async () => {
  const { page, complaints, close } = await openPage(browser, board.url);
  const airbus = page.locator('[data-provider=airbus]');
  await airbus.getByRole('button', { name: 'Pause' }).click();
  await page.getByLabel('Why').fill('maintenance at the platform');
  await page.getByRole('dialog').getByRole('button', { name: 'Pause airbus' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Done' }).click();
  await airbus.getByText('Paused by a person').waitFor();
  expect(await airbus.textContent()).toContain('maintenance at the platform');
  await page.waitForFunction(() => document.title.includes('held'));
  await airbus.getByRole('button', { name: 'Resume' }).click();
  await page.getByLabel('Why').fill('it is over');
  await page.getByRole('dialog').getByRole('button', { name: 'Resume airbus' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Done' }).click();
  await airbus.getByText('Paused by a person').waitFor({ state: 'detached' });
  expect(complaints).toEqual([]);
  await close();
});

test('ticked tasks, and only those, are acted upon', async () => {
  const { page, complaints, close } = await openPage(
    browser,
    `${board.url}/tasks?batch=bhundredthousand&phase=expired`,
  );
  await page.locator('[data-index="0"] input').check();
  await page.locator('[data-index="2"] input').check();
  await page.locator('.ticked').getByRole('button', { name: 'Redrive' }).click();
  await page.locator('[data-count="2"]').waitFor();
  await page.getByRole('button', { name: 'Leave it' }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  expect(complaints).toEqual([]);
  await close();
});

test('a cause is redriven at a pace of its own, seen under way on the overview, and stopped with a reason', async () => {
  const { page, complaints, serious, close } = await openPage(
    browser,
    `${board.url}/batches/bhundredthousand/failures`,
  );
  await page
    .locator('[data-family]')
    .filter({ hasText: 'out of memory' })
    .getByRole('button', { name: 'Redrive' })
    .click();
  const dialog = page.getByRole('dialog');
  await dialog.locator('[data-count]').waitFor();
  const tasks = Number(await dialog.locator('[data-count]').getAttribute('data-count'));
  await dialog.getByLabel('Why').fill('more memory was granted');
  const pace = dialog.getByLabel('At most, a minute');
  await pace.fill('0');
  await dialog.getByText('A number from 0.01 to 60,000').waitFor();
  expect(await dialog.getByRole('button', { name: /^Redrive/ }).isDisabled()).toBe(true);
  await pace.fill('2');
  await dialog.getByText('2 tasks a minute are taken back at most').waitFor();
  expect(await serious()).toEqual([]);
  await dialog.getByRole('button', { name: /^Redrive/ }).click();
  await dialog.getByText(`1 of ${tasks.toLocaleString('en')} redriven`).waitFor();
  await dialog.getByRole('button', { name: 'Close', exact: true }).last().click();

  await page.goto(board.url);
  const row = page.locator('[data-under-way]');
  await row.getByText('more memory was granted').waitFor();
  expect(await row.textContent()).toContain('2/min');
  expect(await serious()).toEqual([]);
  await row.getByRole('button', { name: 'Stop' }).click();
  const asked = page.getByRole('dialog');
  expect(await asked.getByRole('button', { name: 'Stop it' }).isDisabled()).toBe(true);
  await asked.getByLabel('Why').fill('it did not help');
  expect(await serious()).toEqual([]);
  await asked.getByRole('button', { name: 'Stop it' }).click();
  await row.waitFor({ state: 'detached' });
  await page.goto(`${board.url}/audit`);
  await page.getByText('it did not help').first().waitFor();
  expect(complaints).toEqual([]);
  await close();
});
