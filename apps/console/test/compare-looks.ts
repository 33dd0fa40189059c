import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';

/**
 * Whether a page lies on the screen as it does in docs/images. Pictures are compared in squares of 8 pixels by their mean
 * colour: another number or another hour changes a few of them, a panel that moved or lost its colour changes many.
 */

const root = fileURLToPath(new URL('../../../', import.meta.url));
export const images = join(root, 'docs/images');
/** Where the pictures of pages that looked otherwise are left, beside those of docs. */
const otherwise = join(root, '.nightpass/looks');

const squarePx = 8;
/** Of 255, in any of three colours: from there on a square looks otherwise. */
const mostOff = 24;

/** Of all squares, how many may: clocks, and bars of the timeline, which depend on the minute. */
export const mostUnlike = 0.05;

export interface Likeness {
  /** Squares that look otherwise, of all. */
  share: number;
  /** What they span, in pixels; undefined: nothing. */
  within: { x: number; y: number; width: number; height: number } | undefined;
}

export async function compareLooks(browser: Browser, expected: Buffer, actual: Buffer): Promise<Likeness> {
  const context = await browser.newContext();
  const page = await context.newPage();
  const urls = [expected, actual].map((png) => `data:image/png;base64,${png.toString('base64')}`);
  const likeness = await page.evaluate(
    async ({ urls, squarePx, mostOff }) => {
      const squares = await Promise.all(
        urls.map(async (url) => {
          const image = new Image();
          image.src = url;
          await image.decode();
          const [wide, tall] = [Math.floor(image.width / squarePx), Math.floor(image.height / squarePx)];
          const canvas = document.createElement('canvas');
          [canvas.width, canvas.height] = [wide, tall];
          const context = canvas.getContext('2d', { willReadFrequently: true });
          if (!context) throw new Error('no canvas');
          context.imageSmoothingQuality = 'high';
          context.drawImage(image, 0, 0, wide * squarePx, tall * squarePx, 0, 0, wide, tall);
          return { wide, tall, data: context.getImageData(0, 0, wide, tall).data };
        }),
      );
      const [one, two] = squares;
      if (!one || !two) throw new Error('two pictures are compared');
      if (one.wide !== two.wide || one.tall !== two.tall) return { share: 1, box: undefined };
      const box = { left: one.wide, top: one.tall, right: -1, bottom: -1 };
      let off = 0;
      for (let at = 0; at < one.wide * one.tall; at++) {
        const most = Math.max(
          ...[0, 1, 2].map((i) => Math.abs((one.data[at * 4 + i] ?? 0) - (two.data[at * 4 + i] ?? 0))),
        );
        if (most < mostOff) continue;
        off += 1;
        const [x, y] = [at % one.wide, Math.floor(at / one.wide)];
        box.left = Math.min(box.left, x);
        box.right = Math.max(box.right, x);
        box.top = Math.min(box.top, y);
        box.bottom = Math.max(box.bottom, y);
      }
      return { share: off / (one.wide * one.tall), box: off > 0 ? box : undefined };
    },
    { urls, squarePx, mostOff },
  );
  await context.close();
  const { share, box } = likeness;
  if (!box) return { share, within: undefined };
  const [width, height] = [box.right - box.left + 1, box.bottom - box.top + 1].map((n) => n * squarePx) as [
    number,
    number,
  ];
  return { share, within: { x: box.left * squarePx, y: box.top * squarePx, width, height } };
}

/** How wide a sample is, in pixels, in the two fonts that the pictures of docs/images are set in: DejaVu and Liberation. */
const docsFonts = { sans: 784, mono: 840 };

/** Where these fonts are not, other line breaks are no fault of ours. */
export async function hasDocsFonts(page: Page): Promise<boolean> {
  const widths = await page.evaluate(() => {
    const context = document.createElement('canvas').getContext('2d');
    const style = getComputedStyle(document.documentElement);
    const widthIn = (name: string) => {
      if (!context) return 0;
      context.font = `100px ${style.getPropertyValue(name)}`;
      return Math.round(context.measureText('Nightpass 0123').width);
    };
    return { sans: widthIn('--sans'), mono: widthIn('--mono') };
  });
  return widths.sans === docsFonts.sans && widths.mono === docsFonts.mono;
}

/** @returns what is wrong with a page's picture beside that of docs/images, in words; undefined: nothing */
export async function unlikeDocs(browser: Browser, name: string, actual: Buffer): Promise<string | undefined> {
  const { share, within } = await compareLooks(browser, await readFile(join(images, name)), actual);
  if (share <= mostUnlike) return undefined;
  await mkdir(otherwise, { recursive: true });
  await writeFile(join(otherwise, name), actual);
  const percent = (part: number) => `${(part * 100).toFixed(1)} %`;
  return `${percent(share)} of ${name} looks otherwise than in docs/images (${percent(mostUnlike)} may), within ${JSON.stringify(within)}: see .nightpass/looks/${name}. If that is meant: NIGHTPASS_SAVE_IMAGES=1 npm run test:browser`;
}
