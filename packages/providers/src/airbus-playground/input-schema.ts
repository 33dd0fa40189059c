import { z } from 'zod';
import { reasonLine } from '../http/text-excerpt.ts';

/**
 * The JSON Schema that a process shows of its input. Only what can be judged without doubt is looked at: required keys,
 * types, sets of values, and alternatives of required keys. Patterns are not: they are the platform's, and may never end.
 */
export interface InputSchema {
  required: string[];
  properties: Record<string, InputSchema>;
  /** Those of its words that JSON Schema has; empty: any. */
  types: string[];
  /** Undefined: any. */
  values: unknown[] | undefined;
  description: string | undefined;
  /** Exactly one of these sets of keys must be there. */
  oneOf: string[][];
  /** At least one. */
  anyOf: string[][];
}

const deepest = 4;
const mostKeys = 200;

const typeNames = ['string', 'number', 'integer', 'boolean', 'object', 'array', 'null'];
const names = z.array(z.string()).max(mostKeys).catch([]);
const alternatives = z
  .array(z.object({ required: z.array(z.string()).min(1).max(mostKeys) }))
  .max(mostKeys)
  .transform((all) => all.map(({ required }) => required))
  .catch([]);

const shape = z.object({
  required: names.default([]),
  properties: z.record(z.string(), z.unknown()).catch({}).default({}),
  type: z
    .union([z.string().transform((one) => [one]), z.array(z.string())])
    .catch([])
    .default([]),
  enum: z.array(z.unknown()).min(1).max(mostKeys).optional().catch(undefined),
  description: z.string().optional().catch(undefined),
  oneOf: alternatives.default([]),
  anyOf: alternatives.default([]),
});

/** Undefined where it is no schema of an object. */
export function readInputSchema(json: unknown): InputSchema | undefined {
  const schema = read(json, 0);
  const says = schema && (schema.required.length > 0 || Object.keys(schema.properties).length > 0);
  return says ? schema : undefined;
}

function read(json: unknown, depth: number): InputSchema | undefined {
  const parsed = shape.safeParse(json);
  if (!parsed.success) return undefined;
  const { required, properties, type, enum: values, description, oneOf, anyOf } = parsed.data;
  const inner = depth < deepest ? Object.entries(properties).slice(0, mostKeys) : [];
  return {
    required,
    properties: Object.fromEntries(
      inner.flatMap(([name, value]) => {
        const property = read(value, depth + 1);
        return property ? [[name, property]] : [];
      }),
    ),
    types: type.every((word) => typeNames.includes(word)) ? type : [],
    values,
    description,
    oneOf,
    anyOf,
  };
}

/** For people: `string`, `string or null`, `one of "a", "b"`. */
export function typeWords({ types, values }: InputSchema): string | undefined {
  if (values) return reasonLine(`one of ${values.map((value) => JSON.stringify(value)).join(', ')}`);
  return types.length === 0 ? undefined : types.join(' or ');
}

/** What does not fit: by the path of keys in the value. */
export interface Misfit {
  path: string[];
  problem: string;
}

const own = (value: object, key: string): unknown => (Object.hasOwn(value, key) ? value[key as never] : undefined);

export function misfits(value: unknown, schema: InputSchema, path: string[] = []): Misfit[] {
  const { types, values } = schema;
  if (types.length > 0 && !types.some((type) => isOfType(value, type))) {
    return [{ path, problem: `must be of type ${types.join(' or ')}` }];
  }
  const scalar = typeof value !== 'object' || value === null;
  if (values && scalar && !values.includes(value)) return [{ path, problem: `must be ${typeWords(schema)}` }];
  if (scalar || Array.isArray(value)) return [];
  const missing = schema.required.filter((key) => own(value, key) === undefined);
  return [
    ...missing.map((key) => ({ path: [...path, key], problem: 'is required' })),
    ...chosenWrong(value, schema, path),
    ...Object.entries(schema.properties).flatMap(([key, property]) => {
      const inner = own(value, key);
      return inner === undefined ? [] : misfits(inner, property, [...path, key]);
    }),
  ];
}

function chosenWrong(value: object, { oneOf, anyOf }: InputSchema, path: string[]): Misfit[] {
  const chosen = (sets: string[][]) => sets.filter((keys) => keys.every((key) => own(value, key) !== undefined)).length;
  const told = (sets: string[][]) => sets.map((keys) => keys.join(' with ')).join(', ');
  const found: Misfit[] = [];
  if (oneOf.length > 0 && chosen(oneOf) !== 1)
    found.push({ path, problem: `exactly one of ${told(oneOf)} is required` });
  if (anyOf.length > 0 && chosen(anyOf) === 0) found.push({ path, problem: `one of ${told(anyOf)} is required` });
  return found;
}

function isOfType(value: unknown, type: string): boolean {
  if (type === 'array') return Array.isArray(value);
  if (type === 'null') return value === null;
  if (type === 'integer') return Number.isInteger(value);
  if (type === 'object') return typeof value === 'object' && value !== null && !Array.isArray(value);
  return typeof value === type;
}
