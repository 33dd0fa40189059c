import {
  type Action,
  beginAction,
  type Choice,
  chooseTasks,
  NotPossible,
  readAction,
  readAudit,
  readOpenActions,
  stopAction,
  targetWords,
  type Wanted,
} from '@nightpass/engine';
import { z } from 'zod';
import { Refused } from '../pages/trouble.ts';
import { many } from '../pages/words.ts';
import type { Api, ApiParts } from './api-parts.ts';
import { fromCursor, toCursor } from './cursor.ts';
import { Conflict } from './problem.ts';
import {
  action,
  actionBody,
  actionParams,
  auditEntry,
  auditPage,
  auditQuery,
  openActionList,
  preview,
  previewBody,
  stopBody,
} from './schemas/actions.ts';

/** What people do: preview, begin, follow; and the log of it all. */

const operator = { role: 'operator' } as const;

export function actionRoutes(app: Api, parts: ApiParts): void {
  const { ledger, runner, settings } = parts;
  const tags = ['act'];

  app.post(
    '/actions/preview',
    {
      config: operator,
      schema: {
        tags,
        summary: 'What an action would do, counted exactly; nothing is changed',
        description: 'The tasks are kept as chosen for 15 minutes: the action touches those, and no other.',
        body: previewBody,
        response: { 200: preview },
      },
    },
    async (request) => {
      const wanted: Wanted = request.body;
      requireProvider(wanted, settings.providers);
      const choice = await chooseTasks(ledger, wanted, whoOf(request));
      const { id, matched, tasks, phases, untouched, providers, batches, expiresAtMs } = choice;
      return {
        preview: id,
        expiresAtMs,
        action: wanted.action,
        tasks,
        matched,
        phases,
        untouched,
        providers,
        batches,
        says: saysOf(wanted, choice),
      };
    },
  );

  app.post(
    '/actions',
    {
      config: operator,
      schema: {
        tags,
        summary: 'Begin what was previewed',
        description: 'Sent twice with one preview, it is begun once; the second answer tells of the same action.',
        body: actionBody,
        response: { 202: action },
      },
    },
    async (request, reply) => {
      const { preview: id, why, ...wanted } = request.body;
      const who = whoOf(request);
      const begun = /^[0-9a-f]{32}$/.test(id)
        ? await beginAction(ledger, id, { wanted, who, role: request.who?.role ?? '', why })
        : 'gone';
      if (begun === 'gone') throw new Conflict('this preview is not known any more: preview it again');
      if (begun === 'other') throw new Conflict('this is not what was previewed, or somebody else previewed it');
      if (begun === 'begun') parts.log.info({ action: wanted.action, id, who, why }, 'action begun');
      runner.kick();
      const its = await readAction(ledger, id);
      if (!its) throw new Conflict('this action is not known any more');
      return reply.status(202).header('location', `/api/v1/actions/${id}`).send(actionOf(its));
    },
  );

  app.get(
    '/actions',
    { schema: { tags, summary: 'What is under way, oldest first', response: { 200: openActionList } } },
    async () => ({ items: (await readOpenActions(ledger)).map(actionOf) }),
  );

  app.post(
    '/actions/:id/stop',
    {
      config: operator,
      schema: {
        tags,
        summary: 'End an action before its time',
        description: 'What it has done stays done, and what is left is left as it is. 409 where it has ended already.',
        params: actionParams,
        body: stopBody,
        response: { 200: action },
      },
    },
    async (request) => {
      const { id } = request.params;
      const its = await readAction(ledger, id);
      if (!its || its.state === 'previewed') throw new Refused(404, 'there is no such action');
      const { why } = request.body;
      const who = whoOf(request);
      if (!(await stopAction(ledger, id, { who, role: request.who?.role ?? '', why }))) {
        throw new Conflict('this action is over already');
      }
      parts.log.info({ action: its.action, id, who, why }, 'action stopped');
      return actionOf((await readAction(ledger, id)) ?? its);
    },
  );

  app.get(
    '/actions/:id',
    { schema: { tags, summary: 'How far an action is', params: actionParams, response: { 200: action } } },
    async ({ params }) => {
      const its = await readAction(ledger, params.id);
      if (!its || its.state === 'previewed') throw new Refused(404, 'there is no such action');
      return actionOf(its);
    },
  );

  app.get(
    '/audit',
    {
      schema: { tags, summary: 'What people did, newest first', querystring: auditQuery, response: { 200: auditPage } },
    },
    async ({ query }) => {
      const before = fromCursor(query.cursor, z.string().regex(/^\d+-\d+$/));
      const { entries, total } = await readAudit(ledger, { before, limit: query.limit });
      const last = entries.at(-1);
      const more = entries.length === query.limit && last !== undefined;
      return { items: entries.map(entryOf), total, ...(more && { next: toCursor(last.id) }) };
    },
  );
}

/** As it stands in the audit log; a token acts in its own name. */
export const whoOf = (request: { who: { name: string } | undefined }) => request.who?.name ?? 'nobody';

function requireProvider({ target }: Wanted, known: ReadonlyMap<string, unknown>): void {
  if (target.kind === 'provider' && !known.has(target.provider)) {
    throw new NotPossible(`no provider ${target.provider}; configured: ${[...known.keys()].join(', ')}`);
  }
}

const verbs: Record<Wanted['action'], string> = {
  redrive: 'launches again',
  cancel: 'cancels',
  park: 'parks',
  priority: 'moves in the queue',
  pause: 'pauses',
  resume: 'resumes',
};

function saysOf({ action: kind, target, perMinute }: Wanted, { tasks, matched }: Choice): string {
  if (target.kind === 'provider') return `This ${verbs[kind]} ${target.provider}.`;
  const left = matched - tasks;
  const rest = left > 0 ? ` ${many(left, 'other task is', 'other tasks are')} not touched.` : '';
  const pace = perMinute === undefined ? '' : `, at most ${perMinute} a minute`;
  return `This ${verbs[kind]} ${many(tasks, 'task')} of ${targetWords(target)}${pace}.${rest}`;
}

export function actionOf(it: Action): z.input<typeof action> {
  return {
    id: it.id,
    action: it.action,
    target: structuredClone(it.target) as z.input<typeof action>['target'],
    words: targetWords(it.target),
    priority: it.priority,
    perMinute: it.perMinute,
    who: it.who,
    why: it.why,
    state: it.state === 'previewed' ? 'running' : it.state,
    tasks: it.tasks,
    looked: it.looked,
    changed: it.changed,
    skipped: it.looked - it.changed,
    begunAtMs: it.begunAtMs ?? it.previewedAtMs,
    endedAtMs: it.endedAtMs,
    error: it.error,
  };
}

const number = (text: string | undefined) => (text === undefined ? undefined : Number(text));

function entryOf({ id, atMs, fields }: { id: string; atMs: number; fields: Record<string, string> }) {
  const event = auditEntry.shape.event.safeParse(fields.event);
  return {
    id,
    atMs,
    event: event.success ? event.data : ('other' as const),
    who: fields.who ?? '',
    role: fields.role,
    action: fields.action,
    actionId: fields.actionId,
    target: fields.target,
    why: fields.why || undefined,
    tasks: number(fields.tasks),
    changed: number(fields.changed),
    skipped: number(fields.skipped),
    outcome: fields.outcome,
  };
}
