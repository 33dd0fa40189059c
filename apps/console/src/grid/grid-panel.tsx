import { createGrid, type Grid, onPaletteChange } from '@nightpass/pictures';
import { phaseOf } from '@nightpass/pictures/phases';
import { useEffect, useRef, useState } from 'react';
import { PictureTools } from '../batch/picture-tools.tsx';
import type { GridData } from '../batch/use-batch.ts';
import { useZoneName } from '../map/zone-names.ts';
import { Link } from '../parts/link.tsx';
import type { Mask } from '../selection/selection.ts';
import { many } from '../words/words.ts';

/** Process × zone: every task of the batch as a cell. */
export function GridPanel(props: {
  batch: string;
  data: GridData;
  mask: Mask | undefined;
  names: readonly string[];
  /** The one task that is selected; -1: none, or several. */
  chosen: number;
  onSelect: (chosen: { processes: number[]; zones: number[] }) => void;
  onClear: () => void;
}) {
  const { batch, data, mask, names, chosen, onSelect, onClear } = props;
  const canvas = useRef<HTMLCanvasElement>(null);
  const grid = useRef<Grid>(undefined);
  const [told, setTold] = useState(-1);
  const heard = useRef({ onSelect, onClear });
  heard.current = { onSelect, onClear };
  const { processes, zones: zoneCount } = data;
  const nameList = names.join('\n');

  useEffect(() => {
    if (!canvas.current) return;
    const its = createGrid(canvas.current, {
      processes,
      zones: zoneCount,
      names: nameList.split('\n'),
      onTell: setTold,
      onPick(index) {
        if (index < 0) return heard.current.onClear();
        heard.current.onSelect({ processes: [Math.floor(index / zoneCount)], zones: [index % zoneCount] });
      },
      onMany: (chosen) => heard.current.onSelect(chosen),
    });
    grid.current = its;
    const stopHearing = onPaletteChange(its.recolor);
    return () => {
      stopHearing();
      its.stop();
      grid.current = undefined;
    };
  }, [processes, zoneCount, nameList]);

  useEffect(() => grid.current?.show(data.codes, mask), [data.codes, mask, nameList]);
  useEffect(() => {
    if (chosen >= 0) grid.current?.reveal(chosen);
  }, [chosen]);

  const name = useZoneName(batch, told < 0 ? -1 : told % zoneCount);
  const id = `${batch}-${Math.floor(told / zoneCount)}-${told % zoneCount}`;
  return (
    <section className="panel" aria-labelledby="grid-title">
      <div className="panel-head">
        <h2 id="grid-title">Grid</h2>
        <small>
          {many(processes, 'process', 'processes')} × {many(zoneCount, 'zone')}
        </small>
        <PictureTools
          what="grid"
          zoom={(factor) => grid.current?.zoom(factor)}
          fit={() => grid.current?.fit()}
          next={(step) => grid.current?.next(step)}
        />
      </div>
      {/* biome-ignore lint/a11y/noInteractiveElementToNoninteractiveRole: its keys are its own */}
      <canvas
        ref={canvas}
        className="grid"
        tabIndex={0}
        role="application"
        aria-label="Grid of tasks, process by process: arrows move the cursor, Enter selects, n and p go from trouble to trouble"
        aria-describedby="grid-told"
      />
      <p className="told" id="grid-told" role="status">
        {told >= 0 ? (
          <>
            <b>{phaseOf(data.codes[told] ?? 0)}</b> · {names[Math.floor(told / zoneCount)]} · zone {told % zoneCount}
            {name && `, ${name.location}`} · <Link href={`/tasks/${id}`}>{id}</Link>
          </>
        ) : (
          'Press a cell to select its task, a name to select its process; drag with Shift to select many.'
        )}
      </p>
    </section>
  );
}
