import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { simulatorKinds } from '@nightpass/simulator';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openWorkplace, type Workplace } from '../test-command.ts';

let place: Workplace;
beforeEach(async () => {
  place = await openWorkplace();
});
afterEach(() => place.close());

test('simulate prints the config that uses it, answers, and ends at Ctrl-C with what it saw', async () => {
  const simulator = place.start('simulate', '--kind', 'airbus-playground', '--port', '0');
  const [, baseUrl] = await simulator.untilSays(/baseUrl: (\S+)/);
  const [, tokenUrl] = await simulator.untilSays(/tokenUrl: (\S+) }/);
  const answer = await fetch(tokenUrl ?? '', {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: 'grant_type=api_key&client_id=IDP&apikey=any',
  });
  expect(answer.status).toBe(200);
  expect((await fetch(`${baseUrl}/nowhere`)).status).toBe(404);
  simulator.kill('SIGINT');
  const { code, stdout } = await simulator.ended;
  expect(stdout).toContain('It got 2 requests: 0 launches');
  expect(code).toBe(0);
});

const anyLogin = ['API_KEY', 'USER', 'TOKEN', 'PASSWORD'].map((name) => [`SIMULATED_${name}`, 'some-secret']);

test.each(simulatorKinds)('a simulated %s lets in whoever takes over the config that it prints', async (kind) => {
  await place.close();
  place = await openWorkplace(Object.fromEntries(anyLogin));
  const simulator = place.start('simulate', '--kind', kind, '--port', '0');
  const [, printed] = await simulator.untilSays(/( +providers:\n(?:.+\n)+)/);
  await writeFile(join(place.dir, 'nightpass.yaml'), (printed ?? '').replaceAll(/^ {2}/gm, ''));
  const { stdout } = await place.run('doctor', '--json');
  const { checks } = JSON.parse(stdout) as { checks: { check: string; verdict: string }[] };
  const verdicts = checks.filter(({ check }) => check.includes('simulated')).map(({ verdict }) => verdict);
  expect(new Set(verdicts)).toEqual(new Set(['ok']));
  simulator.kill('SIGTERM');
  await simulator.ended;
});

test('--faults plays a script, and a bad one is wrong use with its place', async () => {
  await writeFile(join(place.dir, 'bad.json'), '{"faults": [{"on": "lunch", "do": "drop"}]}');
  const bad = await place.run('simulate', '--kind', 'airbus-playground', '--faults', 'bad.json');
  expect(bad.stderr).toContain('faults[0].on');
  expect(bad.code).toBe(2);
  await writeFile(join(place.dir, 'good.json'), '{"faults": [{"on": "token", "do": "reply", "status": 503}]}');
  const simulator = place.start(
    'simulate',
    '--kind',
    'airbus-playground',
    '--port',
    '0',
    '--faults',
    'good.json',
    '--json',
  );
  const [line] = await simulator.untilSays(/\{"event":"started".*\}/);
  expect((await fetch(JSON.parse(line).tokenUrl, { method: 'POST' })).status).toBe(503);
  simulator.kill('SIGTERM');
  const lines = (await simulator.ended).stdout
    .trim()
    .split('\n')
    .map((text) => JSON.parse(text));
  expect(lines[1]).toMatchObject({
    event: 'stopped',
    requests: 1,
    launches: 0,
    launchedTwice: 0,
    faults: { reply: 1 },
  });
});

test('an unknown kind is wrong use, and the known ones are named', async () => {
  const { code, stderr } = await place.run('simulate', '--kind', 'moon');
  expect(stderr).toContain('airbus-playground');
  expect(code).toBe(2);
});
