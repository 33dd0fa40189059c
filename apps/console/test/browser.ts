import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { type Name, passwords } from '../../board/src/access/test-people.ts';

/** A real Chromium that can reach this machine only, and that tells of everything a page must not do. */

const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

export function chromiumPath(): string | undefined {
  const given = process.env.NIGHTPASS_TEST_CHROMIUM;
  return (given ? [given] : places).find((path) => existsSync(path));
}

export async function openBrowser(): Promise<Browser> {
  const executablePath = chromiumPath();
  if (!executablePath) throw new Error('no Chromium is here');
  return chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--enable-unsafe-swiftshader',
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
    ],
  });
}

export interface OpenedPage {
  page: Page;
  /** Violations of the policy, errors of scripts, requests to anywhere else: to be none. */
  complaints: string[];
  /** What axe finds that is serious or critical, in words. */
  serious(): Promise<string[]>;
  close(): Promise<void>;
}

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export async function openPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<OpenedPage> {
  const context = await browser.newContext({ viewport: { width: 1360, height: 900 }, locale: 'en-GB', ...options });
  const complaints: string[] = [];
  await context.exposeFunction('tellTest', (text: string) => complaints.push(text));
  await context.addInitScript(() => {
    const { tellTest } = globalThis as unknown as { tellTest(text: string): void };
    addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI, sample }) =>
      tellTest(`policy: ${violatedDirective} ${blockedURI} ${sample}`),
    );
  });
  const page = await context.newPage();
  const { origin } = new URL(url);
  page.on('request', (request) => {
    const to = request.url();
    if (!to.startsWith(origin) && !to.startsWith('data:') && !to.startsWith('blob:')) complaints.push(`asked ${to}`);
  });
  page.on('pageerror', (error) => complaints.push(`broke: ${error.stack ?? error.message}`));
  page.on('console', (message) => {
    // The browser's own word of an answer that the page has shown to its reader.
    if (message.type() !== 'error' || /^Failed to load resource/.test(message.text())) return;
    complaints.push(`said: ${message.text()}`);
  });
  await page.goto(url);
  return {
    page,
    complaints,
    async serious() {
      await page.evaluate(axeSource);
      const found = (await page.evaluate(`axe.run(document, { resultTypes: ['violations'] })`)) as {
        violations: { id: string; impact: string; nodes: { html: string; failureSummary?: string }[] }[];
      };
      return found.violations
        .filter(({ impact }) => impact === 'serious' || impact === 'critical')
        .map(
          ({ id, nodes }) =>
            `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join(' | ')}`,
        );
    },
    close: () => context.close(),
  };
}

/** At the door of a board that asks people who they are. */
export async function signIn(page: Page, name: Name): Promise<void> {
  await page.getByLabel('Name').fill(name);
  await page.getByLabel('Password').fill(passwords[name]);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

/** How many different colours a canvas shows: a picture that was never painted has one. */
export const colorsOf = (page: Page, selector: string): Promise<number> =>
  page.locator(selector).evaluate((canvas: HTMLCanvasElement) => {
    const pixels = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
    const seen = new Set<number>();
    const words = new Uint32Array((pixels as Uint8ClampedArray).buffer);
    for (const word of words) seen.add(word);
    return seen.size;
  });
