import type { Call, CallFailure, Catalogue, ProcessDescription, Task } from '@nightpass/core';
import { z } from 'zod';
import { noSlot } from '../auth/authorized-client.ts';
import { reasonLine } from '../http/text-excerpt.ts';
import { type Client, firstFree } from './client.ts';
import type { Reading } from './discovery.ts';
import { failed } from './failures.ts';
import { processGraphOf } from './payload.ts';
import { linksReply, nextIn } from './replies.ts';

const text = z.string().optional().catch(undefined);
const said = (value: string | undefined) => (value === undefined ? undefined : reasonLine(value) || undefined);

const parameter = z.object({
  name: z.string(),
  description: text,
  optional: z.boolean().catch(false),
  schema: z.unknown(),
});
const process = z.object({
  id: z.string(),
  summary: text,
  description: text,
  version: text,
  parameters: z.array(parameter.nullable().catch(null)).catch([]),
});
const processesReply = z.object({ processes: z.array(process.nullable().catch(null)), links: linksReply });
const validationReply = z.object({ errors: z.array(z.object({ code: text, message: text })) });

const mostPages = 200;

type Page = { kind: 'page'; processes: ProcessDescription[]; next: string | undefined };

/** The processes that a back-end has ready. It describes none by itself: each is read out of the list. */
export function createCatalogue(client: Client): Catalogue {
  return {
    list: (page, call) => readPage(client, page, firstFree(call)),

    async describe(processId, call) {
      const reading = firstFree(call);
      const all = await readAll(client, reading, (page) => page.processes.some((one) => one.id === processId));
      if (all.kind !== 'all') return all;
      const found = all.processes.find((one) => one.id === processId);
      if (found) return { kind: 'described', process: found };
      return { kind: 'missing', reason: 'the back-end lists no such process' };
    },

    check: (task, call) => check(client, task, call),
  };
}

/** By the back-end itself where it offers that; otherwise by the processes that it lists. */
async function check(client: Client, task: Task, call: Call): ReturnType<Catalogue['check']> {
  const reading = firstFree(call);
  const api = await client.api(reading);
  if ('rule' in api) return api;
  const process_graph = processGraphOf(task);
  if (api.offers('POST', '/validation') === false) return checkByList(client, task, reading);
  if (!(await reading.turn())) return noSlot;
  const exchange = await client.send(
    api,
    {
      method: 'POST',
      path: '/validation',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ process_graph }),
    },
    reading.signal,
    reading.turn,
  );
  const failure = failed(exchange);
  if (failure.rule === 'not-offered') return checkByList(client, task, reading);
  const parsed =
    exchange.kind === 'answer' && exchange.status === 200 ? validationReply.safeParse(exchange.json) : undefined;
  if (!parsed?.success) return failure;
  return judged(
    task,
    parsed.data.errors.map(({ code, message }) => [code, message].filter(Boolean).join(': ')),
  );
}

async function checkByList(client: Client, task: Task, reading: Reading): ReturnType<Catalogue['check']> {
  const all = await readAll(client, reading, () => false);
  if (all.kind !== 'all') return all;
  const known = new Set(all.processes.map((one) => one.id));
  const nodes = Object.values(processGraphOf(task));
  // One with a namespace is not among those that are ready.
  const used = nodes.flatMap((node) => {
    const named = z.object({ process_id: z.string(), namespace: z.string().nullish() }).safeParse(node);
    return named.success && !named.data.namespace ? [named.data.process_id] : [];
  });
  const unknown = [...new Set(used)].filter((id) => !known.has(id));
  return judged(
    task,
    unknown.map((id) => `the back-end lists no process ${id}`),
  );
}

/** By path in the process as the batch file writes it: an error names no place in the graph. */
function judged(task: Task, problems: readonly string[]): Awaited<ReturnType<Catalogue['check']>> {
  if (problems.length === 0) return { kind: 'fits' };
  const path = task.process.processGraph ? 'process_graph' : 'inputs';
  return { kind: 'unfit', problems: problems.map((problem) => ({ path, problem: reasonLine(problem) })) };
}

async function readAll(
  client: Client,
  reading: Reading,
  isEnough: (page: Page) => boolean,
): Promise<{ kind: 'all'; processes: ProcessDescription[] } | CallFailure> {
  const processes: ProcessDescription[] = [];
  let next: string | undefined;
  for (let pages = 0; pages < mostPages; pages++) {
    const page = await readPage(client, next, reading);
    if (page.kind !== 'page') return page;
    processes.push(...page.processes);
    next = page.next;
    if (next === undefined || isEnough(page)) return { kind: 'all', processes };
  }
  return { kind: 'ambiguous', rule: 'list-unsure', reason: `the list of processes has more than ${mostPages} pages` };
}

/** @param page the query of the link that led to it */
async function readPage(client: Client, page: string | undefined, reading: Reading): Promise<Page | CallFailure> {
  const exchange = await client.get(page === undefined ? '/processes' : `/processes?${page}`, reading);
  const parsed =
    exchange.kind === 'answer' && exchange.status === 200 ? processesReply.safeParse(exchange.json) : undefined;
  if (!parsed?.success) return failed(exchange);
  const next = nextIn(parsed.data.links)?.split('?')[1];
  return {
    kind: 'page',
    processes: parsed.data.processes.filter((one) => one !== null).map(described),
    next: next === undefined ? undefined : new URLSearchParams(next).toString(),
  };
}

function described(one: z.infer<typeof process>): ProcessDescription {
  return {
    id: one.id,
    title: said(one.summary),
    description: said(one.description),
    version: said(one.version),
    inputs: one.parameters
      .filter((parameter) => parameter !== null)
      .map(({ name, optional, schema, description }) => ({
        name,
        required: !optional,
        type: typeOf(schema),
        description: said(description),
      })),
  };
}

/** The types of a JSON schema, or of the several that a parameter may have. */
function typeOf(schema: unknown): string | undefined {
  const one = z.object({
    subtype: text,
    type: z
      .union([z.string(), z.array(z.string())])
      .optional()
      .catch(undefined),
  });
  const schemas = Array.isArray(schema) ? schema : [schema];
  const types = schemas.flatMap((each) => {
    const parsed = one.safeParse(each);
    return parsed.success ? [parsed.data.subtype ?? parsed.data.type ?? []].flat() : [];
  });
  return types.length === 0 ? undefined : reasonLine([...new Set(types)].join(' | '));
}
