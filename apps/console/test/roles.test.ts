import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Name, peopleAccess } from '../../board/src/access/test-people.ts';
import { startTestBoard, type TestBoard } from '../../board/src/test-ledger.ts';
import { openBrowser, openPage, signIn } from './browser.ts';
import { plantNight, threeCauses } from './planted-night.ts';

/** Each role sees what it may do, and is refused what it may not. */

let board: TestBoard;
let browser: Browser;

beforeAll(async () => {
  board = await startTestBoard({ access: await peopleAccess() });
  await plantNight(board.ledger, {
    id: 'broles',
    name: 'A small night',
    processes: 4,
    zones: 50,
    causes: threeCauses,
    otherwise: () => 'succeeded',
    isOver: true,
    startedAtMs: Date.now() - 8 * 3_600_000,
  });
  browser = await openBrowser();
});
afterAll(async () => {
  await browser.close();
  await board.stop();
});

async function openAs(name: Name, path = '/') {
  const opened = await openPage(browser, board.url + path);
  const { page } = opened;
  await signIn(page, name);
  return opened;
}

test('nobody sees anything before signing in, and is then where they wanted to go', async () => {
  const { page, complaints, serious, close } = await openPage(browser, `${board.url}/batches/broles/failures`);
  expect(new URL(page.url()).pathname).toBe('/login');
  expect(await page.textContent('body')).not.toContain('A small night');
  expect(await serious()).toEqual([]);
  await page.getByLabel('Name').fill('otto');
  await page.getByLabel('Password').fill('wrong');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('Name or password is wrong.').waitFor();
  await signIn(page, 'otto');
  await page.getByRole('heading', { name: 'Failures' }).waitFor();
  expect(new URL(page.url()).pathname).toBe('/batches/broles/failures');
  expect(complaints).toEqual([]);
  await close();
});

test('a viewer sees everything, has no buttons that change anything, is told why, and is refused by the board as well', async () => {
  const { page, complaints, close } = await openAs('vera', '/batches/broles/failures');
  await page.locator('[data-family]').first().waitFor();
  await page.getByText('You are here as viewer (vera): to redrive a cause, sign in as an operator.').waitFor();
  expect(await page.getByRole('button', { name: /Redrive|Cancel|Park|Priority/ }).count()).toBe(0);
  await page.getByRole('link', { name: 'Overview' }).first().click();
  await page.getByText('to add a batch, pause a provider').waitFor();
  expect(await page.getByRole('button', { name: /Pause|Add a batch/ }).count()).toBe(0);
  await page.getByRole('link', { name: 'Tasks' }).click();
  await page.locator('.lines [data-task]').first().waitFor();
  expect(await page.locator('.lines input').count()).toBe(0);
  const status = await page.evaluate(async () => {
    const body = JSON.stringify({ action: 'redrive', target: { kind: 'batch', batch: 'broles' } });
    const headers = { 'content-type': 'application/json' };
    return (await fetch('/api/v1/actions/preview', { method: 'POST', headers, body })).status;
  });
  expect(status).toBe(403);
  expect(complaints).toEqual([]);
  await close();
});

test.each(['otto', 'ada'] as const)('%s may redrive, and stands in the audit log with name and role', async (name) => {
  const { page, complaints, close } = await openAs(name, '/tasks?batch=broles&phase=failed');
  await page.locator('[data-index="0"] input').check();
  await page.locator('.ticked').getByRole('button', { name: 'Redrive' }).click();
  await page.getByLabel('Why').fill(`asked by ${name}`);
  await page.getByRole('button', { name: 'Redrive 1 task', exact: true }).click();
  await page.locator('[data-action=done]').waitFor();
  await page.getByRole('link', { name: 'To the audit log' }).click();
  const entry = page.locator('.audit li', { hasText: `asked by ${name}` }).first();
  await entry.waitFor();
  expect(await entry.textContent()).toContain(name);
  expect(await entry.textContent()).toContain(name === 'ada' ? 'admin' : 'operator');
  expect(complaints).toEqual([]);
  await close();
});

test('whoever signs out is at the door again, and whose session is over is asked anew', async () => {
  const { page, complaints, close } = await openAs('otto');
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await page.goto(`${board.url}/audit`);
  expect(new URL(page.url()).pathname).toBe('/login');
  await signIn(page, 'otto');
  await page.getByRole('heading', { name: 'Audit' }).waitFor();
  await page.context().clearCookies();
  await page.getByRole('link', { name: 'Tasks' }).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  expect(new URL(page.url()).searchParams.get('next')).toBe('/tasks');
  expect(complaints).toEqual([]);
  await close();
});
