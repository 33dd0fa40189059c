import { z } from 'zod';
import { type AirbusPlaygroundBehaviour, airbusPlaygroundBehaviour } from './airbus-playground/behaviour.ts';
import { faultScript } from './fault-script.ts';

export const simulatorKinds = ['airbus-playground'] as const;
export type SimulatorKind = (typeof simulatorKinds)[number];

/** As it is written: all of it may be left out. */
export type Behaviour = z.input<typeof airbusPlaygroundBehaviour>;

/** The file of `nightpass simulate --faults FILE`. */
export const simulatorScript = z.strictObject({
  behaviour: airbusPlaygroundBehaviour.optional(),
  faults: faultScript.optional(),
});
export type SimulatorScript = z.input<typeof simulatorScript>;

/** @throws Error naming every bad place. */
export function readBehaviour(behaviour: unknown): AirbusPlaygroundBehaviour {
  const result = airbusPlaygroundBehaviour.safeParse(behaviour);
  if (!result.success) throw new Error(`bad behaviour:\n${z.prettifyError(result.error)}`);
  return result.data;
}

/**
 * Reads the text of a script file.
 * @throws Error saying that it is no JSON, or naming every bad place.
 */
export function readSimulatorScript(text: string): SimulatorScript {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Error(`the script is no JSON: ${(error as Error).message}`);
  }
  const result = simulatorScript.safeParse(value);
  if (!result.success) throw new Error(`bad simulator script:\n${z.prettifyError(result.error)}`);
  return result.data;
}
