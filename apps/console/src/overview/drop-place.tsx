import { type DragEvent, type ReactNode, useRef, useState } from 'react';
import { useAnswer } from '../api/answering.ts';
import type { Session } from '../api/answers.ts';
import { Link } from '../parts/link.tsx';
import { ForOperators, mayAs, useSession } from '../session/session.tsx';
import { type Upload, useUploads } from './uploading.ts';

/** The page as an inbox: files are dropped anywhere on it, or chosen with the button. */
export function DropPlace({ isEmpty, title, children }: { isEmpty: boolean; title: string; children: ReactNode }) {
  const { uploads, add, dismiss } = useUploads();
  const [over, setOver] = useState(false);
  const session = useSession();
  const depth = useRef(0);
  const may = mayAs(session.role, 'operator');
  const hasFiles = (event: DragEvent) => may && event.dataTransfer.types.includes('Files');
  const enter = (step: number) => (event: DragEvent) => {
    if (!hasFiles(event)) return;
    depth.current += step;
    setOver(depth.current > 0);
  };
  const drop = (event: DragEvent) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    depth.current = 0;
    setOver(false);
    add(event.dataTransfer.files);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping has its button beside it
    <div
      className={`drop-place ${over ? 'over' : ''}`}
      onDragEnter={enter(1)}
      onDragLeave={enter(-1)}
      onDragOver={(event) => hasFiles(event) && event.preventDefault()}
      onDrop={drop}
    >
      {over && <p className="drop-here">Drop it: the file goes into the inbox, and is checked there</p>}
      <div className="page-head">
        <h1>{title}</h1>
        <ForOperators>
          <AddButton onFiles={add} />
        </ForOperators>
      </div>
      <div role="status">
        {uploads.map((upload) => (
          <UploadNote key={upload.key} upload={upload} onDismiss={() => dismiss(upload.key)} />
        ))}
      </div>
      {children}
      {isEmpty && <HowToDrop session={session} />}
    </div>
  );
}

function AddButton({ onFiles }: { onFiles: (files: File[]) => void }) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <div className="add-batch">
      <button type="button" className="primary" onClick={() => input.current?.click()}>
        Add a batch file
      </button>
      <input
        ref={input}
        type="file"
        accept=".json,application/json"
        multiple
        hidden
        aria-label="Batch files"
        onChange={({ target }) => {
          onFiles([...(target.files ?? [])]);
          target.value = '';
        }}
      />
    </div>
  );
}

const outcomes: Record<Upload['state'], string> = {
  sending: 'is being sent',
  waiting: 'is being checked',
  accepted: 'accepted',
  known: 'already known',
  rejected: 'rejected: nothing of it is launched',
  failed: 'not taken',
};

function UploadNote({ upload, onDismiss }: { upload: Upload; onDismiss: () => void }) {
  const { name, state, says, batch, faults } = upload;
  const isBad = state === 'rejected' || state === 'failed';
  return (
    <div className={`note upload ${isBad ? 'bad' : state === 'accepted' ? 'good' : ''}`} data-upload={state}>
      <p>
        <b>
          <bdi>{name}</bdi>: {outcomes[state]}.
        </b>{' '}
        {says} {batch && !isBad && <Link href={`/batches/${batch}`}>To the batch</Link>}
      </p>
      {faults.length > 0 && (
        <ul className="faults">
          {faults.map((fault) => (
            <li key={fault}>
              <code>{fault}</code>
            </li>
          ))}
        </ul>
      )}
      {state !== 'sending' && state !== 'waiting' && (
        <button type="button" className="quiet" onClick={onDismiss}>
          Dismiss
        </button>
      )}
    </div>
  );
}

function HowToDrop({ session }: { session: Session }) {
  const { data } = useAnswer<{ inbox: string }>('/overview');
  return (
    <div className="empty">
      {mayAs(session.role, 'operator') && (
        <p>
          Drop a batch file <b>anywhere on this page</b>, or use the button above. Its tasks appear within seconds.
        </p>
      )}
      <p>Or put it into the inbox{data ? ':' : ''}</p>
      {data && (
        <p>
          <code className="path">{data.inbox}</code>
        </p>
      )}
      <p>
        From a terminal: <code>nightpass submit FILE</code>. To check a file without launching anything:{' '}
        <code>nightpass validate FILE</code>.
      </p>
    </div>
  );
}
