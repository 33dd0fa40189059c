import { bytesOf, linesOf, numbersOf, ringsOf } from './decode.js';
import { createGrid } from './grid.js';
import { createMap, worstOf } from './map.js';
import { readPalette, urgencyOf } from './palette.js';

// Brings the page to life. Without it, the page still tells everything in words and tables.

const byId = (id) => document.getElementById(id);

async function start() {
  const facts = JSON.parse(byId('facts').textContent);
  const { phases, processCount, zoneCount } = facts;
  const urgency = urgencyOf(phases);
  const signs = facts.signs.map((path) => new Path2D(path));
  const grid = await bytesOf('grid-data');
  let solo;
  let map;
  const palette = () => readPalette(phases, solo);

  const told = byId('grid-told');
  const place = byId('map-told');
  const idle = [told.textContent, place.textContent];
  let texts;
  const tell = (index) => {
    if (index >= 0 && texts) told.textContent = taskWords(index);
  };

  const its = createGrid(byId('grid'), {
    grid,
    facts,
    urgency,
    signs,
    palette: palette(),
    onHover: tell,
    onSelect: (index) => {
      tell(index);
      map?.select(index % zoneCount, 'quiet');
    },
  });
  its.resize();
  byId('report').dataset.grid = 'painted';

  const [boxBytes, nameOfBytes, nameBytes, idBytes, familyOf, landBytes] = await Promise.all(
    ['boxes', 'name-of', 'names', 'ids', 'family-of', 'land'].map((id) => bytesOf(`${id}-data`)),
  );
  const [names, ids] = [linesOf(nameBytes), linesOf(idBytes)];
  texts = { names, ids, nameOf: numbersOf(nameOfBytes), familyOf };
  const flat = numbersOf(boxBytes);
  const boxes = new Int32Array(flat.length);
  for (let i = 0; i < flat.length; i++) boxes[(i % zoneCount) * 4 + Math.floor(i / zoneCount)] = flat[i];

  function zoneWords(zone) {
    const name = names[texts.nameOf[zone]] || 'unnamed';
    const id = ids[zone] ? ` (${ids[zone]})` : '';
    return `zone ${zone}${id}, ${name}`;
  }

  function taskWords(index) {
    const [process, zone] = [Math.floor(index / zoneCount), index % zoneCount];
    const family = facts.families[texts.familyOf[index] - 1];
    const why = family ? ` · ${family.id} ${family.text}` : texts.familyOf[index] > 0 ? ' · a cause of its own' : '';
    const id = `${facts.batch}-${process}-${zone}`;
    return `${phases[grid[index]]} · ${facts.processes[process]} · ${zoneWords(zone)} · ${id}${why}`;
  }

  function placeWords(zone) {
    const counts = new Map();
    for (let process = 0; process < processCount; process++) {
      const phase = phases[grid[process * zoneCount + zone]];
      counts.set(phase, (counts.get(phase) ?? 0) + 1);
    }
    return `${zoneWords(zone)} · ${[...counts].map(([phase, n]) => `${n} ${phase}`).join(', ')}`;
  }

  /** Of a zone's tasks, the one that most needs a look. */
  function worstTask(zone) {
    let worst = zone;
    for (let index = zone; index < grid.length; index += zoneCount) {
      if (urgency[grid[index]] > urgency[grid[worst]]) worst = index;
    }
    return worst;
  }

  map = createMap(byId('map'), {
    worst: worstOf(grid, processCount, zoneCount, urgency),
    boxes,
    step: facts.stepDegrees,
    rings: ringsOf(landBytes),
    urgency,
    signs,
    palette: palette(),
    onHover: (zone) => {
      if (zone >= 0) place.textContent = placeWords(zone);
    },
    onSelect: (zone) => {
      place.textContent = placeWords(zone);
      const task = worstTask(zone);
      its.select(task, 'quiet');
      told.textContent = taskWords(task);
    },
  });
  map.resize();

  const recolor = () => {
    for (const part of [its, map]) part.recolor(palette());
  };
  for (const media of ['(prefers-color-scheme: dark)', 'print']) {
    matchMedia(media).addEventListener('change', recolor);
  }

  for (const button of document.querySelectorAll('button[data-solo]')) {
    button.addEventListener('click', () => {
      const code = Number(button.dataset.solo);
      solo = solo === code ? undefined : code;
      for (const other of document.querySelectorAll('button[data-solo]')) {
        other.setAttribute('aria-pressed', String(Number(other.dataset.solo) === solo));
      }
      recolor();
    });
  }
  const parts = { grid: its, map };
  for (const button of document.querySelectorAll('button[data-do]')) {
    const part = parts[button.dataset.on];
    const acts = {
      closer: () => part.zoom(1.6),
      farther: () => part.zoom(1 / 1.6),
      whole: () => {
        part.fit();
        [told.textContent, place.textContent] = idle;
      },
      next: () => its.next((code) => (solo === undefined ? urgency[code] >= 4 : code === solo), 1),
    };
    button.addEventListener('click', acts[button.dataset.do]);
  }
  byId('report').dataset.map = 'painted';
}

function complain(error) {
  const reason = typeof DecompressionStream === 'undefined' ? 'this browser is too old for them' : String(error);
  for (const it of document.querySelectorAll('.told')) it.textContent = `The pictures cannot be shown: ${reason}.`;
}

if (typeof DecompressionStream === 'undefined') complain();
else start().catch(complain);
