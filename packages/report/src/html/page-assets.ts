import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** The page's own script and style: small modules, put together into the one file that a report is. */

const folder = new URL('../../page/', import.meta.url);
const read = (name: string) => readFileSync(new URL(name, folder), 'utf8');

/** Each after those that it imports; no two have a name in common. */
const modules = ['decode.js', 'palette.js', 'view.js', 'cells.js', 'grid.js', 'map.js', 'main.js'];
const sheets = ['page.css', 'pictures.css'];

export interface PageAssets {
  script: string;
  style: string;
  /** Nothing but this script and this style is run or obeyed, and nothing is asked for anywhere. */
  policy: string;
}

export function readPageAssets(): PageAssets {
  const script = `(() => {\n'use strict';\n${modules.map((name) => joined(read(name))).join('\n')}})();\n`;
  const style = sheets.map(read).join('\n');
  const policy = [
    "default-src 'none'",
    `script-src '${hashOf(script)}'`,
    `style-src '${hashOf(style)}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return { script, style, policy };
}

/** They share one scope: what is imported is there already. */
function joined(module: string): string {
  return module
    .replace(/^import [^;]+;\n/gm, '')
    .replace(/^export /gm, '')
    .replace(/^\s*\/\/.*\n/gm, '')
    .trimStart();
}

const hashOf = (text: string) => `sha256-${createHash('sha256').update(text).digest('base64')}`;
