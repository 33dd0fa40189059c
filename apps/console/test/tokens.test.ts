import { findToken } from '@nightpass/engine';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Name, peopleAccess } from '../../board/src/access/test-people.ts';
import { startTestBoard, type TestBoard } from '../../board/src/test-ledger.ts';
import { openBrowser, openPage, signIn } from './browser.ts';

/** Tokens are made, shown once, used and revoked by an admin; to others the page says whose business they are. */

let board: TestBoard;
let browser: Browser;

beforeAll(async () => {
  board = await startTestBoard({ access: await peopleAccess() });
  browser = await openBrowser();
});
afterAll(async () => {
  await browser.close();
  await board.stop();
});

async function openAs(name: Name) {
  const opened = await openPage(browser, `${board.url}/tokens`, { permissions: ['clipboard-read', 'clipboard-write'] });
  const { page } = opened;
  await signIn(page, name);
  await page.getByRole('heading', { name: 'Tokens', exact: true }).waitFor();
  return opened;
}

const opens = async (secret: string) =>
  (await fetch(`${board.url}/api/v1/overview`, { headers: { authorization: `Bearer ${secret}` } })).status;

test('an admin makes a token by keys alone, copies what is shown once, and revokes it after a question', async () => {
  const { page, complaints, serious, close } = await openAs('ada');
  expect(await page.getByRole('link', { name: 'Tokens' }).getAttribute('aria-current')).toBe('page');
  await page.getByRole('heading', { name: 'There is none yet' }).waitFor();
  await page.getByLabel('What it is for').focus();
  await page.keyboard.type('nightly ingest');
  await page.keyboard.press('Tab');
  await page.keyboard.type('op');
  await page.keyboard.press('Tab');
  await page.keyboard.type('30');
  await page.keyboard.press('Enter');

  const field = page.getByLabel('The token');
  await field.waitFor();
  expect(await field.evaluate((it) => it === document.activeElement)).toBe(true);
  expect(await serious()).toEqual([]);
  const secret = await field.inputValue();
  expect(secret).toMatch(/^np_[0-9a-f]{12}_[\w-]{43}$/);
  await page.getByRole('button', { name: 'Copy' }).click();
  await page.getByText('Copied.').waitFor();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(secret);
  expect(await findToken(board.ledger, secret)).toMatchObject({ name: 'nightly ingest', role: 'operator' });
  expect(await opens(secret)).toBe(200);

  await page.getByRole('button', { name: 'I have kept it' }).click();
  const row = page.locator('[data-token]', { hasText: 'nightly ingest' });
  await row.getByText('Made by ada').waitFor();
  expect(await row.textContent()).toContain('operator');
  await page.reload();
  await row.waitFor();
  // Neither shown again nor kept by the browser.
  expect(await page.content()).not.toContain(secret.slice(16));
  expect(await page.evaluate(() => JSON.stringify([localStorage, sessionStorage, history.state]))).not.toContain(
    secret.slice(16),
  );

  await row.getByRole('button', { name: 'Revoke' }).click();
  await page.getByRole('dialog', { name: 'Revoke nightly ingest?' }).waitFor();
  expect(await serious()).toEqual([]);
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  expect(await opens(secret)).toBe(200);
  await row.getByRole('button', { name: 'Revoke' }).click();
  await page.getByRole('button', { name: 'Revoke it' }).click();
  await row.waitFor({ state: 'detached' });
  expect(await opens(secret)).toBe(401);

  await page.getByRole('link', { name: 'Audit' }).click();
  const entries = page.locator('.audit li');
  await entries.filter({ hasText: 'made token' }).waitFor();
  expect(await entries.filter({ hasText: 'revoked token' }).textContent()).toContain('ada');
  expect(complaints).toEqual([]);
  await close();
});

test('what the board refuses is said, and nothing is made', async () => {
  const { page, complaints, close } = await openAs('ada');
  await page.route('**/api/v1/tokens', (route) =>
    route.request().method() === 'POST'
      ? route.fulfill({ status: 503, json: { title: 'The ledger is away', detail: 'Redis cannot be reached.' } })
      : route.continue(),
  );
  await page.getByLabel('What it is for').fill('x');
  await page.getByRole('button', { name: 'Make it' }).click();
  await page.getByRole('alert').getByText('Redis cannot be reached.').waitFor();
  expect(await page.locator('[data-made]').count()).toBe(0);
  expect(complaints).toEqual([]);
  await close();
});

test.each([
  ['vera', 'viewer'],
  ['otto', 'operator'],
] as const)('%s, a %s, sees no link to the tokens, and is told why the page is empty', async (name, role) => {
  const { page, complaints, serious, close } = await openAs(name);
  await page.getByText(`You are here as ${role} (${name}): tokens are made, listed and revoked by admins.`).waitFor();
  expect(await page.getByRole('link', { name: 'Tokens' }).count()).toBe(0);
  expect(await page.getByRole('button', { name: /Make|Revoke/ }).count()).toBe(0);
  expect(await serious()).toEqual([]);
  expect(await page.evaluate(async () => (await fetch('/api/v1/tokens')).status)).toBe(403);
  expect(complaints).toEqual([]);
  await close();
});
