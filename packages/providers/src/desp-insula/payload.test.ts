import { expect, test } from 'vitest';
import { apiOf, pathInLink } from './address.ts';
import { configBody, labelOf, textInputs } from './payload.ts';
import { sampleLaunch, sampleTask } from './sample.ts';

const api = apiOf('https://insula.example');

test('every input is a list of texts: one value is a list of one, an object is its JSON, null is none', () => {
  const inputs = {
    text: 'Insula is',
    number: 0.35,
    yes: true,
    list: ['a', 2, { b: 3 }],
    collection: { result: 'eopaas-abc' },
    area: '{{zone.geom | bbox}}',
    geom: '{{zone.geom}}',
    none: null,
  };
  const { geom, ...rest } = textInputs(sampleTask(0, inputs));
  expect(rest).toEqual({
    text: ['Insula is'],
    number: ['0.35'],
    yes: ['true'],
    list: ['a', '2', '{"b":3}'],
    collection: ['{"result":"eopaas-abc"}'],
    area: expect.any(Array),
  });
  expect(JSON.parse(geom?.[0] ?? '')).toMatchObject({ type: 'Polygon' });
});

test('the label holds the launch’s key, and is never longer than the platform keeps', () => {
  const { task } = sampleLaunch();
  expect(labelOf(task, 'k0x1')).toBe('Port of Sète 0 - Flood mask [k0x1]');
  const long = { ...task, process: { ...task.process, name: 'x'.repeat(300) } };
  expect(labelOf({ ...long, zone: { ...task.zone, location: '€'.repeat(300) } }, 'k0x1')).toHaveLength(40 + 3 + 80 + 7);
});

test('host and path are joined by one slash, whatever the base URL ends with', () => {
  for (const base of ['https://insula.example', 'https://insula.example/', 'https://insula.example/secure/api/v2.0/']) {
    expect(configBody(apiOf(base), sampleLaunch())?.service).toBe('https://insula.example/secure/api/v2.0/services/20');
  }
  expect(apiOf('https://gate.example/insula').path).toBe('/insula/secure/api/v2.0');
  const climbing = sampleLaunch();
  climbing.task.process.id = '../x';
  expect(configBody(api, climbing)).toBeUndefined();
});

test.each<[string, string | undefined]>([
  [
    'http://inside.svc:8080/secure/api/v2.0/platformFiles/4864{?projection}/dl',
    '/secure/api/v2.0/platformFiles/4864/dl',
  ],
  ['/secure/api/v2.0/jobs/1/outputs/x?filename=a.tif', '/secure/api/v2.0/jobs/1/outputs/x?filename=a.tif'],
  ['https://inside/other/api/v2.0/platformFiles/1/dl', '/secure/api/v2.0/platformFiles/1/dl'],
  ['https://elsewhere.example/steal', undefined],
  ['/secure/api/v2.0/../../admin', undefined],
  ['javascript:alert(1)', undefined],
  ['', undefined],
])('a link gives its path below the API and no more: %s', (link, path) => {
  expect(pathInLink(api, link)).toBe(path);
});
