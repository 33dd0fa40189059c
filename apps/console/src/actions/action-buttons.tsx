import type { Phase } from '@nightpass/pictures/phases';
import type { Target } from '../api/action-answers.ts';
import { ForOperators } from '../session/session.tsx';
import { useActions } from './actions-provider.tsx';
import { actionsFor, verbs } from './verbs.ts';

/** What can be done to some tasks, as buttons: only what would touch at least one. */
export function ActionButtons(props: {
  target: Target;
  /** In words. */
  what: string;
  counts: Partial<Record<Phase, number>>;
}) {
  const { ask } = useActions();
  const { target, what, counts } = props;
  return (
    <ForOperators>
      <span className="actions">
        {actionsFor(counts).map((action) => (
          <button
            key={action}
            type="button"
            className={action === 'cancel' ? 'danger' : undefined}
            onClick={() => ask({ action, target }, what)}
          >
            {action === 'priority' ? 'Priority' : verbs[action].does} …<span className="unseen"> {what}</span>
          </button>
        ))}
      </span>
    </ForOperators>
  );
}
