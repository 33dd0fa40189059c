import type { Call, Catalogue } from '@nightpass/core';
import type { AuthorizedExchange } from '../auth/authorized-client.ts';
import { refused } from '../http/failure-table.ts';
import type { Base } from '../http/paths.ts';
import { nextPage, processesPath, processPath } from './address.ts';
import { problemsOf } from './check.ts';
import { describedAs, type ProcessReply, readProcess, readProcesses } from './description.ts';
import { failureOf, said } from './failures.ts';
import { linkTo } from './replies.ts';

type Get = (path: string, call: Call) => Promise<AuthorizedExchange>;
type Read =
  | { kind: 'read'; process: ProcessReply }
  | { kind: 'missing'; reason: string }
  | ReturnType<typeof failureOf>;

/** `GET /processes/{processId}`. */
export async function readDescription(get: Get, base: Base, processId: string, call: Call): Promise<Read> {
  const path = processPath(base, processId);
  if (path === undefined) return refused('process-id-unusable', 'the process id can stand in no path');
  const exchange = await get(path, call);
  if (exchange.kind === 'answer' && (exchange.status === 404 || exchange.status === 410)) {
    return { kind: 'missing', reason: [`HTTP ${exchange.status}`, said(exchange)].filter(Boolean).join(': ') };
  }
  const process = exchange.kind === 'answer' && exchange.status === 200 ? readProcess(exchange.json) : undefined;
  return process ? { kind: 'read', process } : failureOf(exchange);
}

export function createCatalogue(get: Get, base: Base): Catalogue {
  return {
    async list(page, call) {
      const path = page === undefined ? `${processesPath(base)}?limit=100` : nextPage(base, page, processesPath(base));
      if (path === undefined) return refused('page-refused', 'this is no page of the list of processes');
      const exchange = await get(path, call);
      const processes =
        exchange.kind === 'answer' && exchange.status === 200 ? readProcesses(exchange.json) : undefined;
      if (exchange.kind !== 'answer' || !processes) return failureOf(exchange);
      const link = linkTo(exchange, ['next']);
      const next = link === undefined || processes.length === 0 ? undefined : nextPage(base, link, path);
      return { kind: 'page', processes, next: next === path ? undefined : next };
    },

    async describe(processId, call) {
      const answer = await readDescription(get, base, processId, call);
      return answer.kind === 'read' ? { kind: 'described', process: describedAs(answer.process) } : answer;
    },

    async check(task, call) {
      const answer = await readDescription(get, base, task.process.id, call);
      if (answer.kind === 'missing') {
        return {
          kind: 'unfit',
          problems: [{ path: 'id', problem: `the server has no such process: ${answer.reason}` }],
        };
      }
      if (answer.kind !== 'read') return answer;
      const problems = problemsOf(task, answer.process);
      return problems.length === 0 ? { kind: 'fits' } : { kind: 'unfit', problems };
    },
  };
}
