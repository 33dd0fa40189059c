import { filledInputs, type JsonValue, type LaunchRequest, type Task } from '@nightpass/core';
import { pathSegment } from '../http/paths.ts';
import type { Api } from './address.ts';

/** What a launch is made of: a service, its inputs, and a label that carries the launch's key. */
export interface ConfigBody {
  service: string;
  inputs: Record<string, string[]>;
  label: string;
}

/** Undefined where the service's id can stand in no URI. */
export function configBody(api: Api, { task, launchKey }: LaunchRequest): ConfigBody | undefined {
  const service = pathSegment(task.process.id);
  if (service === undefined) return undefined;
  return {
    service: `${api.origin}${api.path}/services/${service}`,
    inputs: textInputs(task),
    label: labelOf(task, launchKey),
  };
}

/** The platform keeps 255 characters. */
export function labelOf({ zone, process }: Task, launchKey: string): string {
  const cut = (words: string, most: number) => Array.from(words).slice(0, most).join('');
  return `${cut(zone.location, 40)} - ${cut(process.name, 80)} ${keyMark(launchKey)}`;
}

export const keyMark = (launchKey: string) => `[${launchKey}]`;

/** Every word in brackets that may be a launch's key. */
export const keysIn = (label: string) => [...label.matchAll(/\[([a-z0-9]+)\]/g)].map(([, key]) => key ?? '');

/** Every input is a list of texts here: one value is a list of one, and an object is its JSON. Null is no input. */
export function textInputs(task: Task): Record<string, string[]> {
  const filled = Object.entries(filledInputs(task)).filter(([, value]) => value !== null);
  return Object.fromEntries(
    filled.map(([name, value]) => [
      name,
      (Array.isArray(value) ? value : [value]).filter((one) => one !== null).map(asText),
    ]),
  );
}

const asText = (value: JsonValue) => (typeof value === 'string' ? value : JSON.stringify(value));

/** The same for all that the platform takes for one config: it has no other key. */
export function likenessOf(task: Task): string {
  const inputs = Object.entries(textInputs(task)).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return JSON.stringify([task.process.id, inputs]);
}
