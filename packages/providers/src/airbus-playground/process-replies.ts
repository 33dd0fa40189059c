import type { ProcessInput, ProcessSummary } from '@nightpass/core';
import { z } from 'zod';
import { pathSegment } from '../http/paths.ts';
import { reasonLine } from '../http/text-excerpt.ts';
import { type InputSchema, readInputSchema, typeWords } from './input-schema.ts';

/** What the platform says of its processes, as tolerant as can be. Texts are cut to one safe line each. */

const line = z
  .union([z.string(), z.number()])
  .transform((value) => reasonLine(String(value)) || undefined)
  .optional()
  .catch(undefined);
const count = z.coerce.number().int().nonnegative().optional().catch(undefined);

const processReply = z.object({
  id: z.union([z.string(), z.int()]).transform(String),
  title: line,
  name: line,
  description: line,
  version: line,
  input: z.unknown().optional(),
});

const processesReply = z.object({ processes: z.array(z.unknown()), total: count });

export interface DescribedProcess {
  summary: ProcessSummary;
  /** Undefined where it is not shown. */
  input: InputSchema | undefined;
}

/** Undefined where the answer describes no process that could be launched. */
export function readProcess(json: unknown): DescribedProcess | undefined {
  const parsed = processReply.safeParse(json);
  if (!parsed.success || pathSegment(parsed.data.id) === undefined) return undefined;
  const { id, title, name, description, version, input } = parsed.data;
  return { summary: { id, title: title ?? name, description, version }, input: readInputSchema(input) };
}

export interface ProcessPage {
  processes: ProcessSummary[];
  /** Rows, whatever they hold. */
  rows: number;
  /** Of all pages. */
  total: number | undefined;
}

export function readProcessPage(json: unknown): ProcessPage | undefined {
  const parsed = processesReply.safeParse(json);
  if (!parsed.success) return undefined;
  const { processes: rows, total } = parsed.data;
  const processes = rows.flatMap((row) => readProcess(row)?.summary ?? []);
  return { processes, rows: rows.length, total };
}

export function inputsOf(input: InputSchema | undefined): ProcessInput[] {
  const names = new Set([...Object.keys(input?.properties ?? {}), ...(input?.required ?? [])]);
  return [...names].map((name) => {
    const property = input?.properties[name];
    return {
      name,
      required: input?.required.includes(name) ?? false,
      type: property && typeWords(property),
      description: property?.description === undefined ? undefined : reasonLine(property.description) || undefined,
    };
  });
}
