import { z } from 'zod';
import { AirbusPlayground } from './airbus-playground/airbus-playground.ts';
import { airbusPlaygroundBehaviour } from './airbus-playground/behaviour.ts';
import type { Clock } from './clock.ts';
import { despInsulaBehaviour } from './desp-insula/behaviour.ts';
import { DespInsula } from './desp-insula/desp-insula.ts';
import { ogcBehaviour } from './ogc-api-processes/behaviour.ts';
import { OgcApiProcesses } from './ogc-api-processes/ogc-api-processes.ts';
import { openEoBehaviour } from './openeo/behaviour.ts';
import { OpenEo } from './openeo/openeo.ts';
import type { Credentials, Platform } from './platform.ts';
import type { Traffic } from './traffic.ts';

/** A kind of platform that can be simulated. */
interface SimulatedKind<S extends z.ZodType<Traffic>> {
  behaviour: S;
  open(behaviour: z.output<S>, credentials: Credentials, seed: string, clock: Clock): OpenPlatform<z.output<S>>;
}
type OpenPlatform<B> = Platform & { behave(behaviour: B): void };

/** One platform that is open, its behaviour checked before it is taken on. */
export interface Opened {
  platform: Platform;
  /** @throws Error naming every bad place; nothing has changed then. */
  behave(behaviour: unknown): Traffic;
}

/** Hides a kind's own behaviour from the registry: what its schema lets through is what it gets. */
function kind<S extends z.ZodType<Traffic>>({ behaviour: schema, open }: SimulatedKind<S>) {
  return {
    behaviour: schema,
    open(behaviour: unknown, credentials: Credentials, seed: string, clock: Clock): Opened & { traffic: Traffic } {
      const checked = readAs(schema, behaviour);
      const platform = open(checked, credentials, seed, clock);
      return {
        platform,
        traffic: checked,
        behave(next) {
          const read = readAs(schema, next);
          platform.behave(read);
          return read;
        },
      };
    },
  };
}

function readAs<S extends z.ZodType>(schema: S, behaviour: unknown): z.output<S> {
  const result = schema.safeParse(behaviour);
  if (!result.success) throw new Error(`bad behaviour:\n${z.prettifyError(result.error)}`);
  return result.data;
}

/** Every platform that can be simulated: a folder beside this file, and a line here. */
export const kinds = {
  'airbus-playground': kind({
    behaviour: airbusPlaygroundBehaviour,
    open: (behaviour, credentials, seed, clock) => new AirbusPlayground(behaviour, credentials, seed, clock),
  }),
  'desp-insula': kind({
    behaviour: despInsulaBehaviour,
    open: (behaviour, credentials, seed, clock) => new DespInsula(behaviour, credentials, seed, clock),
  }),
  'ogc-api-processes': kind({
    behaviour: ogcBehaviour,
    open: (behaviour, credentials, seed, clock) => new OgcApiProcesses(behaviour, credentials, seed, clock),
  }),
  openeo: kind({
    behaviour: openEoBehaviour,
    open: (behaviour, credentials, seed, clock) => new OpenEo(behaviour, credentials, seed, clock),
  }),
};

export type SimulatorKind = keyof typeof kinds;
export const simulatorKinds = Object.keys(kinds) as SimulatorKind[];

/** As it is written, of whatever kind: all of it may be left out. */
export type Behaviour = { [K in SimulatorKind]: BehaviourOf<K> }[SimulatorKind];
export type BehaviourOf<K extends SimulatorKind> = z.input<(typeof kinds)[K]['behaviour']>;
