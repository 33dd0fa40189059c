import type { ProcessDescription, ProcessInput, ProcessSummary } from '@nightpass/core';
import { z } from 'zod';
import { reasonLine } from '../http/text-excerpt.ts';
import { text } from './replies.ts';

/** What a process says of itself. */

const schema = z.record(z.string(), z.unknown());
export type InputSchema = z.infer<typeof schema>;

const inputReply = z.object({
  id: text,
  title: text,
  description: text,
  minOccurs: z.coerce.number().optional().catch(undefined),
  maxOccurs: z
    .union([z.coerce.number(), z.literal('unbounded')])
    .optional()
    .catch(undefined),
  schema: schema.optional().catch(undefined),
});
type InputReply = z.infer<typeof inputReply>;

const summaryReply = z.object({
  id: z.string().min(1),
  title: text,
  description: text,
  version: z.coerce.string().optional().catch(undefined),
  jobControlOptions: z.array(z.string()).optional().catch(undefined),
});

const processReply = summaryReply.extend({
  inputs: z
    .union([z.record(z.string(), inputReply), z.array(inputReply)])
    .optional()
    .catch(undefined),
});
export type ProcessReply = z.infer<typeof processReply>;

const listReply = z.object({ processes: z.array(z.unknown()) });

/** Undefined where the answer is no description. */
export function readProcess(json: unknown): ProcessReply | undefined {
  const parsed = processReply.safeParse(json);
  return parsed.success ? parsed.data : undefined;
}

/** Undefined where the answer is no list. A row that cannot be read is left out. */
export function readProcesses(json: unknown): ProcessSummary[] | undefined {
  const parsed = listReply.safeParse(json);
  if (!parsed.success) return undefined;
  return parsed.data.processes.flatMap((each) => {
    const summary = summaryReply.safeParse(each);
    return summary.success ? [summaryOf(summary.data)] : [];
  });
}

function summaryOf({ id, title, description, version }: z.infer<typeof summaryReply>): ProcessSummary {
  return { id, title: line(title), description: line(description), version: line(version) };
}

const line = (words: string | undefined) => (words === undefined ? undefined : reasonLine(words));

/** Undefined where the description does not tell them. */
export function inputsOf({ inputs }: ProcessReply): Map<string, InputReply> | undefined {
  if (inputs === undefined) return undefined;
  if (!Array.isArray(inputs)) return new Map(Object.entries(inputs));
  return new Map(inputs.flatMap((input) => (input.id === undefined ? [] : [[input.id, input] as const])));
}

/** The standard has one of each unless `minOccurs` says otherwise; what has a default may be left out. */
export function isRequired({ minOccurs = 1, schema: its }: InputReply): boolean {
  return minOccurs > 0 && its?.default === undefined;
}

export function mayRepeat({ maxOccurs = 1 }: InputReply): boolean {
  return maxOccurs === 'unbounded' || maxOccurs > 1;
}

export function describedAs(process: ProcessReply): ProcessDescription {
  const inputs = [...(inputsOf(process) ?? [])].map(
    ([name, input]): ProcessInput => ({
      name,
      required: isRequired(input),
      type: line(typeWords(input.schema)),
      description: line(input.description ?? input.title),
    }),
  );
  return { ...summaryOf(process), inputs };
}

const words = z.object({
  type: z
    .union([z.string(), z.array(z.string()).transform((all) => all.join(' or '))])
    .optional()
    .catch(undefined),
  enum: z.array(z.unknown()).optional().catch(undefined),
  contentMediaType: text,
  format: text,
  oneOf: z.array(z.unknown()).optional().catch(undefined),
  anyOf: z.array(z.unknown()).optional().catch(undefined),
  $ref: text,
});

function typeWords(its: unknown): string | undefined {
  const parsed = words.safeParse(its);
  if (!parsed.success) return undefined;
  const { enum: values, oneOf, anyOf, type, contentMediaType, format, $ref } = parsed.data;
  if (values) return values.map((value) => JSON.stringify(value)).join(', ');
  const choices = (oneOf ?? anyOf ?? []).flatMap((choice) => typeWords(choice) ?? []);
  if (choices.length > 0) return [...new Set(choices)].join(' or ');
  return contentMediaType ?? format ?? type ?? $ref;
}
