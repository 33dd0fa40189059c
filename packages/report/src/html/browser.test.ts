import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { startTestRedis, type TestRedis } from '@nightpass/runtime/test-redis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chromiumPath, type Look, type OpenedReport, openReport } from '../browser.ts';
import { createClock } from '../clock.ts';
import { mixedNight, type TestNight, textOut } from '../test-night.ts';
import { writeReport } from '../write-report.ts';

/** The page in a real Chromium, opened from its file as a mail attachment is, with no way out. */

const chromium = chromiumPath(process.env);
if (chromium === undefined) {
  process.stderr.write(
    'no Chromium here (NIGHTPASS_TEST_CHROMIUM names one): reports are not looked at in a browser\n',
  );
}

let server: TestRedis;
let night: TestNight;
let dir: string;
let file: string;
beforeAll(async () => {
  if (chromium === undefined) return;
  server = await startTestRedis();
  night = await mixedNight(server);
  dir = await mkdtemp(join(tmpdir(), 'nightpass-report-'));
  file = join(dir, 'ports.json.report.html');
  const out = textOut();
  const options = { clock: createClock('Europe/Paris'), versions: { nightpass: '0.1.0' } };
  await writeReport(night.ledger, night.id, 'html', out, options);
  await writeFile(file, out.text());
});
afterAll(async () => {
  await server?.stop();
  if (dir) await rm(dir, { recursive: true });
});

async function look(at: Look, work: (report: OpenedReport) => Promise<void>): Promise<void> {
  const report = await openReport(chromium ?? '', file, at);
  try {
    await work(report);
    expect(report.complaints).toEqual([]);
    expect([...new Set(report.requests)]).toEqual([pathToFileURL(file).href]);
  } finally {
    await report.close();
  }
}

/** Each pixel of a canvas, row by row, as #rrggbb. */
const pixelsOf = async (report: OpenedReport, id: string) => {
  const { width, base64 } = await report.page.evaluate((canvasId) => {
    const { document, btoa } = globalThis as unknown as Page;
    const canvas = document.getElementById(canvasId);
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    let text = '';
    for (const byte of data) text += String.fromCharCode(byte);
    return { width: canvas.width, base64: btoa(text) };
  }, id);
  const data = Buffer.from(base64, 'base64');
  return {
    width,
    colors: Array.from({ length: data.length / 4 }, (_, i) => `#${data.toString('hex', i * 4, i * 4 + 3)}`),
  };
};

/** What of the page is used there: browsers' types are not ours. */
interface Page {
  document: {
    getElementById(id: string): {
      width: number;
      height: number;
      getContext(kind: '2d'): { getImageData(x: number, y: number, w: number, h: number): { data: Uint8ClampedArray } };
    };
  };
  btoa(text: string): string;
}

/** How many pixels of a canvas have each colour. */
async function colorsOf(report: OpenedReport, id: string): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const color of (await pixelsOf(report, id)).colors) counts[color] = (counts[color] ?? 0) + 1;
  return counts;
}

/** What went well is paler in pictures. */
const light = { succeeded: '#95c6ac', failed: '#c9352b', parked: '#c25a00', land: '#dfe3e6', sea: '#eef3f9' };
const dark = { succeeded: '#2d6751', failed: '#f0645a', parked: '#f08a35', land: '#263145', sea: '#101828' };

describe.skipIf(chromium === undefined)('in a browser', () => {
  test.each([
    ['light', light],
    ['dark', dark],
  ] as const)('grid and map are painted, %s, and nothing is asked of anybody', async (colorScheme, colors) => {
    await look({ colorScheme }, async (report) => {
      const grid = await colorsOf(report, 'grid');
      for (const phase of ['succeeded', 'failed', 'parked'] as const) expect(grid[colors[phase]]).toBeGreaterThan(100);
      const map = await colorsOf(report, 'map');
      for (const part of ['succeeded', 'failed', 'land', 'sea'] as const) {
        expect([part, map[colors[part]] ?? 0]).toEqual([part, expect.toSatisfy((n: number) => n > 30)]);
      }
      expect((grid[colors.succeeded] ?? 0) / (grid[colors.failed] ?? 1)).toBeGreaterThan(4);
    });
  });

  test('pointing at a cell tells the task; keys go from task to task and to the next that needs a look', async () => {
    await look({}, async ({ page }) => {
      const told = page.locator('#grid-told');
      await page.locator('#grid').focus();
      await page.keyboard.press('ArrowRight');
      expect(await told.textContent()).toContain(`succeeded · Process 0 · zone 0, Place 0 · ${night.id}-0-0`);
      await page.keyboard.press('n');
      expect(await told.textContent()).toContain(`failed · Process 0 · zone 7`);
      await page.keyboard.press('n');
      expect(await told.textContent()).toContain(`parked · Process 0 · zone 12, Place 12 · ${night.id}-0-12 · f`);
      await page.keyboard.press('p');
      expect(await told.textContent()).toContain('zone 7');
      await page.keyboard.press('0');
      await page.locator('#grid').hover();
      expect(await told.textContent()).toMatch(/^\w+ · Process [01] · zone \d+/);
    });
  });

  test('a click on the map tells the zone, and its worst task above', async () => {
    await look({}, async (report) => {
      const { page } = report;
      const map = page.locator('#map');
      await map.scrollIntoViewIfNeeded();
      const box = await map.boundingBox();
      if (!box) throw new Error('no map');
      const pixels = await pixelsOf(report, 'map');
      const at = pixels.colors.indexOf(light.parked);
      await page.mouse.move(box.x + (at % pixels.width) + 2, box.y + Math.floor(at / pixels.width) + 2);
      const told = page.locator('#map-told');
      await expect.poll(() => told.textContent()).toContain('zone 12, Place 12 · 2 parked');
      await page.mouse.down();
      await page.mouse.up();
      expect(await page.locator('#grid-told').textContent()).toContain(`parked · Process 0 · zone 12, Place 12`);
    });
  });

  test('one phase can be shown alone', async () => {
    await look({}, async (report) => {
      const button = report.page.getByRole('button', { name: 'failed' });
      await button.click();
      expect(await button.getAttribute('aria-pressed')).toBe('true');
      await expect.poll(async () => (await colorsOf(report, 'grid'))[light.succeeded] ?? 0).toBe(0);
      expect((await colorsOf(report, 'grid'))[light.failed]).toBeGreaterThan(100);
      await button.click();
      await expect.poll(async () => (await colorsOf(report, 'grid'))[light.succeeded] ?? 0).toBeGreaterThan(100);
    });
  });

  test('who scrolls the page, by wheel or finger, does not zoom the picture under it, unless it is in use', async () => {
    await look({}, async ({ page }) => {
      const map = page.locator('#map');
      const touch = () => map.evaluate((canvas) => getComputedStyle(canvas).touchAction);
      await map.scrollIntoViewIfNeeded();
      await map.hover();
      const top = await page.evaluate('scrollY');
      await page.mouse.wheel(0, -50);
      await expect.poll(() => page.evaluate('scrollY')).toBeLessThan(Number(top));
      expect(await touch()).toBe('pan-y');
      await map.focus();
      await map.hover();
      await page.mouse.wheel(0, -300);
      await expect.poll(touch).toBe('none');
      await page.keyboard.press('0');
      await expect.poll(touch).toBe('pan-y');
    });
  });

  test('few tasks need little room', async () => {
    await look({ height: 1400 }, async ({ page }) => {
      // Two bands of three rows, and paper between them.
      expect((await page.locator('#grid').boundingBox())?.height).toBe(7 * 48);
    });
  });

  test.each(['light', 'dark'] as const)('axe finds nothing against WCAG AA, %s', async (colorScheme) => {
    const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
    await look({ colorScheme }, async ({ page }) => {
      await page.evaluate(await readFile(axe, 'utf8'));
      const run = 'axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"] })';
      const { violations } = (await page.evaluate(run)) as { violations: { id: string; nodes: { html: string }[] }[] };
      expect(violations.map(({ id, nodes }) => [id, nodes[0]?.html])).toEqual([]);
    });
  });

  test('on a phone nothing but tables and commands is wider than the page', async () => {
    await look({ width: 360, height: 740 }, async ({ page }) => {
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360);
    });
  });

  test('on paper it is black on white without buttons, and no heading stands alone at the foot of a page', async () => {
    await look({ colorScheme: 'dark' }, async (report) => {
      const { page } = report;
      await page.emulateMedia({ media: 'print' });
      for (const picture of ['grid', 'map']) {
        await expect.poll(async () => (await colorsOf(report, picture))[light.succeeded] ?? 0).toBeGreaterThan(30);
      }
      expect(await page.locator('.tools').first().isVisible()).toBe(false);
      const style = (selector: string, name: string) =>
        page.evaluate(`getComputedStyle(document.querySelector(${JSON.stringify(selector)})).${name}`);
      expect(await style('body', 'backgroundColor')).toBe('rgb(255, 255, 255)');
      expect(await style('h2', 'breakAfter')).toBe('avoid');
      expect((await page.pdf({ format: 'A4' })).subarray(0, 5).toString()).toBe('%PDF-');
    });
  });

  test('a browser that is too old says so in place of the pictures', async () => {
    await look({}, async ({ page }) => {
      await page.addInitScript('delete globalThis.DecompressionStream');
      await page.reload();
      const said = 'The pictures cannot be shown: this browser is too old for them.';
      expect(await page.locator('.told').allTextContents()).toEqual([said, said]);
    });
  });

  test('without scripts, everything but the two pictures is there, and says so', async () => {
    await look({ javaScriptEnabled: false }, async ({ page }) => {
      expect(await page.locator('main').textContent()).toContain('10 tasks of 60 need a person');
      expect(await page.locator('svg.timeline').count()).toBe(1);
      expect(await page.locator('noscript').first().textContent()).toContain('needs scripts');
    });
  });
});
