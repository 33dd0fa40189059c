import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type AuditEntry, readAudit } from '@nightpass/engine';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { examples, type Outcome, runHere } from '../test-command.ts';
import { personHere } from '../who.ts';
import { openTwoWays, type TwoWays } from './test-two-ways.ts';

/** The same commands on the ledger itself, and through a board that asks who one is: the same output, the same effect. */

let ways: TwoWays;
beforeAll(async () => {
  ways = await openTwoWays();
}, 60_000);
afterAll(() => ways.close());

/** In this order: each finds what those before it have left. `#` is the batch. */
const commands: string[][] = [
  ['batches'],
  ['batches', '--json', '--limit', '1'],
  ['status', '#', '--json'],
  ['status', 'ports-of-occitanie.json'],
  ['status', 'ports-of-brittany.json'],
  ['tasks', '#', '--json', '--limit', '5'],
  ['tasks', '#', '--after', '#-0-4', '--limit', '0', '--json'],
  ['tasks', 'ports-of-occitanie', '--phase', 'failed,parked'],
  ['tasks', '#', '--json', '--since', '1h'],
  ['tasks', '#', '--until', '2020-01-01T00:00Z'],
  ['why', '#-0-1'],
  ['why', '#-1-0', '--json'],
  ['why', '#-0-99'],
  ['why', '#'],
  ['results', '#'],
  ['results', '#', '--json', '--process', '0'],
  ['results', '#', '--task', '#-0-0', '--json'],
  ['results', '#', '--process', 'nobody'],
  ['results', '#', '--task', '#-9-9'],
  ['report', '#', '--format', 'csv'],
  ['report', '#', '--format', 'geojson'],
  ['report', '#', '--format', 'json'],
  ['report', '#', '--format', 'junit'],
  ['report', '#', '--out', '@report.html'],
  ['report', '#', '--format', 'csv', '--out', '@tasks.csv', '--json'],
  ['report', 'b000000000000'],
  ['redrive', '#', '--dry-run'],
  ['redrive', '#', '--dry-run', '--json'],
  ['redrive', '#', '--since', '1h', '--dry-run', '--json'],
  ['redrive', '#', '--filter', 'error=No Such', '--dry-run', '--json'],
  ['redrive', '#', '--filter', 'error=No Such', '--yes', '--why', 'the image is there now'],
  ['redrive', '#', '--phase', 'parked', '--yes', '--json', '--why', 'looked at'],
  ['redrive', '#'],
  ['redrive', '#', '--phase', 'failed', '--per-minute', '2', '--dry-run'],
  ['redrive', '#', '--filter', 'zone=5', '--phase', 'parked', '--per-minute', '0.5', '--dry-run', '--json'],
  ['redrive', '#', '--per-minute', '0'],
  ['actions'],
  ['actions', '--json'],
  ['actions', '--stop', '3f2a90c1'],
  ['why', '#-0-1', '--json'],
  ['priority', '#', '5', '--task', '#-1-1', '--yes', '--json', '--why', 'urgent'],
  ['priority', '#', '-5', '--yes'],
  ['batches', '--json'],
  ['park', '#', '--filter', 'zone=5', '--dry-run', '--json'],
  ['park', '#', '--filter', 'zone=5', '--yes', '--why', 'clouds'],
  ['why', '#-1-5', '--json'],
  ['cancel', '#', '--filter', 'zone=0', '--yes', '--json'],
  ['cancel', 'gironde-after-the-fires.json', '--yes', '--why', 'not needed'],
  ['cancel', 'gironde-after-the-fires.json', '--yes', '--json'],
  ['pause', 'airbus', '--why', 'budget'],
  ['pause', 'airbus', '--json'],
  ['resume', 'airbus', '--json'],
  ['resume', 'airbus'],
  ['pause', 'airbus'],
  ['resume', 'airbus', '--all', '--why', 'it is back'],
  ['resume', 'airbus', '--all', '--json'],
  ['pause', 'nobody'],
  ['status', '#', '--json'],
  ['token', 'create', 'ci', '--role', 'operator', '--days', '9', '--json'],
  ['token', 'create', 'forever'],
  ['token', 'revoke', '000000000000'],
  ['submit', '%lagoons-of-new-caledonia.json', '--json'],
  ['submit', '%lagoons-of-new-caledonia.json'],
  ['submit', '%with-a-fault/ports-of-brittany.json'],
  ['batches'],
];

/** What cannot be the same: moments, who it was, what is random, and how the file in the inbox was called this time. */
function alike({ code, stdout, stderr }: Outcome): Outcome {
  const plain = (text: string) =>
    text
      .replaceAll(personHere(), 'WHO')
      .replace(/caledonia-2\.json/g, 'caledonia.json')
      .replace(/[^\s"]*(here|there)-(?=report|tasks)/g, '')
      .replace(/token ops/g, 'WHO')
      .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
      .replace(/\d{1,2} \w{3} \d\d:\d\d:\d\d|\b\d\d:\d\d:\d\d\b/g, 'TIME')
      .replace(/"(at|from|to|sizeBytes|timestamp)":("[^"]*"|\d+)/g, '"$1":0')
      .replace(/"(settledPerSecond|endsAboutAt)":("[^"]*"|[\d.]+|null)/g, '"$1":null')
      .replace(/ · [^·\n]* end( · at this pace[^\n]*)?$/gm, '')
      .replace(/\b\d{13}\b/g, 'MS')
      .replace(/\(action [0-9a-f]{8}\)/g, '(action)')
      .replace(/\(\d+ (m?s|min|minutes?|seconds?)\)/g, '(AGO)')
      .replace(/\bnp_[0-9a-f]{12}_[\w-]{43}/g, 'SECRET')
      .replace(/("token":"|token )[0-9a-f]{12}/g, '$1ID')
      .replace(/\d+(\.\d+)? kB\)/g, 'KB)')
      .replace(/ (time|timestamp)="[^"]*"/g, '');
  return { code, stdout: plain(stdout), stderr: plain(stderr).replace(`the board at ${ways.url}: `, '') };
}

test('each command tells the same, and does the same, through a board as on the ledger itself', {
  timeout: 120_000,
}, async () => {
  for (const command of commands) {
    const own = (side: string) =>
      command.map((arg) =>
        arg
          .replaceAll('#', ways.batch)
          .replace(/^@/, join(ways.dir, `${side}-`))
          .replace(/^%/, examples),
      );
    const here = alike(await ways.here(...own('here')));
    const there = alike(await ways.there(...own('there')));
    expect({ command, ...there }).toEqual({ command, ...here });
  }
});

test('what was done stands in the audit log alike, with who and why: a person here, a token there', async () => {
  const [here, there] = await Promise.all(
    ways.ledgers.map((ledger) => readAudit(ledger, { before: undefined, limit: 500 })),
  );
  const told = ({ entries }: { entries: AuditEntry[] } = { entries: [] }) =>
    entries
      // A board knows of each upload; who drops a file into the folder, nobody.
      .filter(({ fields }) => fields.event !== 'submitted' && !fields.target?.includes('(ops, '))
      .map(({ fields: { actionId: _, who: __, target = '', ...rest } }) => ({
        ...rest,
        target: target.replace(/^token [0-9a-f]{12}/, 'token'),
      }));
  expect(told(there)).toEqual(told(here));
  expect(told(here).length).toBeGreaterThan(20);
  expect(new Set(here?.entries.map(({ fields }) => fields.who))).toEqual(new Set([personHere()]));
  const begun = { event: 'begun', action: 'redrive', why: 'the image is there now', tasks: '1', role: 'admin' };
  expect(told(here)).toContainEqual(expect.objectContaining(begun));
  expect(told(here)).toContainEqual(
    expect.objectContaining({
      event: 'ended',
      action: 'resume',
      target: expect.stringContaining('holds person, outage'),
    }),
  );
  const listed = async (outcome: Promise<Outcome>) => JSON.parse((await outcome).stdout).entries[0];
  expect(await listed(ways.there('audit', '--json', '--limit', '1'))).toMatchObject({ who: 'token ops' });
  expect(Object.keys(await listed(ways.there('audit', '--json')))).toEqual(
    Object.keys(await listed(ways.here('audit', '--json'))),
  );
  expect((await ways.there('audit')).stdout).toMatch(/token ops +resume ended +provider airbus; holds person/);
});

test('tokens are listed and revoked through a board by its admins, and by nobody else', async () => {
  const { tokens } = JSON.parse((await ways.there('token', 'list', '--json')).stdout);
  const { token } = tokens.find((it: { name: string }) => it.name === 'ci');
  expect(await ways.thereAs('operator', 'token', 'list')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('this needs the role admin'),
  });
  expect((await ways.there('token', 'list')).stdout).toContain(token);
  expect(await ways.there('token', 'revoke', token)).toMatchObject({ code: 0 });
  expect(await ways.there('token', 'revoke', token)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('no token'),
  });
});

test('a viewer may look, and is told what role a change needs', async () => {
  expect(await ways.thereAs('viewer', 'report', ways.batch, '--format', 'csv')).toMatchObject({ code: 0 });
  for (const change of [
    ['redrive', ways.batch, '--dry-run'],
    ['pause', 'airbus'],
    ['submit', `${examples}ports-of-occitanie.json`],
  ]) {
    const { code, stderr } = await ways.thereAs('viewer', ...change);
    expect({ change, code, stderr }).toEqual({
      change,
      code: 1,
      stderr: expect.stringContaining('needs the role operator'),
    });
  }
});

/** Why each needs the machine itself. */
const onlyHere = {
  up: 'starts what runs there',
  producer: 'runs there',
  worker: 'runs there',
  board: 'is the board',
  login: 'workers',
  processes: 'credentials',
  validate: 'reads files here',
  doctor: 'checks that machine',
  recover: 'accepted files',
  'hash-password': 'goes nowhere',
  demo: 'of its own',
  simulate: 'runs there',
};

test.each(Object.entries(onlyHere))(
  '%s with --url says that it needs the machine itself, and why',
  async (name, why) => {
    const { code, stderr } = await runHere({}, name, 'airbus', '--url', ways.url);
    expect(stderr).toMatch(new RegExp(`^nightpass: ${name} needs the machine itself: .*${why}`));
    expect(code).toBe(2);
  },
);

test('every command is one of these: driven both ways, or one that needs the machine itself', async () => {
  const { stdout } = await runHere({}, '--help');
  const all = [...stdout.matchAll(/^ {2}([a-z-]+) (?:\[|<| {2})/gm)].map(([, name]) => name);
  const driven = [...commands.map(([name]) => name), 'audit', ...Object.keys(onlyHere)];
  expect([...new Set(driven)].sort()).toEqual([...new Set(all)].filter((name) => name !== 'help').sort());
});

test('what cannot be fetched through a board is said, and a page of the board is no report', async () => {
  expect(await ways.there('results', ways.batch, '--download', ways.dir)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('needs the machine itself'),
  });
  const page = await readFile(join(ways.dir, 'there-report.html'), 'utf8');
  expect(page).toMatch(/^<!doctype html>/);
  expect(page.length).toBe((await readFile(join(ways.dir, 'here-report.html'), 'utf8')).length);
});

test('without a token, with none that is known, or with no board there, it says so and changes nothing', async () => {
  const asked = await runHere({}, 'batches', '--url', ways.url);
  expect(asked).toMatchObject({ code: 1, stderr: expect.stringContaining('NIGHTPASS_TOKEN') });
  expect(await runHere({}, 'batches', '--url', ways.url, '--token-env', 'NOBODY')).toMatchObject({ code: 2 });
  expect(await runHere({}, 'batches', '--token-env', 'NOBODY')).toMatchObject({ code: 2 });
  expect(await runHere({}, 'batches', '--url', 'ftp://x')).toMatchObject({ code: 2 });
  const clear = await runHere({ NIGHTPASS_TOKEN: 'x' }, 'batches', '--url', 'http://board.example');
  expect(clear).toMatchObject({ code: 2, stderr: expect.stringContaining('in the clear') });
  const gone = await runHere({}, 'batches', '--url', 'http://127.0.0.1:9');
  expect(gone).toMatchObject({ code: 1, stderr: expect.stringContaining('cannot be reached') });
});
