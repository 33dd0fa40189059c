import { type Schema, Validator } from '@cfworker/json-schema';
import { filledInputs, type Task } from '@nightpass/core';
import { reasonLine } from '../http/text-excerpt.ts';
import { type InputSchema, inputsOf, isRequired, mayRepeat, type ProcessReply } from './description.ts';

interface Problem {
  path: string;
  problem: string;
}

/** What the server would not take of a task, as far as the description of its process tells: in doubt it fits. */
export function problemsOf(task: Task, process: ProcessReply): Problem[] {
  const declared = inputsOf(process);
  if (!declared) return [];
  const given = filledInputs(task);
  const missing = [...declared].flatMap(([name, input]) =>
    isRequired(input) && !Object.hasOwn(given, name) ? [problemAt(name, 'is required')] : [],
  );
  const wrong = Object.entries(given).flatMap(([name, value]) => {
    const input = declared.get(name);
    if (!input) return [problemAt(name, `is no input of ${process.id}`)];
    const values = Array.isArray(value) && mayRepeat(input) ? value : [value];
    const faults = input.schema ? values.map((each) => faultOf(each, input.schema as InputSchema)) : [];
    const fault = faults.find((each) => each !== undefined);
    return fault === undefined ? [] : [problemAt(name, fault)];
  });
  return [...missing, ...wrong];
}

const problemAt = (name: string, problem: string): Problem => ({
  path: `inputs.${name}`,
  problem: reasonLine(problem),
});

/** By its schema; undefined where it fits, or where the schema cannot be judged here. */
function faultOf(value: unknown, schema: InputSchema): string | undefined {
  const judged = valueToJudge(value);
  if (judged === undefined || (judged === null && schema.nullable === true)) return undefined;
  // Patterns come from the server, and would be tried on our texts for as long as it likes.
  const text = JSON.stringify(schema);
  if (/"pattern(?:Properties)?"\s*:/.test(text) || /"\$(?:dynamic|recursive)?ref"\s*:/i.test(text)) return undefined;
  // OpenAPI 3.0 has these two as in draft 4: a yes or no beside the bound.
  const isOld = /"exclusiveM(?:in|ax)imum":(?:true|false)/.test(text);
  try {
    const { valid, errors } = new Validator(schema as Schema, isOld ? '4' : '2020-12').validate(judged);
    return valid ? undefined : (errors.at(-1)?.error ?? 'does not fit the schema of the input');
  } catch {
    return undefined;
  }
}

/** What is given by reference is not there to be judged; what is qualified is judged by its value. */
function valueToJudge(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  if ('href' in value) return undefined;
  return 'value' in value ? value.value : value;
}
