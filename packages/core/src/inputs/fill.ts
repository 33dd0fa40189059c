import { isJsonObject, type JsonObject, type JsonValue } from '../json-value.ts';
import type { Process, Task, Zone } from '../task.ts';
import { filtered } from './filters.ts';
import { formatPlaceholder, type Placeholder, readTemplate } from './placeholders.ts';

/** The inputs of a task, with every placeholder filled; {} where its process has none. */
export function filledInputs(task: Task): JsonObject {
  return filledObject(task.process.inputs ?? {}, task);
}

/** The process graph of a task, with every placeholder filled; undefined where its process has none. */
export function filledProcessGraph(task: Task): JsonObject | undefined {
  return task.process.processGraph && filledObject(task.process.processGraph, task);
}

function filledObject(template: JsonObject, task: Task): JsonObject {
  // Not key by key into {}: a key may be called __proto__.
  return Object.fromEntries(Object.entries(template).map(([key, value]) => [key, filled(value, task)]));
}

function filled(template: JsonValue, task: Task): JsonValue {
  if (typeof template === 'string') return filledText(template, task);
  if (Array.isArray(template)) return template.map((item) => filled(item, task));
  return isJsonObject(template) ? filledObject(template, task) : template;
}

/** A text that is one placeholder becomes the value itself, a number or an object as it is. */
function filledText(text: string, task: Task): JsonValue {
  if (!text.includes('{{')) return text;
  const template = readTemplate(text);
  if (!template.ok) throw new Error(`${template.found} passed the intake`);
  const [first, ...rest] = template.parts;
  if (typeof first === 'object' && rest.length === 0) return valueIn(task, first);
  return template.parts.map((part) => (typeof part === 'string' ? part : asText(valueIn(task, part)))).join('');
}

export const asText = (value: JsonValue) => (typeof value === 'string' ? value : JSON.stringify(value));

function valueIn(task: Task, placeholder: Placeholder): JsonValue {
  const value = fieldOf(task, placeholder);
  const made = value === undefined ? undefined : filtered(value, placeholder.filters);
  if (!made?.ok) throw new Error(`${formatPlaceholder(placeholder)} of task ${task.id} passed the intake`);
  return made.value;
}

function fieldOf(task: Task, { root, field }: Placeholder): JsonValue | undefined {
  switch (root) {
    case 'zone':
      return zoneField(task.zone, field);
    case 'process':
      return processField(task.process, field);
    case 'batch':
      return task.batchId;
    case 'task':
      return task.id;
    default:
      throw new Error(`unknown root ${root satisfies never}`);
  }
}

/** As the batch file writes it. */
function zoneField(zone: Zone, field: string): JsonValue | undefined {
  if (zone.extras && Object.hasOwn(zone.extras, field)) return zone.extras[field];
  const known = {
    id: zone.id,
    image_id: zone.imageId || undefined,
    image_2_id: zone.image2Id,
    location: zone.location,
    project: zone.project,
    geom: zone.geom as JsonObject & Zone['geom'],
  };
  return Object.hasOwn(known, field) ? known[field as keyof typeof known] : undefined;
}

export function processField(process: Process, field: string): string | undefined {
  const known = {
    id: process.id,
    name: process.name,
    dataset_id: process.datasetId || undefined,
    project_id: process.projectId || undefined,
  };
  return Object.hasOwn(known, field) ? known[field as keyof typeof known] : undefined;
}
