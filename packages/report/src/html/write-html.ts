import type { Clock } from '../clock.ts';
import { gathered, type Out } from '../output.ts';
import type { Snapshot } from '../snapshot.ts';
import { headline, oneLine } from '../words.ts';
import { familiesSection } from './families-section.ts';
import { escaped, type Part } from './markup.ts';
import { linesOf, planesOf, writePacked } from './pack.ts';
import { readPageAssets } from './page-assets.ts';
import { familiesKept, gridSection, mapSection, pageFacts } from './pictures-section.ts';
import {
  aboutSection,
  durationsSection,
  headSection,
  parkedSection,
  timelineSection,
  waitingSection,
} from './sections.ts';

export interface HtmlOptions {
  clock: Clock;
  /** What made it, and which: `{ nightpass: '0.1.0' }`. */
  versions: Readonly<Record<string, string>>;
}

/**
 * One file that holds everything: it opens from a mail attachment, offline, and asks for nothing. The batch's id stands
 * in its first lines, so that it can be told whose report a file is.
 */
export async function writeHtml(snapshot: Snapshot, to: Out, { clock, versions }: HtmlOptions): Promise<void> {
  const out = gathered(to);
  const { script, style, policy } = readPageAssets();
  const { batch, counts } = snapshot;
  const title = `${oneLine(batch.name ?? batch.file, 120)}: ${headline(counts).text}`;
  const { html: facts } = pageFacts(snapshot);
  await out.write(`<!doctype html>
<html lang="en" id="report"><head><meta charset="utf-8"><title>${escaped(title)}</title>
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
<meta name="generator" content="nightpass">
`);
  await out.write(`${facts}\n<style>${style}</style></head><body><main>\n`);
  const sections: Part[] = [
    headSection(snapshot, clock),
    familiesSection(snapshot, clock),
    parkedSection(snapshot, clock),
    timelineSection(snapshot, clock),
    gridSection(snapshot),
    mapSection(),
    durationsSection(snapshot),
    waitingSection(snapshot, clock),
    aboutSection(snapshot, clock, versions),
  ];
  for (const section of sections) {
    if (typeof section === 'object' && 'html' in section) await out.write(`${section.html}\n`);
  }
  await out.write('</main>\n');
  await writeData(snapshot, out);
  await out.write(`<script>${script}</script>\n`);
  await out.write(
    '<footer>Coast line: Natural Earth, by way of world-atlas (ISC licence, © Michael Bostock).</footer>\n',
  );
  await out.write('</body></html>\n');
  await out.end();
}

async function writeData({ grid, familyOf, zones, batch }: Snapshot, out: Out): Promise<void> {
  const { boxes, nameOf, names, ids } = zones;
  const { zoneCount } = batch;
  await writePacked(out, 'grid-data', [grid]);
  await writePacked(out, 'boxes-data', boxParts(boxes));
  await writePacked(
    out,
    'name-of-data',
    planesOf(zoneCount, (i) => nameOf[i] ?? 0),
  );
  await writePacked(out, 'names-data', linesOf(names));
  await writePacked(out, 'ids-data', linesOf(ids ?? []));
  await writePacked(out, 'family-of-data', [Uint8Array.from(familyOf, (rank) => Math.min(rank, familiesKept + 1))]);
}

/** All zones' middles eastwards, then northwards, then their widths, then their heights. The page's `zonesOf` reads it. */
export function boxParts(boxes: Int32Array): Generator<Uint8Array> {
  const count = boxes.length / 4;
  return planesOf(boxes.length, (i) => boxes[(i % count) * 4 + Math.floor(i / count)] ?? 0);
}
