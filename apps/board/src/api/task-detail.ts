import { actionsFor, explainTask, gridIndex, launchKeyOf, ledgerNow, movedAtMs, type Why } from '@nightpass/engine';
import { logsUnderJob } from '@nightpass/providers';
import type { z } from 'zod';
import type { ProviderSettings } from '../config.ts';
import { Refused } from '../pages/trouble.ts';
import type { Api, ApiParts } from './api-parts.ts';
import { taskDetail, taskParams } from './schemas/tasks.ts';
import { rowOf } from './task-rows.ts';

type Detail = z.input<typeof taskDetail>;

export function taskDetailRoute(app: Api, parts: ApiParts): void {
  const { ledger, settings } = parts;
  const schema = {
    tags: ['look'],
    summary: 'One task: why it waits, its history, attempt by attempt',
    params: taskParams,
    response: { 200: taskDetail },
  };
  app.get('/tasks/:id', { schema }, async ({ params }) => {
    const why = await explainTask(ledger, params.id, (provider) => settings.providers.get(provider)?.limits);
    if (!why) throw new Refused(404, 'the ledger has no such task');
    const [moved] = await movedAtMs(ledger, why.batch.id, [gridIndex(why.task, why.batch)]);
    const provider = settings.providers.get(why.provider);
    return detailOf(why, { provider, movedAtMs: moved, nowMs: await ledgerNow(ledger) });
  });
}

const mostLetters = 20_000;

function detailOf(
  why: Why,
  also: { provider: ProviderSettings | undefined; movedAtMs: number | undefined; nowMs: number },
): Detail {
  const { task, content, batch } = why;
  const { provider, nowMs } = also;
  const remote = remoteLink(task.job?.address, provider?.origin);
  const logs = provider && logsUnderJob(provider.kind);
  return {
    nowMs,
    task: rowOf(task, content, { batch, movedAtMs: also.movedAtMs }, mostLetters),
    batch: { id: batch.id, name: batch.name, file: batch.file },
    why: { answer: why.answer, sinceMs: why.sinceMs, untilMs: why.untilMs, holds: why.holds },
    history: task.history,
    attempts: attemptsOf(task.id, task.history),
    looks: {
      count: task.looks,
      lastAtMs: task.lookedAtMs,
      failedInARow: task.failedLooks,
      missingInARow: task.missingLooks,
      emptySearches: task.emptyReads,
    },
    cancel: task.cancel && { reason: task.cancel.reason, tries: task.cancel.tries },
    links: {
      remote,
      logs: remote !== undefined && logs !== undefined ? remote + logs : undefined,
      // Addresses of results may carry signatures, which open them: those stay with us.
      results: (task.results ?? []).map(({ name, type, sizeBytes }) => ({ name, type, sizeBytes })),
      resultsCut: task.resultsCut,
    },
    payload: { process: { ...content.process }, zone: { ...content.zone } },
    may: actionsFor(task.phase),
  };
}

/** Of what the platform gave, only the path, on the configured origin. */
function remoteLink(address: string | undefined, origin: string | undefined): string | undefined {
  if (!address || !origin || !URL.canParse(address, origin)) return undefined;
  const { pathname } = new URL(address, origin);
  return origin + pathname;
}

/** The history, cut where each launch begins. What is before the oldest that is kept belongs to none. */
export function attemptsOf(id: string, history: readonly { atMs: number; text: string }[]): Detail['attempts'] {
  const attempts: Detail['attempts'] = [];
  for (const entry of history) {
    const [, number] = /^launching: attempt (\d+)/.exec(entry.text) ?? [];
    if (number) {
      const launchKey = launchKeyOf({ id }, Number(number));
      attempts.push({ number: Number(number), launchKey, intendedAtMs: entry.atMs, entries: [] });
    }
    attempts.at(-1)?.entries.push(entry);
  }
  return attempts;
}
