import { z } from 'zod';
import { isRecord } from '../fingerprint.ts';

const input = z.strictObject({
  title: z.string().optional(),
  description: z.string().optional(),
  schema: z.record(z.string(), z.json()).default({ type: 'string' }),
  minOccurs: z.number().int().min(0).default(1),
  maxOccurs: z.union([z.number().int().min(1), z.literal('unbounded')]).default(1),
});

/** A process as it is declared. */
export const simulatedProcess = z.strictObject({
  id: z.string().min(1),
  title: z.string().default('Simulated process'),
  description: z.string().default('It computes nothing.'),
  version: z.string().default('1.0.0'),
  jobControlOptions: z
    .array(z.enum(['sync-execute', 'async-execute', 'dismiss']))
    .default(['sync-execute', 'async-execute', 'dismiss']),
  inputs: z.record(z.string(), input).default({}),
});
export type SimulatedProcess = z.output<typeof simulatedProcess>;

export function summaryOf({ id, title, description, version, jobControlOptions }: SimulatedProcess, href: string) {
  const links = [
    { href, rel: 'self', type: 'application/json' },
    { href: `${href}/execution`, rel: 'http://www.opengis.net/def/rel/ogc/1.0/execute' },
  ];
  return { id, title, description, version, jobControlOptions, outputTransmission: ['value', 'reference'], links };
}

export function descriptionOf(process: SimulatedProcess, href: string) {
  const outputs = {
    image: { title: 'An image', schema: { type: 'string', contentMediaType: 'image/tiff' } },
    count: { title: 'How many were found', schema: { type: 'integer' } },
  };
  return { ...summaryOf(process, href), inputs: process.inputs, outputs };
}

/** What is wrong with the body of a launch; the values of inputs are not looked at. */
export function launchFault(body: unknown, process: SimulatedProcess | undefined): string | undefined {
  if (!isRecord(body)) return 'the body is not a JSON object';
  if (body.inputs !== undefined && !isRecord(body.inputs)) return 'inputs is not an object';
  if (body.response !== undefined && body.response !== 'document' && body.response !== 'raw') {
    return 'response is neither "document" nor "raw"';
  }
  const missing = missingInputs(body, process);
  return missing.length === 0 ? undefined : `missing inputs: ${missing.join(', ')}`;
}

function missingInputs(body: Record<string, unknown>, process: SimulatedProcess | undefined): string[] {
  const given = isRecord(body.inputs) ? body.inputs : {};
  return Object.entries(process?.inputs ?? {}).flatMap(([name, { minOccurs }]) =>
    minOccurs > 0 && !(name in given) ? [name] : [],
  );
}
