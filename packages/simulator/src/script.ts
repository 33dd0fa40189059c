import { z } from 'zod';
import { type FaultRule, faultScript } from './fault-script.ts';
import { type Behaviour, kinds, type SimulatorKind } from './kinds.ts';

/** The file of `nightpass simulate --kind KIND --faults FILE`. */
const simulatorScript = (kind: SimulatorKind) =>
  z.strictObject({ behaviour: kinds[kind].behaviour.optional(), faults: faultScript.optional() });

export interface SimulatorScript {
  behaviour?: Behaviour | undefined;
  faults?: FaultRule[] | undefined;
}

/**
 * Reads the text of a script file.
 * @throws Error saying that it is no JSON, or naming every bad place.
 */
export function readSimulatorScript(kind: SimulatorKind, text: string): SimulatorScript {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Error(`the script is no JSON: ${(error as Error).message}`);
  }
  const result = simulatorScript(kind).safeParse(value);
  if (!result.success) throw new Error(`bad simulator script:\n${z.prettifyError(result.error)}`);
  return result.data as SimulatorScript;
}
