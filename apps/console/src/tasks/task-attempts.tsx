import type { Entry, TaskDetail } from '../api/answers.ts';
import { At } from '../parts/moment.tsx';
import { span } from '../words/words.ts';

/** Its history, attempt by attempt, the newest first. What was before the first launch stands at the end. */
export function TaskAttempts({ detail: { attempts, history, task } }: { detail: TaskDetail }) {
  const inAttempts = new Set(attempts.flatMap(({ entries }) => entries).map(keyOf));
  const before = history.filter((entry) => !inAttempts.has(keyOf(entry)));
  return (
    <section aria-labelledby="history-title">
      <h2 id="history-title">History</h2>
      {history.length === 0 && <p className="empty">Nothing was sent yet.</p>}
      {attempts.toReversed().map(({ number, launchKey, intendedAtMs, entries }) => {
        const lastMs = entries.at(-1)?.atMs ?? intendedAtMs;
        return (
          <details key={number} className="attempt" open={number === task.attempt}>
            <summary>
              <b>Attempt {number}</b> <At ms={intendedAtMs} precision="seconds" />
              {lastMs > intendedAtMs && <small> over {span(lastMs - intendedAtMs)}</small>}
              <small>
                {' '}
                · launch <code>{launchKey}</code>
              </small>
            </summary>
            <Entries entries={entries} />
          </details>
        );
      })}
      {before.length > 0 && <Entries entries={before} />}
    </section>
  );
}

const keyOf = ({ atMs, text }: Entry) => `${atMs} ${text}`;

function Entries({ entries }: { entries: readonly Entry[] }) {
  return (
    <ol className="history">
      {entries.map((entry, i) => (
        <li key={i}>
          <At ms={entry.atMs} precision="seconds" /> <bdi>{entry.text}</bdi>
        </li>
      ))}
    </ol>
  );
}
