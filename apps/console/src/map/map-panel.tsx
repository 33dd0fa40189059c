import { createMap, onPaletteChange, type ZoneMap, type Zones } from '@nightpass/pictures';
import { phaseOf, phases } from '@nightpass/pictures/phases';
import { useEffect, useRef, useState } from 'react';
import { PictureTools } from '../batch/picture-tools.tsx';
import type { GridData } from '../batch/use-batch.ts';
import type { Mask } from '../selection/selection.ts';
import { many, num } from '../words/words.ts';
import { useZoneName, type ZoneName } from './zone-names.ts';

/** Every zone where it lies. */
export function MapPanel(props: {
  batch: string;
  data: GridData;
  zones: Zones;
  mask: Mask | undefined;
  /** The one zone that is selected; -1: none, or several. */
  chosen: number;
  onSelect: (zones: number[]) => void;
  onClear: () => void;
}) {
  const { batch, data, zones, mask, chosen, onSelect, onClear } = props;
  const canvas = useRef<HTMLCanvasElement>(null);
  const map = useRef<ZoneMap>(undefined);
  const [told, setTold] = useState(-1);
  const heard = useRef({ onSelect, onClear });
  heard.current = { onSelect, onClear };
  const { processes } = data;
  const name = useZoneName(batch, told);

  useEffect(() => {
    if (!canvas.current) return;
    const its = createMap(canvas.current, {
      zones,
      processes,
      onTell: setTold,
      onPick: (zone) => (zone >= 0 ? heard.current.onSelect([zone]) : heard.current.onClear()),
      onMany: (chosen) => heard.current.onSelect(chosen),
    });
    map.current = its;
    const stopHearing = onPaletteChange(its.recolor);
    return () => {
      stopHearing();
      its.stop();
      map.current = undefined;
    };
  }, [zones, processes]);

  useEffect(() => map.current?.show(data.codes, mask), [data.codes, mask, zones]);
  useEffect(() => {
    map.current?.ring(chosen);
    setTold(chosen);
  }, [chosen]);

  return (
    <section className="panel" aria-labelledby="map-title">
      <div className="panel-head">
        <h2 id="map-title">Map</h2>
        <small>
          each zone in the colour of its most urgent task
          {!zones.hasOutlines && '; they are too many for outlines: each is drawn as its box'}
        </small>
        <PictureTools what="map" zoom={(factor) => map.current?.zoom(factor)} fit={() => map.current?.fit()} />
      </div>
      {/* biome-ignore lint/a11y/noInteractiveElementToNoninteractiveRole: its keys are its own */}
      <canvas
        ref={canvas}
        className="map"
        tabIndex={0}
        role="application"
        aria-label="Map of the zones: arrows move it, plus and minus zoom, Enter selects the zone nearest to the middle"
        aria-describedby="map-told"
      />
      <p className="told" id="map-told" role="status">
        {told >= 0
          ? zoneWords(name, data, told)
          : 'Press a zone to select its tasks; drag with Shift to select many. To zoom: +, −, or the wheel with Ctrl.'}
      </p>
    </section>
  );
}

function zoneWords(name: ZoneName | undefined, { codes, processes, zones: zoneCount }: GridData, zone: number): string {
  const counts = new Array<number>(phases.length).fill(0);
  for (let process = 0; process < processes; process++) {
    const code = codes[process * zoneCount + zone] ?? 0;
    counts[code] = (counts[code] ?? 0) + 1;
  }
  const parts = counts.flatMap((count, code) => (count > 0 ? [`${num(count)} ${phaseOf(code)}`] : []));
  const [first, last] = name ? [`${name.location || 'no name'} · `, ` · ${name.image}`] : ['', ''];
  return `${first}zone ${zone}${last} · ${many(processes, 'task')}: ${parts.join(', ')}`;
}
