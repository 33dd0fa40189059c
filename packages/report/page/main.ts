import { createGrid, createMap, landPath, largestCell, type Mask, onPaletteChange } from '@nightpass/pictures';
import { isPhase, looks, phaseOf, urgencyOf } from '@nightpass/pictures/phases';
import type { PageFacts } from '@nightpass/report/page-facts';
import { bytesOf, codesOf, linesOf, numbersOf, zonesOf } from './decode.ts';
import { createWords } from './words.ts';

/** Brings the page to life. Without it, the page still tells everything in words and tables. */

function byId<Kind extends HTMLElement = HTMLElement>(id: string): Kind {
  const element = document.getElementById(id);
  if (!element) throw new Error(`the page has no ${id}`);
  return element as Kind;
}

const buttons = (kind: string) => document.querySelectorAll<HTMLButtonElement>(`button[data-${kind}]`);
const closer = 1.6;
/** Of the grid's place on a page that is not narrow. */
const shape = 1.7;

async function start(): Promise<void> {
  const facts = JSON.parse(byId('facts').textContent ?? '') as PageFacts;
  const { processCount: processes, zoneCount: zones } = facts;
  const [told, place] = [byId('grid-told'), byId('map-told')];
  const idle = [told.textContent, place.textContent] as const;
  const codes = codesOf(await bytesOf('grid-data'), facts.phases);
  let solo = '';

  const gridCanvas = byId<HTMLCanvasElement>('grid');
  let tellTask = (_index: number): void => {};
  let ring = (_zone: number): void => {};
  const grid = createGrid(gridCanvas, {
    processes,
    zones,
    shape,
    names: facts.processes,
    onTell: (index) => tellTask(index),
    onCursor: (index) => ring(index % zones),
    isSought: (code) => solo !== '' || (urgencyOf[code] ?? 0) >= looks.unconfirmed.urgency,
  });
  // Few tasks need little room.
  gridCanvas.style.maxHeight = `${grid.layout.height * largestCell}px`;
  grid.show(codes, undefined);
  byId('report').dataset.grid = 'painted';

  const parts = ['boxes', 'name-of', 'names', 'ids', 'family-of'].map((id) => bytesOf(`${id}-data`));
  const [boxes, nameOf, names, ids, familyOf] = (await Promise.all(parts)) as [
    Uint8Array,
    Uint8Array,
    Uint8Array,
    Uint8Array,
    Uint8Array,
  ];
  const texts = { names: linesOf(names), nameOf: numbersOf(nameOf), ids: linesOf(ids), familyOf };
  const words = createWords(facts, codes, texts);
  tellTask = (index) => {
    if (index >= 0) told.textContent = words.task(index);
  };

  /** Of a zone's tasks, the one that most needs a look. */
  function worstTask(zone: number): number {
    let worst = zone;
    for (let index = zone; index < codes.length; index += zones) {
      if ((urgencyOf[codes[index] ?? 0] ?? 0) > (urgencyOf[codes[worst] ?? 0] ?? 0)) worst = index;
    }
    return worst;
  }

  // Known before the map is painted for the first time.
  await landPath();
  const map = createMap(byId<HTMLCanvasElement>('map'), {
    zones: zonesOf(numbersOf(boxes), facts.stepDegrees),
    processes,
    onTell(zone) {
      if (zone >= 0) place.textContent = words.zone(zone);
    },
    onPick(zone) {
      if (zone < 0) return;
      place.textContent = words.zone(zone);
      grid.reveal(worstTask(zone));
    },
  });
  map.show(codes, undefined);
  ring = map.ring;

  onPaletteChange(() => {
    grid.recolor();
    map.recolor();
  });
  for (const button of buttons('solo')) {
    button.addEventListener('click', () => {
      const wanted = button.dataset.solo ?? '';
      solo = solo === wanted || !isPhase(wanted) ? '' : wanted;
      for (const other of buttons('solo')) other.setAttribute('aria-pressed', String(other.dataset.solo === solo));
      const mask: Mask | undefined = solo === '' ? undefined : { has: (_, code) => phaseOf(code) === solo };
      grid.show(codes, mask);
      map.show(codes, mask);
    });
  }
  for (const button of buttons('do')) {
    const part = button.dataset.on === 'map' ? map : grid;
    const acts: Record<string, () => void> = {
      closer: () => part.zoom(closer),
      farther: () => part.zoom(1 / closer),
      whole() {
        part.fit();
        [told.textContent, place.textContent] = idle;
      },
      next: () => grid.next(1),
    };
    button.addEventListener('click', () => acts[button.dataset.do ?? '']?.());
  }
  byId('report').dataset.map = 'painted';
}

function complain(reason: string): void {
  for (const it of document.querySelectorAll('.told')) it.textContent = `The pictures cannot be shown: ${reason}.`;
}

if (typeof DecompressionStream === 'undefined') complain('this browser is too old for them');
else start().catch((error: unknown) => complain(String(error)));
