import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { JsonObject, JsonValue } from '../json-value.ts';
import { taskOf } from '../test-tasks.ts';
import { filledInputs, filledProcessGraph } from './fill.ts';

const extras = { acquired: '2027-03-01T10:30:00Z', threshold: 0.25, cloudy: false, tags: ['a', { b: null }] };
const filled = (template: JsonValue) => filledInputs(taskOf({ inputs: { it: template } }, { extras })).it;

test.each<[string, JsonValue, JsonValue]>([
  ['a text without placeholders', 'plain } { text', 'plain } { text'],
  ['one placeholder of a text', '{{zone.image_id}}', 'image-7'],
  ['a number stays a number', '{{zone.id}}', 7],
  ['a truth value stays one', '{{ zone.cloudy }}', false],
  ['an object stays an object', '{{zone.geom}}', taskOf().zone.geom as unknown as JsonValue],
  ['a list stays a list', '{{zone.tags}}', ['a', { b: null }]],
  ['a filter makes its own type', '{{zone.geom|west}}', 3],
  ['spaces around it make it text', ' {{zone.id}}', ' 7'],
  ['within text, a text as it is', 'scene {{zone.image_id}}!', 'scene image-7!'],
  ['within text, an object as JSON', 'bbox={{zone.geom | bbox}}', 'bbox=[3,43,4,44.5]'],
  ['two in a row', '{{zone.id}}{{zone.threshold}}', '70.25'],
  [
    'the process, the batch and the task',
    '{{process.id}} {{process.name}} {{process.dataset_id}} {{batch.id}} {{task.id}}',
    'p Flood mask d b0123456789ab b0123456789ab-0-2',
  ],
  ['a literal pair of braces', '{{{{zone.id}} is written {{{{', '{{zone.id}} is written {{'],
  ['a pair that closes nothing', 'a }} b', 'a }} b'],
  ['JSON around a placeholder', '{"id":{{zone.id}}}', '{"id":7}'],
  ['an empty text', '', ''],
  ['in a list in an object', { a: [{ b: '{{zone.location}}' }, 1, null, true] }, { a: [{ b: 'Sète' }, 1, null, true] }],
  ['keys are no templates', { '{{zone.id}}': 1 }, { '{{zone.id}}': 1 }],
])('%s', (_what, template, expected) => {
  expect(filled(template)).toEqual(expected);
});

test('a text that came out of a placeholder is not filled again', () => {
  const task = taskOf({ inputs: { a: '{{zone.note}}', b: 'x {{zone.note}}' } }, { extras: { note: '{{zone.id}}' } });
  expect(filledInputs(task)).toEqual({ a: '{{zone.id}}', b: 'x {{zone.id}}' });
});

test('a process without inputs has none, and one without a graph has no graph', () => {
  expect(filledInputs(taskOf())).toEqual({});
  expect(filledProcessGraph(taskOf())).toBeUndefined();
  const processGraph = { load: { arguments: { spatial_extent: '{{zone.geom | extent}}' } } };
  expect(filledProcessGraph(taskOf({ processGraph }))).toEqual({
    load: { arguments: { spatial_extent: { west: 3, south: 43, east: 4, north: 44.5 } } },
  });
});

test('what the intake would have refused is a bug here, not a text with holes', () => {
  for (const text of [
    '{{zone.nothing}}',
    '{{zone.image_2_id}}',
    '{{process.project_id}}',
    '{{zone.location | wkt}}',
    '{{',
  ]) {
    expect(() => filled(text)).toThrow('passed the intake');
  }
});

test('names that JavaScript gives every object are keys like any other', () => {
  for (const field of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
    expect(() => filled(`{{zone.${field}}}`)).toThrow('passed the intake');
    const own = JSON.parse(`{"${field}":"own"}`) as JsonObject;
    expect(filledInputs(taskOf({ inputs: { a: `{{zone.${field}}}` } }, { extras: own }))).toEqual({ a: 'own' });
  }
  const inputs = filledInputs(taskOf({ inputs: JSON.parse('{"__proto__":{"polluted":"{{zone.id}}"}}') as JsonObject }));
  expect(JSON.stringify(inputs)).toBe('{"__proto__":{"polluted":7}}');
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
});

/** Texts of which each piece is known: what it is written as, and what it becomes. */
const piece = fc.oneof(
  fc.constantFrom(
    ['{{zone.id}}', '7'],
    ['{{ zone.location }}', 'Sète'],
    ['{{zone.geom | bbox}}', '[3,43,4,44.5]'],
    ['{{zone.acquired|year}}', '2027'],
    ['{{batch.id}}', 'b0123456789ab'],
    ['{{{{', '{{'],
  ),
  fc.string().map((text) => [text.replaceAll('{', ''), text.replaceAll('{', '')]),
) as fc.Arbitrary<[string, string]>;

test('whatever stands between placeholders is kept, and none is left', () => {
  fc.assert(
    fc.property(fc.array(piece, { minLength: 1, maxLength: 12 }), (pieces) => {
      const text = pieces.map(([written]) => written).join('');
      const value = filled(text);
      const becomes = pieces.map(([, becoming]) => becoming).join('');
      expect(typeof value === 'string' ? value : JSON.stringify(value)).toBe(becomes);
    }),
    { numRuns: 1000 },
  );
});

test('inputs without a brace are what they were, to the last type and key', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (inputs) => {
      const template = JSON.parse(JSON.stringify(inputs).replaceAll('{{', '{ {')) as JsonObject;
      fc.pre(!JSON.stringify(template).includes('{{'));
      expect(JSON.stringify(filledInputs(taskOf({ inputs: template })))).toBe(JSON.stringify(template));
    }),
  );
});

test('a placeholder alone keeps the type of any value', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (json) => {
      const value = JSON.parse(JSON.stringify(json)) as JsonValue;
      fc.pre(value !== null);
      expect(filledInputs(taskOf({ inputs: { a: '{{zone.x}}' } }, { extras: { x: value } })).a).toEqual(value);
    }),
  );
});
