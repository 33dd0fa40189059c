import { Dialog } from '../parts/dialog.tsx';
import { store, useStored } from '../parts/stored.ts';
import { pictureKeys, shortcuts } from './shortcuts.ts';

export function KeysDialog({ onClose }: { onClose: () => void }) {
  const areOn = useStored('keys') !== 'off';
  return (
    <Dialog title="Keys" onClose={onClose}>
      <h3>Everywhere</h3>
      <KeyList keys={shortcuts} />
      <label className="check">
        <input type="checkbox" checked={areOn} onChange={() => store('keys', areOn ? 'off' : '')} /> Single keys lead
        somewhere
      </label>
      <h3>In the grid, the map, the timeline</h3>
      <KeyList keys={pictureKeys} />
      <h3>In a list of tasks</h3>
      <KeyList
        keys={[
          { key: '↑ ↓', does: 'From task to task' },
          { key: 'Enter', does: 'Its page' },
          { key: 'Space', does: 'Tick it' },
        ]}
      />
    </Dialog>
  );
}

function KeyList({ keys }: { keys: readonly { key: string; does: string }[] }) {
  return (
    <dl className="keys">
      {keys.map(({ key, does }) => (
        <div key={key}>
          <dt>
            <kbd>{key}</kbd>
          </dt>
          <dd>{does}</dd>
        </div>
      ))}
    </dl>
  );
}
