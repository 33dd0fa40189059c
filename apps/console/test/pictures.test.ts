import { readFile } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { startTestBoard, type TestBoard } from '../../board/src/test-ledger.ts';
import { colorsOf, type OpenedPage, openBrowser, openPage } from './browser.ts';
import { plantNight, threeCauses } from './planted-night.ts';

/** Grid, map, timeline and list are of one mind: what is selected in one is selected in all. */

let board: TestBoard;
let browser: Browser;
let opened: OpenedPage;
let page: Page;
const zones = 400;

beforeAll(async () => {
  board = await startTestBoard();
  await plantNight(board.ledger, {
    id: 'bpictures',
    name: 'Harbours of Europe',
    processes: 6,
    zones,
    causes: threeCauses,
    otherwise: (process) => (process < 4 ? 'succeeded' : 'queued'),
    isOver: false,
    startedAtMs: Date.now() - 5 * 3_600_000,
  });
  browser = await openBrowser();
});
afterEach(async () => {
  expect(opened.complaints).toEqual([]);
  await opened.close();
});
afterAll(async () => {
  await browser.close();
  await board.stop();
});

async function openBatch(query = ''): Promise<void> {
  opened = await openPage(browser, `${board.url}/batches/bpictures${query}`);
  page = opened.page;
  await page.locator('canvas.grid[data-painted]').waitFor();
  await page.locator('canvas.map[data-painted]').waitFor();
  await page.locator('.lines [data-task]').first().waitFor();
}

const query = () => new URL(page.url()).searchParams;
const total = (count: number) => page.locator(`[data-total="${count}"]`).waitFor();
/** A place on a canvas, as shares of its width and height. */
async function at(selector: string, x: number, y: number): Promise<{ x: number; y: number }> {
  const box = await page.locator(selector).boundingBox();
  if (!box) throw new Error(`no ${selector} is shown`);
  return { x: box.x + x * box.width, y: box.y + y * box.height };
}

test('a press on a cell of the grid selects its task in the map and in the list; a press beside it selects nothing', async () => {
  await openBatch();
  expect(await colorsOf(page, 'canvas.grid')).toBeGreaterThan(3);
  expect(await colorsOf(page, 'canvas.map')).toBeGreaterThan(3);
  const cell = await at('canvas.grid', 0.6, 0.44);
  await page.mouse.click(cell.x, cell.y);
  await total(1);
  const [process, zone] = [query().get('process'), query().get('zone')];
  expect(await page.locator('#grid-told').textContent()).toContain(`zone ${zone}`);
  expect(await page.locator('#map-told').textContent()).toContain(`zone ${zone} `);
  // Names are read where somebody looks.
  await page.locator('#grid-told', { hasText: `, berth ${Math.floor(Number(zone) / 10)} ` }).waitFor();
  await page.locator('#map-told', { hasText: `PHR1B_202611${10 + (Number(zone) % 12)}_` }).waitFor();
  expect(await page.locator('.lines [data-task]').getAttribute('data-task')).toBe(`bpictures-${process}-${zone}`);
  const beside = await at('canvas.grid', 0.6, 0.01);
  await page.mouse.click(beside.x, beside.y);
  await total(6 * zones);
});

test('a press on a process’s name selects the process', async () => {
  await openBatch();
  await page.getByText('Oil slick detection').first().waitFor({ state: 'attached' });
  const name = await at('canvas.grid', 0.05, 0.5);
  await page.mouse.click(name.x, name.y);
  await total(zones);
  expect(Number(query().get('process'))).toBeGreaterThanOrEqual(0);
  expect(query().get('zone')).toBeNull();
});

test('a rectangle on the map selects its zones everywhere, also very many; Escape selects nothing', async () => {
  await openBatch();
  const [from, to] = [await at('canvas.map', 0.02, 0.02), await at('canvas.map', 0.98, 0.7)];
  await page.keyboard.down('Shift');
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move((from.x + to.x) / 2, (from.y + to.y) / 2);
  await page.mouse.move(to.x, to.y);
  await page.mouse.up();
  await page.keyboard.up('Shift');
  await page.locator('.selected b').waitFor();
  const selected = Number((await page.locator('.selected b').textContent())?.replace(/\D/g, ''));
  expect(selected).toBeGreaterThan(200);
  expect(selected).toBeLessThan(6 * zones);
  await total(selected);
  await page.locator('canvas.map').focus();
  await page.keyboard.press('Escape');
  await total(6 * zones);
});

test('a bar of the timeline selects its phase everywhere', async () => {
  await openBatch('?phase=expired');
  await total(6 * zones - (6 * zones - 2));
  await page.getByRole('button', { name: 'Select nothing' }).click();
  await total(6 * zones);
  const svg = page.locator('svg.bars');
  await svg.scrollIntoViewIfNeeded();
  const box = await svg.boundingBox();
  if (!box) throw new Error('no timeline is shown');
  await page.mouse.click(box.x + box.width * 0.55, box.y + 90);
  await page.locator('.switch[aria-pressed=true]', { hasText: 'succeeded' }).waitFor();
  expect(query().get('phase')).toBe('succeeded');
});

/** What the grid, the map and the list say of a selection, which must be one thing. */
async function selectedAlike(): Promise<number> {
  await page.locator('.selected b').waitFor();
  const selected = Number((await page.locator('.selected b').textContent())?.replace(/\D/g, ''));
  await total(selected);
  return selected;
}
const paleShare = (selector: string) =>
  page.locator(selector).evaluate((canvas: HTMLCanvasElement) => {
    const { data } = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height) ?? { data: [] };
    let pale = 0;
    for (let i = 0; i < data.length; i += 4)
      pale += Math.min(data[i] ?? 0, data[i + 1] ?? 0, data[i + 2] ?? 0) > 225 ? 1 : 0;
    return pale / (data.length / 4);
  });

test('a drag across the timeline selects what last moved then, in list, grid and map, and stands in the address', async () => {
  await openBatch();
  const asked: string[] = [];
  page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  const svg = page.locator('svg.bars');
  await svg.scrollIntoViewIfNeeded();
  const before = await paleShare('canvas.grid');
  const place = async (share: number) => {
    const box = await svg.boundingBox();
    return [(box?.x ?? 0) + (box?.width ?? 0) * share, (box?.y ?? 0) + 90] as const;
  };
  expect(asked.some((path) => path.endsWith('/times'))).toBe(false);
  await page.mouse.move(...(await place(0.2)));
  await page.mouse.down();
  await page.mouse.move(...(await place(0.4)), { steps: 4 });
  expect(await page.locator('#timeline-told').textContent()).toContain('select what last moved then');
  await page.mouse.up();
  const selected = await selectedAlike();
  expect(selected).toBeGreaterThan(100);
  expect(selected).toBeLessThan(4 * zones);
  expect(asked.some((path) => path.endsWith('/times'))).toBe(true);
  const [since, until] = [Number(query().get('since')), Number(query().get('until'))];
  expect(since).toBeGreaterThan(0);
  expect(since % 60_000).toBe(0);
  expect(until).toBeGreaterThan(since);
  await page.waitForFunction(() => document.querySelector('#timeline-told')?.textContent?.includes('A bar is 1 min'));
  expect(await paleShare('canvas.grid')).toBeGreaterThan(before + 0.1);

  // Newest first, each with its time within the span.
  await page.getByRole('columnheader', { name: 'Since' }).getByRole('button').click();
  await page.waitForFunction(() => location.search.includes('sort=-moved'));
  await page.locator('[role=columnheader][aria-sort=descending]', { hasText: 'Since' }).waitFor();
  await page.locator('.task-list:not(.old)').waitFor();
  const shown = await page
    .locator('.lines .since time')
    .evaluateAll((all) => all.map((it) => Date.parse(it.getAttribute('datetime') ?? '')));
  expect(shown.length).toBeGreaterThan(5);
  expect(shown).toEqual([...shown].sort((a, b) => b - a));
  expect(shown.every((ms) => ms >= since && ms < until)).toBe(true);

  // The address alone says it all; the chip and the button take it away.
  await page.reload();
  await selectedAlike();
  await page.getByRole('button', { name: /^moved .*take this condition away/ }).click();
  await total(6 * zones);
  expect(query().get('since')).toBeNull();
});

test('a time is drawn and selected by keys, and taken away by them', async () => {
  await openBatch();
  const svg = page.locator('svg.bars');
  await svg.focus();
  for (let i = 0; i < 20; i++) await page.keyboard.press('ArrowRight');
  for (let i = 0; i < 30; i++) await page.keyboard.press('Shift+ArrowRight');
  await page.locator('svg.bars .span').waitFor();
  await page.keyboard.press('Enter');
  expect(await selectedAlike()).toBeLessThan(4 * zones);
  await page.getByRole('button', { name: 'The whole time' }).waitFor();
  await svg.focus();
  await page.keyboard.press('0');
  await total(6 * zones);
});

test('everything in the pictures can be done by keys', async () => {
  await openBatch();
  await page.locator('canvas.grid').focus();
  await page.keyboard.press('n');
  expect(await page.locator('#grid-told').textContent()).toMatch(/failed|expired/);
  await page.keyboard.press('Enter');
  await total(1);
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Shift+ArrowRight');
  await page.keyboard.press('Shift+ArrowRight');
  await total(3);
  await page.keyboard.press('Escape');
  await total(6 * zones);
  await page.keyboard.press('+');
  await page.keyboard.press('0');
  await page.locator('svg.bars').focus();
  await page.keyboard.press('ArrowRight');
  expect(await page.locator('#timeline-told').textContent()).toMatch(/launched|nothing happened/);
});

test('the pictures change their colours with the page', async () => {
  await openBatch();
  const corner = () =>
    page
      .locator('canvas.map')
      .evaluate((canvas: HTMLCanvasElement) => [...(canvas.getContext('2d')?.getImageData(5, 5, 1, 1).data ?? [])]);
  const before = await corner();
  await page.getByRole('button', { name: /Colours/ }).click();
  await page.getByRole('button', { name: 'Colours: light. Change them' }).click();
  await page.waitForFunction(() => document.documentElement.dataset.theme === 'dark');
  await page.waitForTimeout(100);
  expect(await corner()).not.toEqual(before);
});

test('tasks are found by a part of an error, by their zone, by their remote id, and sorted', async () => {
  await openBatch();
  await page.getByLabel('Search in').selectOption('error');
  await page.getByLabel('Search tasks').fill('OUT OF MEMORY');
  await total(Math.ceil((zones - 4) / 9));
  await page.getByLabel('Search in').selectOption('remoteId');
  await page.getByLabel('Search tasks').fill('job-404');
  await total(1);
  await page.getByLabel('Search tasks').fill('');
  await total(6 * zones);
  await page.getByRole('columnheader', { name: 'Zone' }).getByRole('button').click();
  await page.waitForFunction(
    () => document.querySelector('.lines [data-index="5"]')?.getAttribute('data-task') === 'bpictures-5-0',
  );
  await page.getByLabel('Zone number').fill('17');
  await total(6);
});

test('the report of a batch is a press away, whole', async () => {
  await openBatch();
  const coming = page.waitForEvent('download');
  await page.getByRole('link', { name: 'page of the report' }).click();
  const download = await coming;
  expect(download.suggestedFilename()).toBe('bpictures.report.html');
  const text = await readFile(await download.path(), 'utf8');
  expect(text).toContain('Harbours of Europe');
  expect(text).toMatch(/<\/html>\s*$/);
});

test('a task’s page tells why, attempt by attempt, and leads back to the grid', async () => {
  await openBatch('?process=1&zone=4');
  await page.locator('.lines a').click();
  await page.getByText('Out of memory on node').first().waitFor();
  await page.getByText('Attempt 1', { exact: true }).waitFor();
  await page.getByText('What it was launched with').click();
  await page.getByText('PHR1B_20261114_000004').last().waitFor();
  expect(await page.title()).toBe('failed · Oil slick detection · Nightpass');
  await page.getByRole('link', { name: 'in the grid' }).click();
  await total(1);
});
