import { expect, test } from 'vitest';
import { payloadOf } from './payload.ts';
import { sampleLaunch } from './sample.ts';

const asSeed = { launchNameToken: false, firstImageField: 'imageId' } as const;

test("the payload is the seed's, key by key, in its order", () => {
  const request = sampleLaunch(0, { location: 'Nouvelle Caledonie' });
  expect(JSON.stringify(payloadOf(request, asSeed))).toBe(
    `{"name":"Nouvelle Caledonie - Vessel finder","imageId":"image-0","datasetId":"d-1","projectId":"prj-1","geom":${JSON.stringify(request.task.zone.geom)}}`,
  );
});

test('two images: imageId2 follows the first, which may be called imageId1', () => {
  const request = sampleLaunch(0, { image2Id: 'later' });
  expect(Object.keys(payloadOf(request, asSeed))).toEqual([
    'name',
    'imageId',
    'imageId2',
    'datasetId',
    'projectId',
    'geom',
  ]);
  expect(payloadOf(request, { ...asSeed, firstImageField: 'imageId1' })).toMatchObject({
    imageId1: 'image-0',
    imageId2: 'later',
  });
  expect(payloadOf(request, { ...asSeed, firstImageField: 'imageId1' })).not.toHaveProperty('imageId');
});

test('one image is always called imageId', () => {
  expect(payloadOf(sampleLaunch(), { ...asSeed, firstImageField: 'imageId1' })).toMatchObject({ imageId: 'image-0' });
});

test.each([
  ['40 code points are kept, not 40 UTF-16 units', '🛰'.repeat(45), '🛰'.repeat(40)],
  ['a short one is kept whole', 'Sète', 'Sète'],
  ['nothing is trimmed', ` ${'x'.repeat(50)}`, ` ${'x'.repeat(39)}`],
])('the location in the name: %s', (_, location, kept) => {
  expect(payloadOf(sampleLaunch(0, { location }), asSeed).name).toBe(`${kept} - Vessel finder`);
});

test('the name token stands at the end of the name', () => {
  const { name } = payloadOf(sampleLaunch(), { ...asSeed, launchNameToken: true });
  expect(name).toBe('Port of Sète 0 - Vessel finder [k0x1]');
});
