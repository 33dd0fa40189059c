import { isTimeZone } from '@nightpass/core';
import { z } from 'zod';
import { boardSchema } from './board-schema.ts';
import { notifySchema } from './notify-schema.ts';

/**
 * Each kind of provider with the schema of its whole entry: strict, and with the keys that every provider has
 * (`z.strictObject({ ...baseProviderConfig.shape, … })`). The registry of packages/providers is one.
 */
export type ProviderKinds = Record<string, { configSchema: z.ZodType }>;

/** Provider names become queue names and folders of the inbox. */
const providerName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,30}$/, 'a provider is named with a-z, 0-9 and -, beginning with a letter, 31 at most');

/** All of nightpass.yaml but the entries of `providers`, which their kinds check. */
export const fileSchema = z.strictObject({
  providers: z.record(providerName, z.unknown()).default({}),
  defaultProvider: z.string().optional().describe('Runs what names no provider. The only one, where there is one.'),
  board: boardSchema.prefault({}),
  launchRunway: z
    .number()
    .int()
    .min(1)
    .max(1_000_000)
    .default(10_000)
    .describe('Jobs kept ready in the launch queue of a provider.'),
  inbox: z
    .strictObject({
      rescanSeconds: z.number().positive().max(3600).default(5).describe('Shares and bind mounts send no events.'),
      settleSeconds: z.number().min(0).max(3600).default(1).describe('A file is taken once unchanged for so long.'),
      maxFileMiB: z.number().positive().max(512).default(512),
      preflight: z
        .boolean()
        .default(false)
        .describe(
          'Asks the platforms of a file, before it is taken, whether they have its processes and take its inputs.',
        ),
    })
    .prefault({}),
  report: z
    .strictObject({
      auto: z
        .boolean()
        .default(true)
        .describe('When a batch ends, its report is written beside its results in the inbox.'),
      at: z
        .string()
        .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time such as 06:00')
        .default('06:00')
        .describe('At this hour, reports of batches that are not over are written as well.'),
      timeZone: z
        .string()
        .refine(isTimeZone, 'must be a time zone such as Europe/Paris')
        .optional()
        .describe("Of that hour, and of the times in reports; the machine's own unless given."),
    })
    .prefault({}),
  notify: notifySchema.optional().describe('Whom to tell of the night, and how.'),
});
export type FileConfig = z.infer<typeof fileSchema>;

export type JsonSchema = { [key: string]: unknown };

function jsonSchemaOf(schema: z.ZodType): JsonSchema {
  return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema;
}

function propertiesOf(schema: JsonSchema): JsonSchema {
  const parts = ['allOf', 'anyOf', 'oneOf'].flatMap((key) => (schema[key] as JsonSchema[] | undefined) ?? []);
  return Object.assign({}, ...parts.map(propertiesOf), schema.properties);
}

/** For editors: the schema of nightpass.yaml with every kind of provider. Write it to a file that is shipped. */
export function configJsonSchema(kinds: ProviderKinds): JsonSchema {
  const { $schema, ...file } = jsonSchemaOf(fileSchema);
  const properties = { ...(file.properties as JsonSchema) };
  properties.providers = {
    type: 'object',
    minProperties: 1,
    propertyNames: { pattern: '^[a-z][a-z0-9-]{0,30}$' },
    additionalProperties: {
      oneOf: Object.entries(kinds).map(([kind, { configSchema }]) => entrySchema(kind, configSchema)),
    },
  };
  return { $schema, title: 'Nightpass configuration (nightpass.yaml)', ...file, properties };
}

/** The schema of one provider's entry of this kind. */
function entrySchema(kind: string, configSchema: z.ZodType): JsonSchema {
  const { $schema: _, ...entry } = jsonSchemaOf(configSchema);
  return { ...entry, properties: { ...(entry.properties as JsonSchema), kind: { const: kind } } };
}

/** The names that the schema knows at this place, for "did you mean". */
export function knownNames(schema: JsonSchema, path: readonly PropertyKey[]): string[] {
  let places: JsonSchema[] = [schema];
  for (const step of path) {
    places = places.flatMap(alternatives).flatMap((place) => {
      const inside = typeof step === 'number' ? place.items : place.additionalProperties;
      const next = (place.properties as JsonSchema | undefined)?.[String(step)] ?? inside;
      return typeof next === 'object' && next !== null ? [next as JsonSchema] : [];
    });
  }
  return [...new Set(places.flatMap((place) => Object.keys(propertiesOf(place))))];
}

function alternatives(schema: JsonSchema): JsonSchema[] {
  const parts = ['allOf', 'anyOf', 'oneOf'].flatMap((key) => (schema[key] as JsonSchema[] | undefined) ?? []);
  return [schema, ...parts.flatMap(alternatives)];
}
