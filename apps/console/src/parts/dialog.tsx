import { type ReactNode, useEffect, useId, useRef } from 'react';

/** A window over the page: the browser keeps the focus in it, and gives it back. */
export function Dialog(props: { title: string; onClose: () => void; children: ReactNode; wide?: boolean }) {
  const ref = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const dialog = ref.current;
    if (dialog && !dialog.open) dialog.showModal();
    return () => dialog?.close();
  }, []);
  return (
    <dialog ref={ref} className={props.wide ? 'wide' : undefined} aria-labelledby={id} onCancel={props.onClose}>
      <header>
        <h2 id={id}>{props.title}</h2>
        <button type="button" className="quiet icon" aria-label="Close" onClick={props.onClose}>
          <svg viewBox="0 0 16 16" aria-hidden="true">
            <path d="M4 4l8 8M12 4l-8 8" />
          </svg>
        </button>
      </header>
      {props.children}
    </dialog>
  );
}
