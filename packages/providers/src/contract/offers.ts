import { describe, expect, test } from 'vitest';
import { freely } from '../test-call.ts';
import { fault, launched, stages } from './stage.ts';
import type { ContractSubject } from './subject.ts';

/** What a job that has ended offers. */
export function resultsContract(subject: ContractSubject): void {
  const { results } = subject;
  if (!results) return;
  const open = stages(subject);

  describe(`${subject.kind}: results`, () => {
    const { word, hostile } = results;

    test('each has a name of its own and a place: a path here, or another origin’s URL', async () => {
      const { simulator, provider, launch } = await open();
      const job = await launched(launch());
      simulator.setJobStatus(job.id, word);
      const answer = await provider.results?.(job, freely);
      if (answer?.kind !== 'results') throw new Error(`no results: ${JSON.stringify(answer)}`);
      expect(answer.links.length).toBeGreaterThan(0);
      expect(new Set(answer.links.map((link) => link.name)).size).toBe(answer.links.length);
      for (const { href } of answer.links) {
        expect(href).toMatch(/^(\/[^/]|https?:\/\/)/);
        expect(href.startsWith(simulator.url)).toBe(false);
      }
    });

    test('a job that is gone or goes on has none', async () => {
      const { simulator, provider, launch } = await open();
      const job = await launched(launch());
      expect((await provider.results?.(job, freely))?.kind).not.toBe('results');
      simulator.removeJob(job.id);
      expect((await provider.results?.(job, freely))?.kind).not.toBe('results');
    });

    test('trouble is no empty list', async () => {
      const { simulator, provider, launch } = await open();
      const job = await launched(launch());
      simulator.setJobStatus(job.id, word);
      for (const rule of [{ do: 'drop' }, { do: 'html', status: 502 }, { do: 'truncate' }, { do: 'empty' }] as const) {
        simulator.setFaults(fault({ on: 'results', ...rule }));
        expect(await provider.results?.(job, freely), rule.do).toMatchObject({ kind: 'ambiguous' });
      }
      expect(await provider.results?.({ id: 'x', address: '//127.0.0.1:9/x' }, freely)).toMatchObject({
        kind: 'rejected',
      });
    });

    test
      .skipIf(!results?.hostile)
      .each([
        'javascript:alert(1)',
        'file:///etc/passwd',
        '/../../admin',
        '\\\\127.0.0.1\\share',
        'data:text/html,x',
        'http://user:word@127.0.0.1:9/x',
        '//',
        '',
      ])('a place that nobody should open is left out: %s', async (href) => {
      const { simulator, provider, launch } = await open();
      const job = await launched(launch());
      simulator.setJobStatus(job.id, word);
      if (hostile) simulator.setFaults([hostile(href)]);
      const answer = await provider.results?.(job, freely);
      if (answer?.kind === 'results') {
        for (const link of answer.links) {
          expect(link.href).toMatch(/^(\/[^/]|https?:\/\/[^@]+$)/);
          expect(link.href).not.toContain('..');
        }
      }
      expect(simulator.counts().other.arrived).toBe(0);
    });
  });
}

/** What can be launched. */
export function catalogueContract(subject: ContractSubject): void {
  const { catalogue } = subject;
  if (!catalogue) return;
  const open = stages(subject);

  describe(`${subject.kind}: what can be launched`, () => {
    const { known, unknown, unfit } = catalogue;

    test('every process is listed once, in as many pages as it takes', async () => {
      const { provider } = await open();
      const ids: string[] = [];
      for (let page: string | undefined, n = 0; n < 100; n++) {
        const answer = await provider.catalogue?.list(page, freely);
        if (answer?.kind !== 'page') throw new Error(`no page: ${JSON.stringify(answer)}`);
        ids.push(...answer.processes.map((process) => process.id));
        page = answer.next;
        if (page === undefined) break;
      }
      expect(ids).toContain(known);
      expect(new Set(ids).size).toBe(ids.length);
    });

    test('one that is there is described, another is missing, trouble is neither', async () => {
      const { simulator, provider } = await open();
      expect(await provider.catalogue?.describe(known, freely)).toMatchObject({
        kind: 'described',
        process: { id: known, inputs: expect.any(Array) },
      });
      expect(await provider.catalogue?.describe(unknown, freely)).toMatchObject({ kind: 'missing' });
      simulator.setFaults(fault({ on: 'describe', do: 'html', status: 502 }));
      expect(await provider.catalogue?.describe(known, freely)).toMatchObject({ kind: 'ambiguous' });
    });

    test('a task is checked without launching it', async () => {
      const { simulator, provider, sent } = await open();
      expect(await provider.catalogue?.check(subject.request(0).task, freely)).toEqual({ kind: 'fits' });
      if (unfit) {
        const answer = await provider.catalogue?.check(unfit.task, freely);
        expect(answer).toMatchObject({
          kind: 'unfit',
          problems: [expect.objectContaining({ path: expect.any(String) })],
        });
      }
      expect(sent()).toBe(0);
      expect(simulator.jobs()).toEqual([]);
    });
  });
}
