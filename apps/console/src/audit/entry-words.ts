import { verbs } from '../actions/verbs.ts';
import type { ActionKind, AuditEntry } from '../api/action-answers.ts';
import { many, num } from '../words/words.ts';

/** An entry of the audit log as a sentence without its subject. */
export function entryWords({ event, action, target, tasks, changed, skipped, outcome }: AuditEntry): string {
  const on = target ? ` ${target}` : '';
  const name = action && Object.hasOwn(verbs, action) ? verbs[action as ActionKind].does.toLowerCase() : (action ?? '');
  switch (event) {
    case 'begun':
      return `began to ${name}${on}${tasks === undefined || isProvider(target) ? '' : `: ${many(tasks, 'task')}`}`;
    case 'ended': {
      const moved = isProvider(target) ? 'done' : `${num(changed ?? 0)} changed`;
      const left = skipped ? `, ${num(skipped)} had moved on` : '';
      return `${outcome?.startsWith('failed') ? 'failed to' : 'ended:'} ${name}${on}: ${moved}${left}`;
    }
    case 'signed-in':
      return 'signed in';
    case 'submitted':
      return `dropped${on}`;
    case 'token-created':
      return `made${on}`;
    case 'token-revoked':
      return `revoked${on}`;
    case 'queue-changed':
      return `changed a queue:${on}`;
    default:
      return `${event}${on}`;
  }
}

const isProvider = (target: string | undefined) => target?.startsWith('provider ') ?? false;
