import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** The page's own script, bundled by scripts/bundle-report-page.mjs, and style: both stand in the one file that a report is. */

const read = (name: string) => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');

export interface PageAssets {
  script: string;
  style: string;
  /** Nothing but this script and this style is run or obeyed, and nothing is asked for anywhere. */
  policy: string;
}

export function readPageAssets(): PageAssets {
  const script = read('dist/page.bundle.js');
  const style = ['page/page.css', 'page/pictures.css'].map(read).join('\n');
  const policy = [
    "default-src 'none'",
    `script-src '${hashOf(script)}'`,
    `style-src '${hashOf(style)}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return { script, style, policy };
}

const hashOf = (text: string) => `sha256-${createHash('sha256').update(text).digest('base64')}`;
