import { Problem } from '../api/fetching.ts';
import { sentence } from '../words/words.ts';

/** Where an answer is missing: why, and what to do. */
export function Trouble({ error, onRetry }: { error: Error; onRetry?: () => void }) {
  const title = error instanceof Problem ? error.title : 'Something broke';
  return (
    <div className="trouble" role="alert">
      <h2>{title}</h2>
      <p>{sentence(error.message)}</p>
      {onRetry && (
        <button type="button" onClick={onRetry}>
          Try again
        </button>
      )}
    </div>
  );
}

export function Waiting({ what }: { what: string }) {
  return (
    <p className="waiting" role="status">
      {what} …
    </p>
  );
}
