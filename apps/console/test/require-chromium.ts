import { chromiumPath } from './browser.ts';

/** Nothing is installed by a test run: whoever has no browser is told so. */
export function setup(): void {
  if (chromiumPath()) return;
  process.stderr.write(
    'test:browser: there is no Chromium here. Install one (Debian: chromium), or name it in NIGHTPASS_TEST_CHROMIUM.\n',
  );
  process.exit(1);
}
