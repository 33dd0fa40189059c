import { createHash } from 'node:crypto';
import { readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Elsewhere, type Ended, endedBatch, startElsewhere } from '../results/test-results.ts';
import { until } from '../test-command.ts';

/** The results of a batch that has ended, on a real Redis and the simulated platform. */

let it: Ended;
let elsewhere: Elsewhere;
let dir: string;
let runs = 0;
beforeAll(async () => {
  // Some three megabytes a task.
  it = await endedBatch({ recordsPerJob: 15_000 });
  elsewhere = await startElsewhere();
});
afterAll(async () => {
  await elsewhere.close();
  await it.close();
});
beforeEach(() => {
  it.platform.setFaults([]);
  dir = join(it.place.dir, `results-${++runs}`);
});

const taskOf = (index: number) => it.task(index).then(({ id }) => id);
const manifest = async () => JSON.parse(await readFile(join(dir, 'results.json'), 'utf8')).results;
const sha256 = (bytes: Buffer | string) => createHash('sha256').update(bytes).digest('hex');
const fetchOnly = (task: string, ...more: string[]) =>
  it.place.run('results', it.batch, '--download', dir, '--task', task, ...more);

/** The records of a task's job as the platform itself gives them. */
async function recordsOf(index: number): Promise<Buffer> {
  const { job, results } = await it.task(index);
  if (!job) throw new Error('it has no job');
  const token = await fetch(it.platform.tokenUrl, {
    method: 'POST',
    body: new URLSearchParams({ apikey: 'test-key', grant_type: 'api_key', client_id: 'IDP' }),
  });
  const { access_token } = (await token.json()) as { access_token: string };
  const href = results?.[0]?.href ?? '';
  const answer = await fetch(`${it.platform.url}${href}`, { headers: { authorization: `Bearer ${access_token}` } });
  return Buffer.from(await answer.arrayBuffer());
}

async function expectRecords(index: number, path: string): Promise<void> {
  expect(sha256(await readFile(path))).toBe(sha256(await recordsOf(index)));
}

test('what each job offers was kept when it ended, and is listed without asking', async () => {
  const asked = it.platform.counts().any.arrived;
  const { code, stdout } = await it.place.run('results', it.batch, '--json');
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(lines).toHaveLength(12);
  expect(lines[0]).toMatchObject({
    task: await taskOf(0),
    results: [{ name: 'records.geojson', type: 'application/geo+json', origin: it.platform.url }],
    reason: null,
  });
  expect(code).toBe(0);
  expect(it.platform.counts().any.arrived).toBe(asked);
  expect((await it.place.run('results', it.batch)).stdout).toContain('records.geojson');
  expect(JSON.parse((await it.place.run('why', await taskOf(0), '--json')).stdout)).toMatchObject({ results: 1 });
});

test('all is fetched, checked and listed; a second run finds all there and asks for nothing', async () => {
  const { code, stdout, stderr } = await it.place.run('results', it.batch, '--download', dir);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toContain('all is there: 12 files fetched');
  const listed = await manifest();
  expect(listed).toHaveLength(12);
  for (const { file, size, sha256: hash } of listed) {
    const bytes = await readFile(join(dir, file));
    expect([bytes.length, sha256(bytes)]).toEqual([size, hash]);
  }
  await expectRecords(3, join(dir, `${await taskOf(3)}`, 'records.geojson'));
  const asked = it.platform.counts().any.arrived;
  expect((await it.place.run('results', it.batch, '--download', dir)).stdout).toBe(
    `all is there already: 12 files in ${dir}\n`,
  );
  expect(it.platform.counts().any.arrived).toBe(asked);
  const everything = JSON.stringify(listed) + stdout;
  expect(everything).not.toMatch(/projectId|jobId=|Bearer|test-key/);
  expect((await readdir(dir)).sort()).toEqual(
    [...new Set(listed.map(({ task }: { task: string }) => task)), 'results.json'].sort(),
  );

  // A file that was cut, and a manifest that was lost, are made good.
  await truncate(join(dir, listed[5].file), 10);
  await rm(join(dir, 'results.json'));
  expect((await it.place.run('results', it.batch, '--download', dir)).code).toBe(0);
  expect((await manifest()).map(({ sha256: hash }: { sha256: string }) => hash)).toContain(listed[4].sha256);
});

test('a run that is killed half way goes on where it stopped, and what comes is byte-equal', async () => {
  const task = await taskOf(1);
  const part = join(dir, task, 'records.geojson.part');
  const sizeOf = () =>
    stat(part).then(
      ({ size }) => size,
      () => 0,
    );
  it.platform.setFaults([{ on: 'results', do: 'slow', ms: 60_000 }]);
  const run = it.place.start('results', it.batch, '--download', dir, '--task', task);
  await until(async () => (await sizeOf()) > 100_000);
  expect(await fetchOnly(task)).toMatchObject({ code: 2, stderr: expect.stringContaining('another run fetches into') });
  run.kill('SIGKILL');
  await run.ended;
  const before = await sizeOf();
  expect(await readdir(join(dir, task))).not.toContain('records.geojson');

  it.platform.setFaults([]);
  const answers = it.platform.requests({ call: 'results', status: 206 }).length;
  const { code } = await fetchOnly(task);
  expect(code).toBe(0);
  expect(it.platform.requests({ call: 'results', status: 206 })).toHaveLength(answers + 1);
  expect(before).toBeGreaterThan(100_000);
  await expectRecords(1, join(dir, task, 'records.geojson'));
  expect(await readdir(join(dir, task))).toEqual(['records.geojson']);
});

test('connections that are cut, and a token that ends in the middle, only delay it', async () => {
  const task = await taskOf(2);
  it.platform.setFaults([
    { on: 'results', do: 'cut', when: { times: 2 } },
    { on: 'results', do: 'expire-tokens', when: { times: 1 } },
    { on: 'results', do: 'reply', status: 502, when: { times: 1 } },
  ]);
  expect(await fetchOnly(task)).toMatchObject({ code: 0 });
  await expectRecords(2, join(dir, task, 'records.geojson'));
});

test('a platform that knows no parts is read from the start again', async () => {
  const task = await taskOf(4);
  it.platform.setBehaviour({ recordsInParts: false });
  it.platform.setFaults([{ on: 'results', do: 'cut', when: { times: 1 } }]);
  expect(await fetchOnly(task)).toMatchObject({ code: 0 });
  it.platform.setBehaviour({ recordsInParts: true });
  await expectRecords(4, join(dir, task, 'records.geojson'));
});

test('what is gone is named, all else is fetched, and the command fails', async () => {
  const { job } = await it.task(6);
  it.platform.setFaults([{ on: 'results', do: 'reply', status: 410, when: { match: { jobId: job?.id ?? '' } } }]);
  const { code, stdout, stderr } = await it.place.run('results', it.batch, '--download', dir);
  expect(stderr).toBe('');
  expect(stdout).toContain(`missing: ${await taskOf(6)}  records.geojson: gone: HTTP 410`);
  expect(stdout).toContain('11 files fetched');
  expect(code).toBe(1);
  expect(await manifest()).toHaveLength(11);
  expect(await readdir(dir)).not.toContain(await taskOf(6));
});

test('no credentials go elsewhere, no key of a link into any output; names that climb stay below', async () => {
  const bytes = 'x'.repeat(4_000);
  elsewhere.answer = (request, response) => {
    if (request.url?.startsWith('/moved')) response.writeHead(302, { location: '/store?sig=planted-signature' });
    response.end(request.url?.startsWith('/moved') ? '' : bytes);
  };
  const names = ['../../climbed', 'CON', 'a.TIF', 'A.tif', 'a/b.tif', '.hidden', 'x.part', 'x'];
  await it.offer(
    7,
    names.map((name) => ({ name, href: `${elsewhere.origin}/moved?sig=planted-signature` })),
  );
  const task = await taskOf(7);
  const { code, stdout, stderr } = await fetchOnly(task, '--json');
  expect(code).toBe(0);
  expect(elsewhere.requests.filter(({ headers }) => headers.authorization ?? headers.cookie)).toEqual([]);
  expect(elsewhere.requests).toHaveLength(2 * names.length);
  const files = await readdir(join(dir, task));
  expect(files).toHaveLength(names.length);
  expect(new Set(files.map((file) => file.toLowerCase())).size).toBe(names.length);
  expect(files.filter((file) => /^\.|^con$|\.part$/i.test(file))).toEqual([]);
  expect(await readdir(it.place.dir)).not.toContain('climbed');
  expect(stdout + stderr + JSON.stringify(await manifest())).not.toContain('planted-signature');
  expect((await manifest())[0]).toMatchObject({ origin: elsewhere.origin });
  expect((await it.place.run('results', it.batch, '--task', task)).stdout).not.toContain('planted-signature');
});

test('a size or a sha256 that is not the one that was said leaves no file', async () => {
  elsewhere.answer = (_, response) => void response.end('bytes');
  const href = `${elsewhere.origin}/a`;
  await it.offer(8, [
    { name: 'good', href, sizeBytes: 5, sha256: sha256('bytes').toUpperCase() },
    { name: 'long', href, sizeBytes: 4 },
    { name: 'short', href, sizeBytes: 6 },
    { name: 'other', href, sha256: sha256('other') },
  ]);
  const task = await taskOf(8);
  const { code, stdout } = await fetchOnly(task);
  expect(code).toBe(1);
  expect(stdout).toContain('long: it has 5 bytes, not the 4 that were said');
  expect(stdout).toContain('short: it has 5 bytes, not the 6 that were said');
  expect(stdout).toContain('other: its sha256 is not the one that was said');
  expect(await readdir(join(dir, task))).toEqual(['good']);
});

test('a link that has ended is asked for anew, once', async () => {
  elsewhere.answer = (_, response) => void response.writeHead(403).end();
  await it.offer(9, [{ name: 'records.geojson', href: `${elsewhere.origin}/over` }]);
  expect(await fetchOnly(await taskOf(9))).toMatchObject({ code: 0 });
  expect((await it.task(9)).results?.[0]?.href).toMatch(/^\/api\/v1\/records/);
});

test('a task of which nothing is known is asked for, and what it offers is kept', async () => {
  const { id } = await it.task(10);
  await it.ledger.redis.hdel(`${it.ledger.keys.taskPrefix}${id}`, 'results');
  expect((await it.place.run('results', it.batch, '--task', id)).stdout).toContain('records.geojson');
  expect((await it.task(10)).results).toHaveLength(1);
  await it.ledger.redis.hdel(`${it.ledger.keys.taskPrefix}${id}`, 'results');
  it.platform.setFaults([{ on: 'look', do: 'reply', status: 404 }]);
  const { code, stdout } = await fetchOnly(id);
  expect([code, stdout]).toEqual([
    1,
    expect.stringContaining(`missing: ${id}  all it offers: the platform has no such job`),
  ]);
});

test('wrong use: no such task, no such process, a folder with another list', async () => {
  expect(await fetchOnly('b000-0-0')).toMatchObject({ code: 2, stderr: expect.stringContaining('is no task of') });
  const of = (...more: string[]) => it.place.run('results', it.batch, '--download', dir, ...more);
  expect(await of('--process', 'nothing')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('no process nothing'),
  });
  expect(await of('--concurrency', '0')).toMatchObject({ code: 2 });
  expect(await of('--process', '0')).toMatchObject({ code: 0 });
  await writeFile(join(dir, 'results.json'), '{"mine":1}');
  expect(await of()).toMatchObject({ code: 2, stderr: expect.stringContaining('no list of results of ours') });
});
