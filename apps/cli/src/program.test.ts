import { afterAll, beforeAll, expect, test } from 'vitest';
import { openWorkplace, type Workplace } from './test-command.ts';

let place: Workplace;
beforeAll(async () => {
  place = await openWorkplace();
});
afterAll(() => place.close());

const commands = [
  'up',
  'producer',
  'worker',
  'board',
  'login',
  'demo',
  'simulate',
  'processes',
  'validate',
  'submit',
  'batches',
  'status',
  'tasks',
  'why',
  'pause',
  'resume',
  'cancel',
  'redrive',
  'doctor',
];

test('the help lists every command, the environment and the exit codes', async () => {
  const { code, stdout } = await place.run('--help');
  for (const name of commands) expect(stdout).toMatch(new RegExp(`^  ${name} `, 'm'));
  expect(stdout).toContain('NIGHTPASS_INBOX');
  expect(stdout).toContain('2 wrong use or invalid input');
  expect(code).toBe(0);
});

test('the help of every command has an example of it', async () => {
  for (const name of commands) {
    const { code, stdout } = await place.run(name, '--help');
    expect(stdout).toMatch(new RegExp(`\\$ .*nightpass ${name}`));
    expect(code).toBe(0);
  }
}, 60_000);

test('--version tells the version', async () => {
  expect(await place.run('--version')).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
});

test('an unknown command is wrong use, and the near one is named', async () => {
  const { code, stderr } = await place.run('statsu', 'b1');
  expect(stderr).toContain("unknown command 'statsu'");
  expect(stderr).toContain('Did you mean status?');
  expect(code).toBe(2);
});

test('a missing argument, an unknown option and a bad value are wrong use', async () => {
  expect(await place.run('status')).toMatchObject({ code: 2, stderr: expect.stringContaining("argument 'batch'") });
  expect(await place.run('batches', '--limt', '3')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--limit'),
  });
  expect(await place.run('batches', '--limit', 'x')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('whole number'),
  });
  expect(await place.run('tasks', 'b1', '--phase', 'done')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('queued'),
  });
});

test('with --json an error is one line of JSON on stderr, and stdout stays empty', async () => {
  const unknown = await place.run('status', 'nothing', '--json');
  expect(JSON.parse(unknown.stderr)).toEqual({ error: expect.stringContaining('no batches yet') });
  expect(unknown).toMatchObject({ code: 2, stdout: '' });
  const wrong = await place.run('why', '--json');
  expect(JSON.parse(wrong.stderr)).toEqual({ error: expect.stringContaining('task') });
  expect(wrong).toMatchObject({ code: 2, stdout: '' });
});

test('a faulty config is refused with its place, also by commands that only look', async () => {
  await place.configure({ providers: { airbus: { kind: 'airbus-playground', auht: { kind: 'none' } } } });
  const told = await place.run('batches');
  expect(told.stderr).toMatch(/nightpass\.yaml:1:\d+: providers\.airbus\.auht: unknown key; did you mean auth\?/);
  expect(told.code).toBe(2);
  const json = await place.run('batches', '--json');
  expect(JSON.parse(json.stderr)).toMatchObject({ error: expect.any(String), faults: expect.any(Array) });
});

test('nothing is coloured where the output is no terminal', async () => {
  const { stdout, stderr } = await place.run('--help');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the one looked for
  expect(stdout + stderr).not.toMatch(/\u001b/);
});
