import { expect, test } from 'vitest';
import { freely } from '../test-call.ts';
import { sampleLaunch, sampleTask } from './sample.ts';
import { type Behaviour, jobOf, openServer, openTold, type Told } from './test-server.ts';

const launchOn = async (told: Told, config = {}) => {
  const server = await openTold(() => told, config);
  return { ...server, answer: await server.provider.launch(sampleLaunch(), freely) };
};

test('a launch sends one word in Prefer, no member beyond the standard, and nobody to call back', async () => {
  const { asked } = await launchOn({ status: 201, headers: { location: '/jobs/j-1' } });
  const [head = '', body = ''] = asked[0]?.split('\r\n\r\n') ?? [];
  expect(head).toMatch(/^POST \/processes\/vessels\/execution HTTP/);
  expect(head).toMatch(/\r\nprefer: respond-async(\r\n|$)/i);
  expect(head).toMatch(/\r\naccept: application\/json(\r\n|$)/i);
  expect(head).toMatch(/\r\nx-correlation-id: b1-0-0\.1(\r\n|$)/i);
  const { geom } = sampleTask().zone;
  expect(JSON.parse(body)).toEqual({ inputs: { image: 'image-0', area: geom, threshold: 0.5 }, response: 'document' });
});

test.each([
  ['raw', { response: 'raw' }],
  ['unsaid', {}],
])('the response that version 1.0 is asked for may be %s', async (response, members) => {
  const { asked } = await launchOn({ status: 201, headers: { location: '/jobs/j-1' } }, { response });
  const { inputs, ...rest } = JSON.parse(asked[0]?.split('\r\n\r\n')[1] ?? '') as Record<string, unknown>;
  expect(inputs).toBeTypeOf('object');
  expect(rest).toEqual(members);
});

test.each<[string, Behaviour]>([
  ['pygeoapi, which compares the whole header', { preset: 'pygeoapi' }],
  ['ZOO, which looks for the word in it, and takes a member id for the process', { preset: 'zoo' }],
  ['GeoServer, which answers without a body', { preset: 'geoserver' }],
  ['Weaver', { preset: 'weaver' }],
  ['the draft of 2.0', { preset: 'ogc-2.0' }],
  ['a server whose body is null', { launchBody: 'null' }],
  ['a server that says no more than it must', { launchBody: 'minimal' }],
  ['a server that answers 202', { launchStatus: 202 }],
  ['a server that gives a path for Location', { location: 'path' }],
  ['a server without Location', { location: 'none' }],
  ['a server without Location, of 2.0', { preset: 'ogc-2.0', location: 'none' }],
])('a launch runs in the background on %s', async (_, behaviour) => {
  const { launch, look, sim } = await openServer(behaviour);
  const job = jobOf(await launch());
  expect(sim.jobs()).toMatchObject([{ id: job.id, status: expect.stringMatching(/accepted|running/) }]);
  expect(await look(job)).toMatchObject({ kind: 'seen' });
});

test.each<[string, Told, string]>([
  ['Location before all else', { headers: { location: '/jobs/a' }, body: { jobID: 'b', id: 'c' } }, 'a'],
  ['jobID before id', { body: { jobID: 'b', id: 'c' } }, 'b'],
  ['id', { body: { id: 'c', links: [{ rel: 'monitor', href: '/jobs/d' }] } }, 'c'],
  [
    'a link to monitor it',
    {
      body: {
        links: [
          { rel: 'self', href: '/jobs/e' },
          { rel: 'monitor', href: '/jobs/d' },
        ],
      },
    },
    'd',
  ],
  ['a link to itself', { body: { links: [{ rel: 'self', href: '/jobs/e/' }] } }, 'e'],
  ['a link in the headers', { headers: { link: '</x>; rel=up, </jobs/f>; rel="monitor"' } }, 'f'],
  ['Location, without a body that can be read', { headers: { location: '/jobs/a' }, body: '{"jobID":' }, 'a'],
])('a job is named by %s', async (_, told, id) => {
  const { answer } = await launchOn({ status: 201, ...told });
  expect(answer).toMatchObject({ kind: 'launched', job: { id, address: `/jobs/${id}` } });
});

test('a Location that is a path of its own on our origin is kept', async () => {
  const { answer } = await launchOn({ status: 201, headers: { location: '/processes/vessels/jobs/a%20b' } });
  expect(answer).toMatchObject({ job: { id: 'a b', address: '/processes/vessels/jobs/a%20b' } });
});

test('of a Location on another host only the id is believed, unless the body names another job', async () => {
  const elsewhere = { location: 'http://127.0.0.1:9/internal/jobs/a' };
  const { answer, provider, asked } = await launchOn({ status: 201, headers: elsewhere, body: { jobID: 'a' } });
  expect(answer).toMatchObject({
    kind: 'launched',
    job: { id: 'a', address: '/jobs/a' },
    rule: 'launched-by-location',
  });
  await provider.look(jobOf(answer), freely);
  expect(asked[1]).toMatch(/^GET \/jobs\/a HTTP/);
  const other = await launchOn({ status: 201, headers: elsewhere, body: { jobID: 'b' } });
  expect(other.answer).toMatchObject({ job: { id: 'b', address: '/jobs/b' }, rule: 'launched-by-jobID' });
});

test('a launch that the server runs at once is done: nothing is followed, and what it refers to is offered', async () => {
  const { launch, sim } = await openServer({ prefers: 'never', fileHost: 'https://files.example' });
  expect(await launch()).toMatchObject({
    kind: 'done',
    rule: 'ran-at-once',
    state: {
      status: 'succeeded',
      results: [{ name: 'image', href: expect.stringMatching(/^https:\/\/files\.example\//), type: 'image/tiff' }],
    },
  });
  expect(sim.jobs()).toHaveLength(1);
});

test.each(['location', 'monitor-link'] as const)(
  'one that ran at once and left a job (%s) is followed',
  async (syncJob) => {
    const { launch, look, sim } = await openServer({ prefers: 'never', syncJob });
    const job = jobOf(await launch());
    expect(job.id).toBe(sim.jobs()[0]?.id);
    expect(await look(job)).toMatchObject({ kind: 'seen', state: { status: 'succeeded' } });
  },
);

test.each<[string, Told, object]>([
  ['an output called id is no job', { body: { id: 'echo', value: 'hello' } }, { kind: 'done' }],
  ['nor is one beside a word that is no status', { body: { jobID: 'j', status: 'fine' } }, { kind: 'done' }],
  ['nor is an output called id that has a status', { body: { id: 'echo', status: 'finished' } }, { kind: 'done' }],
  [
    'a result that is labelled as a page is a result',
    { headers: { 'content-type': 'text/html' }, body: { count: 1 } },
    { kind: 'done' },
  ],
  ['a statusInfo is one, though', { body: { jobID: 'j', status: 'accepted' } }, { kind: 'launched', job: { id: 'j' } }],
  ['bytes are a result', { headers: { 'content-type': 'image/tiff' }, body: 'II*' }, { kind: 'done' }],
  ['nothing at all, as 204, is a result too', { status: 204 }, { kind: 'done' }],
  [
    'a page is a login, not a result',
    { headers: { 'content-type': 'text/html' }, body: '<p>Log in' },
    { kind: 'ambiguous' },
  ],
  ['half a document is nothing', { body: '{"image":' }, { kind: 'ambiguous' }],
])('in an answer of 200, %s', async (_, told, expected) => {
  expect((await launchOn(told)).answer).toMatchObject(expected);
});

test.each<[number, string]>([
  ...[400, 404, 405, 406, 413, 415, 422, 501].map((status): [number, string] => [status, 'rejected']),
  ...[408, 409, 425, 500, 502, 503, 504].map((status): [number, string] => [status, 'ambiguous']),
  [401, 'unauthorized'],
  [403, 'unauthorized'],
  [429, 'throttled'],
])('a launch answered %i is %s', async (status, kind) => {
  expect((await launchOn({ status })).answer).toMatchObject({ kind });
});

test.each<[string, Told, string]>([
  ['a problem', { body: { type: 'x', title: 'NoSuchProcess', detail: 'no vessels' } }, 'HTTP 404: no vessels'],
  ['bare words', { body: { code: 'InvalidParameterValue', description: 'no vessels' } }, 'HTTP 404: no vessels'],
  [
    'a page',
    { body: '<html><title>no vessels</title>', headers: { 'content-type': 'text/html' } },
    'HTTP 404: no vessels',
  ],
  ['a word', { body: 'no vessels' }, 'HTTP 404: no vessels'],
  ['nothing', {}, 'HTTP 404'],
])('a refusal may come as %s', async (_, told, words) => {
  const { answer } = await launchOn({ status: 404, ...told });
  expect(answer).toEqual({ kind: 'rejected', status: 404, rule: 'http-404', reason: words });
});

test('a 403 about the process refuses the task, about jobs at a time it waits, else it holds the provider', async () => {
  const kinds = [];
  for (const detail of ['not permitted to run this process', 'quota exceeded: 5 concurrent jobs', 'forbidden']) {
    kinds.push((await launchOn({ status: 403, body: { detail } })).answer.kind);
  }
  expect(kinds).toEqual(['rejected', 'quota', 'unauthorized']);
});

test('a process id that fits in no path is refused before anything is sent', async () => {
  const { provider, asked } = await openTold(() => ({}));
  const request = sampleLaunch();
  request.task.process.id = '..';
  expect(await provider.launch(request, freely)).toMatchObject({ kind: 'rejected', rule: 'process-id-unusable' });
  const find = { ...request, intentAtMs: 0, claimed: async () => new Set<string>() };
  expect(await provider.findLaunch(find, freely)).toMatchObject({ kind: 'notFound', rule: 'never-sendable' });
  expect(asked).toEqual([]);
});
