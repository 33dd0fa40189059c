import { type Phase, phaseByte } from '@nightpass/core/phase';

/** Phases as people see them: a word, a sign and a colour, never the colour alone. Needs no browser. */

export type { Phase };

/** In this order everywhere: what has ended first, what waits last. */
export const phases = [
  'succeeded',
  'failed',
  'expired',
  'cancelled',
  'parked',
  'unconfirmed',
  'running',
  'launching',
  'queued',
] as const satisfies readonly Phase[];

export interface PhaseLook {
  says: string;
  /** A path in a box of 16 by 16, drawn with a stroke. */
  sign: string;
  /** What needs a look stands over what does not. */
  urgency: number;
}

const circle = 'M8 2.5a5.5 5.5 0 1 0 0 11a5.5 5.5 0 0 0 0-11z';

export const looks: Record<Phase, PhaseLook> = {
  succeeded: { says: 'ended well', sign: 'M3 8.5l3.5 3.5L13 5', urgency: 1 },
  queued: { says: 'waits for its launch', sign: circle, urgency: 2 },
  running: { says: 'runs on the platform', sign: 'M5 3.5l7 4.5-7 4.5z', urgency: 3 },
  launching: { says: 'is being sent', sign: 'M8 13V3M4 7l4-4 4 4', urgency: 4 },
  unconfirmed: {
    says: 'the answer was lost; the platform is being asked',
    sign: 'M5.5 6a2.5 2.5 0 1 1 3.7 2.2C8.4 8.7 8 9.2 8 10M8 13h.01',
    urgency: 5,
  },
  cancelled: { says: 'was cancelled', sign: 'M3.5 8h9', urgency: 6 },
  expired: { says: 'outlived its deadline', sign: `${circle}M8 5v3l2 1.5`, urgency: 7 },
  failed: { says: 'ended badly', sign: 'M4 4l8 8M12 4l-8 8', urgency: 8 },
  parked: { says: 'waits for a person', sign: 'M5.5 3.5v9M10.5 3.5v9', urgency: 9 },
};

/** A phase as a small number: its place in `phases`. */
export type Code = number;
export const codeOf: Record<Phase, Code> = Object.fromEntries(phases.map((phase, code) => [phase, code])) as Record<
  Phase,
  Code
>;
export const phaseOf = (code: Code): Phase => phases[code] ?? 'queued';

/** Of each byte of a ledger's grid, the code of its phase. */
const codeOfByte = new Uint8Array(256).fill(codeOf.queued);
for (const phase of phases) codeOfByte[phaseByte[phase].charCodeAt(0)] = codeOf[phase];

export function codesOf(bytes: Uint8Array): Uint8Array {
  const codes = new Uint8Array(bytes.length);
  for (let i = 0; i < bytes.length; i++) codes[i] = codeOfByte[bytes[i] ?? 0] ?? 0;
  return codes;
}

export const urgencyOf = Uint8Array.from(phases, (phase) => looks[phase].urgency);
/** From here on somebody may want to know. */
export const troublesFrom = looks.cancelled.urgency;

export const isPhase = (text: string): text is Phase => Object.hasOwn(looks, text);
