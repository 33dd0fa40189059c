import { createHash } from 'node:crypto';
import { startTestRedis, type TestRedis } from '@nightpass/runtime/test-redis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createClock } from '../clock.ts';
import { mixedNight, type TestNight, testNight, textOut, zoneOf } from '../test-night.ts';
import { writeReport } from '../write-report.ts';

let server: TestRedis;
let night: TestNight;
let page: string;
beforeAll(async () => {
  server = await startTestRedis();
  night = await mixedNight(server);
  page = await written(night);
});
afterAll(() => server.stop());

async function written({ ledger, id }: TestNight): Promise<string> {
  const out = textOut();
  const options = { clock: createClock('Europe/Paris'), versions: { nightpass: '0.1.0' } };
  await writeReport(ledger, id, 'html', out, options);
  return out.text();
}

test('it says at once whether all is well', async () => {
  expect(page).toContain('10 tasks of 60 need a person');
  expect(page).toMatch(/<title>Ports of Occitanie: 10 tasks of 60 need a person<\/title>/);
  const good = await testNight(server, { processes: 1, zones: [zoneOf(0)] });
  await good.end(0, 0, 'succeeded');
  await good.over();
  const well = await written(good);
  expect(well).toContain('All well: the one task succeeded');
  expect(well).not.toContain('What went wrong');
});

test('each family of failures tells what to do next', () => {
  const [, id] = /"families":\[\{"id":"(f[0-9a-f]{8})"/.exec(page) ?? [];
  expect(id).toBeDefined();
  expect(page).toContain(`nightpass redrive ${night.id} --family ${id} --dry-run`);
  expect(page).toContain(`nightpass why ${night.id}-1-0`);
  expect(page).toContain('out of memory on node #');
  expect(page).toMatch(/What they share: process <bdi>Process 1<\/bdi> \(1\)/);
});

test('a batch that is not over is told so far', async () => {
  const open = await testNight(server, { processes: 1, zones: [zoneOf(0), zoneOf(1)] });
  await open.end(0, 0, 'succeeded');
  const page = await written(open);
  expect(page).toContain('All well so far: 1 of 2 tasks over, 1 to go');
  expect(page).toContain('<b>Not over yet:</b>');
  expect(page).toContain(`nightpass status ${open.id} --watch`);
});

describe('what others wrote', () => {
  test('never becomes markup', () => {
    const outside = page.replace(/<script[^>]*>.*?<\/script>/gs, '');
    expect(outside).not.toMatch(/<img|onerror=alert\(1\)>[^&]*<\/|\u202e/);
    expect(outside).toContain('&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;');
  });
  test('is never put into a command', () => {
    const commands = [...page.matchAll(/<pre.*?<\/pre>/gs)].map(([pre]) => pre.replace(/<[^>]*>/g, ''));
    expect(commands.length).toBeGreaterThan(3);
    for (const line of commands.join('\n').split('\n').filter(Boolean)) {
      expect(line).toMatch(/^nightpass [a-z]+ b[0-9a-f]{12}[-0-9a-z ]* {2}# [\w ;,]+$/);
    }
  });
});

test('only its own script and style are allowed, and they are the ones that stand there', () => {
  const [, policy = ''] = /Content-Security-Policy" content="([^"]*)"/.exec(page) ?? [];
  const hash = (text = '') => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
  const [, script] = /<script>(.*?)<\/script>/s.exec(page) ?? [];
  const [, style] = /<style>(.*?)<\/style>/s.exec(page) ?? [];
  expect(policy).toBe(
    `default-src 'none'; script-src ${hash(script)}; style-src ${hash(style)}; base-uri 'none'; form-action 'none'`,
  );
  expect(page).not.toMatch(/ style="| on[a-z]+="|https?:\/\/(?!.*<\/script>)[^"' ]*["']/);
});

test('whose report it is stands in its first lines, where the inbox looks for it', () => {
  expect(page.slice(0, 4096)).toContain(`"batch":"${night.id}"`);
});
