import {
  createGrid,
  createMap,
  type Grid,
  landPath,
  largestCell,
  type Mask,
  onPaletteChange,
} from '@nightpass/pictures';
import { codeOf, looks, type Phase, urgencyOf } from '@nightpass/pictures/phases';
import type { PageFacts } from '@nightpass/report/page-facts';
import { soloButtons, toolButtons } from './buttons.ts';
import { bytesOf, codesOf, linesOf, numbersOf, zonesOf } from './decode.ts';
import { createWords } from './words.ts';

/** Brings the page to life. Without it, the page still tells everything in words and tables. */

function byId<Kind extends HTMLElement = HTMLElement>(id: string): Kind {
  const element = document.getElementById(id);
  if (!element) throw new Error(`the page has no ${id}`);
  return element as Kind;
}

/** Of the grid's place on a page that is not narrow. */
const shape = 1.7;
const urgencyAt = (codes: Uint8Array, index: number) => urgencyOf[codes[index] ?? 0] ?? 0;

/** What the grid says to others; they come later than the grid, which is shown before they are unpacked. */
interface Heard {
  tell(index: number): void;
  ring(zone: number): void;
  solo: Phase | undefined;
}

function startGrid(facts: PageFacts, codes: Uint8Array, heard: Heard): Grid {
  const canvas = byId<HTMLCanvasElement>('grid');
  const grid = createGrid(canvas, {
    processes: facts.processCount,
    zones: facts.zoneCount,
    shape,
    names: facts.processes,
    onTell: (index) => heard.tell(index),
    onCursor: (index) => heard.ring(index % facts.zoneCount),
    isSought: (code) => heard.solo !== undefined || (urgencyOf[code] ?? 0) >= looks.unconfirmed.urgency,
  });
  // Few tasks need little room.
  canvas.style.maxHeight = `${grid.layout.height * largestCell}px`;
  grid.show(codes, undefined);
  return grid;
}

async function start(): Promise<void> {
  const facts = JSON.parse(byId('facts').textContent ?? '') as PageFacts;
  const codes = codesOf(await bytesOf('grid-data'), facts.phases);
  const heard: Heard = { tell: () => {}, ring: () => {}, solo: undefined };
  const grid = startGrid(facts, codes, heard);
  byId('report').dataset.grid = 'painted';

  const [boxes, nameOf, names, ids, familyOf] = await Promise.all([
    bytesOf('boxes-data'),
    bytesOf('name-of-data'),
    bytesOf('names-data'),
    bytesOf('ids-data'),
    bytesOf('family-of-data'),
    // The map is painted with it for the first time.
    landPath(),
  ]);
  const words = createWords(facts, codes, {
    names: linesOf(names),
    nameOf: numbersOf(nameOf),
    ids: linesOf(ids),
    familyOf,
  });
  const [task, place] = [byId('grid-told'), byId('map-told')];
  const idle = [task.textContent, place.textContent] as const;
  heard.tell = (index) => {
    if (index >= 0) task.textContent = words.task(index);
  };

  const map = createMap(byId<HTMLCanvasElement>('map'), {
    zones: zonesOf(numbersOf(boxes), facts.stepDegrees),
    processes: facts.processCount,
    onTell(zone) {
      if (zone >= 0) place.textContent = words.zone(zone);
    },
    onPick(zone) {
      if (zone < 0) return;
      place.textContent = words.zone(zone);
      grid.reveal(worstTask(codes, zone, facts.zoneCount));
    },
  });
  heard.ring = map.ring;
  map.show(codes, undefined);
  onPaletteChange(() => {
    grid.recolor();
    map.recolor();
  });
  soloButtons((phase) => {
    heard.solo = phase;
    const mask: Mask | undefined = phase && { has: (_, code) => code === codeOf[phase] };
    grid.show(codes, mask);
    map.show(codes, mask);
  });
  toolButtons({
    grid,
    map,
    whole() {
      [task.textContent, place.textContent] = idle;
    },
    next: () => grid.next(1),
  });
  byId('report').dataset.map = 'painted';
}

/** Of a zone's tasks, the one that most needs a look. */
function worstTask(codes: Uint8Array, zone: number, zoneCount: number): number {
  let worst = zone;
  for (let index = zone; index < codes.length; index += zoneCount) {
    if (urgencyAt(codes, index) > urgencyAt(codes, worst)) worst = index;
  }
  return worst;
}

function complain(reason: string): void {
  for (const it of document.querySelectorAll('.told')) it.textContent = `The pictures cannot be shown: ${reason}.`;
}

if (typeof DecompressionStream === 'undefined') complain('this browser is too old for them');
else start().catch((error: unknown) => complain(String(error)));
