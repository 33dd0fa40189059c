import type { OpenAnswer } from '@nightpass/core';
import { describe, expect, test } from 'vitest';
import { freely } from '../test-call.ts';
import { jobOf, openServer, openTold, type Told } from './test-server.ts';

const job = { id: 'j', address: '/jobs/j' };
const resultsOn = async (told: Told) => {
  const { provider } = await openTold(() => told);
  return provider.results?.(job, freely);
};
const itself = (type: string, name = 'results') => expect.objectContaining({ name, href: '/jobs/j/results', type });
const link = (name: string, href: string, type?: string) => expect.objectContaining({ name, href, type });

describe('results', () => {
  test.each<[string, unknown, unknown[]]>([
    ['by reference', { a: { href: '/f/a.tif', type: 'image/tiff' } }, [link('a', '/f/a.tif', 'image/tiff')]],
    [
      'by reference on another host',
      { a: { href: 'https://s3.example/a?k=1' } },
      [link('a', 'https://s3.example/a?k=1')],
    ],
    [
      'by reference, several under a name',
      { a: [{ href: '/1' }, { href: '/2' }] },
      [link('a-1', '/1'), link('a-2', '/2')],
    ],
    ['by reference, relative to themselves', { a: { href: 'a.tif' } }, [link('a', '/jobs/j/a.tif')]],
    ['by value', { count: 42 }, [itself('application/json')]],
    ['by qualified value', { count: { value: 42, mediaType: 'text/plain' } }, [itself('application/json')]],
    ['of both sorts', { a: { href: '/a' }, n: 1 }, [link('a', '/a'), itself('application/json')]],
    [
      'called results themselves',
      { results: { href: '/a' }, n: 1 },
      [link('results', '/a'), itself('application/json', 'results-2')],
    ],
    ['as pygeoapi wraps them', { outputs: [{ id: 'echo', value: 'x' }] }, [itself('application/json')]],
    ['as pygeoapi wraps references', { outputs: [{ id: 'a', value: { href: '/a' } }] }, [link('a', '/a')]],
    ['as one output alone', { id: 'echo', value: 'x' }, [itself('application/json')]],
    ['as a bare number', 42, [itself('application/json')]],
    ['of which there are none, as ZOO has them for a job that failed', {}, []],
  ])('%s', async (_, body, links) => {
    expect(await resultsOn({ body })).toEqual({ kind: 'results', links });
  });

  test('that are bytes are offered as they are', async () => {
    const headers = { 'content-type': 'image/tiff; x=y' };
    expect(await resultsOn({ body: 'II*', headers })).toEqual({ kind: 'results', links: [itself('image/tiff')] });
  });

  test('that are longer than can be read are offered as they are', async () => {
    const body = JSON.stringify({ filler: 'x'.repeat(5_000_000) });
    expect(await resultsOn({ body })).toEqual({ kind: 'results', links: [itself('application/json')] });
  });

  test.each<[string, Told, string]>([
    ['a page', { body: '<html>log in', headers: { 'content-type': 'text/html' } }, 'ambiguous'],
    ['half a document', { body: '{"a":' }, 'ambiguous'],
    ['a failed job’s error', { status: 400, body: { description: 'job failed' } }, 'rejected'],
    ['not ready', { status: 404 }, 'rejected'],
  ])('are none where the answer is %s', async (_, told, kind) => {
    expect(await resultsOn(told)).toMatchObject({ kind });
  });

  test('are asked for as JSON: pygeoapi shows a page otherwise', async () => {
    const { launch, provider, sim } = await openServer({ preset: 'pygeoapi' });
    const made = jobOf(await launch());
    sim.setJobStatus(made.id, 'successful');
    expect(await provider.results?.(made, freely)).toMatchObject({ kind: 'results', links: [{ name: 'results' }] });
  });

  test('do not tell whether a job has failed: its status does', async () => {
    const { launch, provider, look, sim } = await openServer({ preset: 'zoo' });
    const made = jobOf(await launch());
    sim.setJobStatus(made.id, 'failed');
    expect(await provider.results?.(made, freely)).toEqual({ kind: 'results', links: [] });
    expect(await look(made)).toMatchObject({ state: { status: 'failed' } });
  });
});

describe('opening results', () => {
  async function textOf(answer: OpenAnswer | undefined): Promise<string> {
    if (answer?.kind !== 'open') throw new Error(`not open: ${JSON.stringify(answer)}`);
    const chunks = [];
    for await (const chunk of answer.body) chunks.push(chunk);
    return Buffer.concat(chunks).toString('latin1');
  }

  test('those by reference are read whole or from a byte on, those by value in their document', async () => {
    const { launch, provider, sim } = await openServer({ html: 'unless-json-is-asked-for' });
    const made = jobOf(await launch());
    sim.setJobStatus(made.id, 'successful');
    const answer = await provider.results?.(made, freely);
    const [image, document] = answer?.kind === 'results' ? answer.links : [];
    if (!image || !document) throw new Error('two results');
    const whole = await textOf(await provider.open?.(image, 0, freely));
    expect(whole).toHaveLength(4_000);
    expect(await textOf(await provider.open?.(image, 3_990, freely))).toBe(whole.slice(3_990));
    expect(JSON.parse(await textOf(await provider.open?.(document, 0, freely)))).toMatchObject({ count: 42 });
  });

  test('those on another host get no credentials', async () => {
    const elsewhere = await openTold(() => ({ body: 'bytes' }));
    const auth = { kind: 'bearer', tokenEnv: 'T' };
    const { launch, provider, sim } = await openServer({ fileHost: elsewhere.origin }, { auth });
    const made = jobOf(await launch());
    sim.setJobStatus(made.id, 'successful');
    const answer = await provider.results?.(made, freely);
    const [image] = answer?.kind === 'results' ? answer.links : [];
    expect(image?.href).toContain(elsewhere.origin);
    expect(await textOf(image && (await provider.open?.(image, 0, freely)))).toBe('bytes');
    expect(elsewhere.asked.join()).not.toMatch(/authorization|planted/i);
  });
});
