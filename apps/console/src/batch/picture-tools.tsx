/** Buttons for what keys and wheels do on a picture. */
export function PictureTools(props: {
  what: string;
  zoom: (factor: number) => void;
  fit: () => void;
  next?: (step: 1 | -1) => void;
}) {
  const { what, zoom, fit, next } = props;
  return (
    <span className="tools">
      {next && (
        <>
          <button type="button" onClick={() => next(-1)} title="Previous trouble (p)">
            ‹ <span className="unseen">Previous </span>trouble
          </button>
          <button type="button" onClick={() => next(1)} title="Next trouble (n)">
            <span className="unseen">Next </span>trouble ›
          </button>
        </>
      )}
      <button type="button" onClick={() => zoom(1 / 1.5)} aria-label={`Farther: ${what}`} title="Farther (−)">
        −
      </button>
      <button type="button" onClick={() => zoom(1.5)} aria-label={`Nearer: ${what}`} title="Nearer (+)">
        +
      </button>
      <button type="button" onClick={fit} title="Everything (0)">
        all<span className="unseen"> of the {what}</span>
      </button>
    </span>
  );
}
