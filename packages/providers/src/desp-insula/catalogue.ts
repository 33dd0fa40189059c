import type { CallFailure, Catalogue, ProcessDescription, ProcessSummary, Task } from '@nightpass/core';
import { z } from 'zod';
import { refused } from '../http/failure-table.ts';
import { pathSegment } from '../http/paths.ts';
import { goneReason } from './answers.ts';
import type { Client } from './client.ts';
import { textInputs } from './payload.ts';
import { readPage } from './replies.ts';

const pageSize = 50;
/** Inputs that every service takes, though none describes them. */
const general = ['collection', 'geoServerSpec'];

const text = z.string().optional().catch(undefined);
const count = z.int().nonnegative().optional().catch(undefined);
const input = z.object({
  id: z.string(),
  title: text,
  description: text,
  minOccurs: count,
  maxOccurs: count,
  data: text,
  defaultAttrs: z.object({ dataType: text }).optional().catch(undefined),
});
const service = z.object({
  id: z.union([z.string(), z.int()]).transform(String),
  name: text,
  description: text,
  status: text,
  dockerTag: text,
  serviceDescriptor: z
    .object({
      version: text,
      dataInputs: z.array(input).optional().catch(undefined),
      parallelInputsKey: text,
    })
    .optional()
    .catch(undefined),
});
type ServiceReply = z.infer<typeof service>;

function readService(json: unknown): ServiceReply | undefined {
  const parsed = service.safeParse(json);
  return parsed.success ? parsed.data : undefined;
}

/** The services of the account, and whether they would take a task. */
export function createCatalogue(client: Client): Catalogue {
  async function read(
    processId: string,
    call: Parameters<Catalogue['describe']>[1],
  ): Promise<{ kind: 'read'; service: ServiceReply } | { kind: 'missing'; reason: string } | CallFailure> {
    const segment = pathSegment(processId);
    if (segment === undefined) return refused('service-id-unusable', 'the id of the service can stand in no path');
    const exchange = await client.get(`/services/${segment}?projection=detailedPlatformService`, call);
    if (exchange.kind === 'answer' && exchange.status === 404) return { kind: 'missing', reason: goneReason(exchange) };
    const found = exchange.kind === 'answer' && exchange.status === 200 ? readService(exchange.json) : undefined;
    return found ? { kind: 'read', service: found } : client.failed(exchange);
  }

  return {
    async list(page, call) {
      const number = /^\d{1,6}$/.test(page ?? '') ? Number(page) : 0;
      const exchange = await client.get(`/services?page=${number}&size=${pageSize}`, call);
      const rows =
        exchange.kind === 'answer' && exchange.status === 200 ? readPage(exchange.json, readService) : undefined;
      if (!rows) return client.failed(exchange);
      const isLast = rows.items.length === 0 || (rows.totalPages !== undefined && number >= rows.totalPages - 1);
      return { kind: 'page', processes: rows.items.map(summaryOf), next: isLast ? undefined : String(number + 1) };
    },

    async describe(processId, call) {
      const found = await read(processId, call);
      return found.kind === 'read' ? { kind: 'described', process: descriptionOf(found.service) } : found;
    },

    async check(task, call) {
      const found = await read(task.process.id, call);
      if (found.kind === 'missing') {
        return { kind: 'unfit', problems: [{ path: 'id', problem: `there is no service ${task.process.id}` }] };
      }
      if (found.kind !== 'read') return found;
      const problems = problemsOf(found.service, task);
      return problems.length === 0 ? { kind: 'fits' } : { kind: 'unfit', problems };
    },
  };
}

function summaryOf({ id, name, description, serviceDescriptor }: ServiceReply): ProcessSummary {
  return { id, title: name, description, version: serviceDescriptor?.version };
}

function descriptionOf(found: ServiceReply): ProcessDescription {
  const inputs = (found.serviceDescriptor?.dataInputs ?? []).map((one) => ({
    name: one.id,
    required: (one.minOccurs ?? 0) > 0,
    type: one.defaultAttrs?.dataType ?? one.data,
    description: one.description ?? one.title,
  }));
  return { ...summaryOf(found), inputs };
}

function problemsOf({ status, serviceDescriptor }: ServiceReply, task: Task): { path: string; problem: string }[] {
  const problems: { path: string; problem: string }[] = [];
  if (status?.toUpperCase() === 'DISABLED') problems.push({ path: 'id', problem: 'the service is disabled' });
  const described = serviceDescriptor?.dataInputs;
  if (!described) return problems;
  const given = textInputs(task);
  for (const { id, minOccurs = 0, maxOccurs = 0 } of described) {
    const values = given[id]?.length ?? 0;
    const path = `inputs.${id}`;
    if (values < minOccurs) problems.push({ path, problem: `needs at least ${minOccurs}, and is given ${values}` });
    if (maxOccurs > 0 && values > maxOccurs && id !== serviceDescriptor?.parallelInputsKey) {
      problems.push({ path, problem: `takes at most ${maxOccurs}, and is given ${values}` });
    }
  }
  const known = new Set([...general, serviceDescriptor?.parallelInputsKey, ...described.map(({ id }) => id)]);
  for (const name of Object.keys(given)) {
    if (!known.has(name)) problems.push({ path: `inputs.${name}`, problem: 'the service knows no such input' });
  }
  return problems;
}
