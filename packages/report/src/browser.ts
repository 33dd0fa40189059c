import { existsSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import type { Page } from 'playwright-core';

/** A real Chromium that opens a report from its file, with no way out. For the bench and the tests. */

const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

export function chromiumPath(env: NodeJS.ProcessEnv): string | undefined {
  const given = env.NIGHTPASS_TEST_CHROMIUM;
  return [...(given ? [given] : []), ...places].find((path) => existsSync(path));
}

export interface OpenedReport {
  page: Page;
  /** From the beginning of the navigation until the grid, and then the map, were painted. */
  gridMs: number;
  allMs: number;
  /** What the browser complained of, and what it would have asked others for. */
  complaints: string[];
  requests: string[];
  close(): Promise<void>;
}

export interface Look {
  width?: number;
  height?: number;
  colorScheme?: 'light' | 'dark';
  javaScriptEnabled?: boolean;
}

export async function openReport(executablePath: string, file: string, look: Look): Promise<OpenedReport> {
  const { chromium } = await import('playwright-core');
  const args = ['--no-sandbox', '--disable-gpu', '--host-resolver-rules=MAP * ~NOTFOUND'];
  const browser = await chromium.launch({ executablePath, args });
  const { width = 1280, height = 900, colorScheme = 'light', javaScriptEnabled = true } = look;
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme,
    javaScriptEnabled,
    offline: true,
  });
  const page = await context.newPage();
  const [complaints, requests]: [string[], string[]] = [[], []];
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('request', (request) => requests.push(request.url()));
  const startedAtMs = performance.now();
  const since = () => Math.round(performance.now() - startedAtMs);
  await page.goto(pathToFileURL(file).href);
  let gridMs = 0;
  if (javaScriptEnabled) {
    await page.waitForSelector('html[data-grid=painted]', { state: 'attached' });
    gridMs = since();
    await page.waitForSelector('html[data-map=painted]', { state: 'attached' });
    await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
  }
  return { page, gridMs, allMs: since(), complaints, requests, close: () => browser.close() };
}
