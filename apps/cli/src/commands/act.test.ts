import { silentLog } from '@nightpass/core';
import { createKeys, openActions, runAction } from '@nightpass/engine';
import { startTestRedis, type TestRedis } from '@nightpass/runtime/test-redis';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openExample, openWorkplace, quickConfig, type Workplace } from '../test-command.ts';
import { personHere } from '../who.ts';

/** What people do to providers and batches, with no worker to move anything meanwhile. */

let redis: TestRedis;
let place: Workplace;
let batch: string;
beforeEach(async () => {
  redis = await startTestRedis();
  place = await openWorkplace({ REDIS_URL: redis.url, TEST_TOKEN: 'test-token' });
  await place.configure(quickConfig('http://127.0.0.1:9'));
  batch = await openExample(redis.client(), 'ports-of-occitanie.json');
});
afterEach(async () => {
  await place.close();
  await redis.stop();
});

async function json(...args: string[]) {
  const { code, stdout, stderr } = await place.here(...args, '--json');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout);
}

/** Who did it stands wherever the why does. */
const budget = `budget (${personHere()})`;

test('a paused provider is the answer to why, until it is resumed', async () => {
  expect(await json('pause', 'airbus', '--why', 'budget')).toEqual({
    provider: 'airbus',
    changed: true,
    inFlight: 0,
    holds: [{ kind: 'person', reason: budget, since: expect.stringMatching(/Z$/), until: null, stopsLooks: false }],
  });
  expect(await json('pause', 'airbus')).toMatchObject({ changed: false });
  expect(await json('why', `${batch}-0-0`)).toMatchObject({
    answer: `provider airbus is held (person): ${budget}`,
    holds: [{ kind: 'person', reason: budget }],
  });
  expect((await place.here('status', batch)).stdout).toContain('airbus is held (person)');
  expect(await json('resume', 'airbus')).toEqual({ provider: 'airbus', changed: true, holds: [] });
  expect(await json('why', `${batch}-0-0`)).toMatchObject({ holds: [] });
  expect((await place.here('resume', 'airbus')).stdout).toBe('airbus was not paused.\n');
});

test('an unknown provider is wrong use, and the known ones are named', async () => {
  const { code, stderr } = await place.here('pause', 'airbsu');
  expect(stderr).toBe('nightpass: no provider airbsu; configured: airbus\n');
  expect(code).toBe(2);
});

test('cancel asks first; where nobody can be asked it changes nothing without --yes', async () => {
  const { code, stderr } = await place.here('cancel', batch);
  expect(stderr).toContain(`This cancels 12 open tasks of Ports of Occitanie (${batch}), 0 of them on the platform.`);
  expect(stderr).toContain('--yes');
  expect(code).toBe(2);
  expect(await json('status', batch)).toMatchObject({ phases: { queued: 12 } });
});

test('cancel --yes ends what waits, and once only', async () => {
  expect(await json('cancel', batch, '--yes')).toEqual({ batch, open: 12, cancelled: 12, onPlatform: 0 });
  expect(await json('status', batch)).toMatchObject({
    phases: { queued: 0, cancelled: 12 },
    endedAt: expect.stringMatching(/Z$/),
  });
  expect(await json('cancel', batch, '--yes')).toEqual({ batch, open: 0, cancelled: 0, onPlatform: 0 });
});

test('redrive --dry-run counts and changes nothing', async () => {
  await place.here('cancel', batch, '--yes');
  expect(await json('redrive', batch, '--phase', 'cancelled', '--dry-run')).toEqual({
    batch,
    phases: { cancelled: 12 },
    tasks: 12,
    dryRun: true,
    redriven: 0,
  });
  expect(await json('status', batch)).toMatchObject({ phases: { cancelled: 12, queued: 0 } });
});

test('redrive takes only what failed or expired unless told; the rest is named', async () => {
  await place.here('cancel', batch, '--yes');
  const { code, stdout } = await place.here('redrive', batch, '--yes');
  expect(stdout).toContain('nothing to redrive');
  expect(stdout).toContain('12 tasks cancelled: taken with --phase cancelled');
  expect(code).toBe(0);
});

test('redrive brings tasks back to the queue, once', async () => {
  await place.here('cancel', batch, '--yes');
  expect(await place.here('redrive', batch, '--phase', 'cancelled')).toMatchObject({ code: 2 });
  expect(await json('redrive', batch, '--phase', 'cancelled', '--yes')).toMatchObject({ tasks: 12, redriven: 12 });
  expect(await json('status', batch)).toMatchObject({ phases: { cancelled: 0, queued: 12 }, endedAt: null });
  expect(await json('redrive', batch, '--phase', 'cancelled', '--yes')).toMatchObject({ tasks: 0, redriven: 0 });
});

test('a phase that cannot be redriven is wrong use', async () => {
  expect(await place.here('redrive', batch, '--phase', 'running')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('failed, expired, cancelled, parked'),
  });
});

test('a selection is counted by a dry run, and then exactly that is cancelled and redriven', async () => {
  const selected = ['--process', '0', '--filter', 'zone=0,1'];
  expect(await json('cancel', batch, ...selected, '--dry-run')).toEqual({
    batch,
    action: 'cancel',
    tasks: 2,
    phases: { queued: 2 },
    untouched: {},
    dryRun: true,
    changed: 0,
  });
  expect(await json('cancel', batch, ...selected, '--yes')).toMatchObject({ tasks: 2, changed: 2 });
  expect(await json('status', batch)).toMatchObject({ phases: { queued: 10, cancelled: 2 }, cancelledAt: null });
  const { history } = await json('why', `${batch}-0-1`);
  expect(history.at(-1).text).toMatch(/^cancelled: cancelled-by-person: by \S+: by nightpass on the command line/);
  expect(await json('redrive', batch, '--task', `${batch}-0-1`, '--task', `${batch}-0-5`, '--yes')).toMatchObject({
    tasks: 1,
    untouched: { queued: 1 },
    changed: 1,
  });
  expect(await json('status', batch)).toMatchObject({ phases: { queued: 11, cancelled: 1 } });
});

test('what ended in a span of time is redriven by it, and nothing else', async () => {
  await place.run('cancel', batch, '--filter', 'zone=0,1', '--yes');
  const redrive = (...span: string[]) => json('redrive', batch, '--phase', 'cancelled', ...span, '--yes');
  expect(await redrive('--until', '30m')).toMatchObject({ tasks: 0 });
  expect(await redrive('--since', '30m')).toMatchObject({ tasks: 4, changed: 4 });
  expect(await place.run('redrive', batch, '--task', `${batch}-0-0`, '--since', '1h')).toMatchObject({ code: 2 });
});

test('a condition that says nothing, a family that is none and a process that is not there are wrong use', async () => {
  for (const wrong of [
    ['--filter', 'brest'],
    ['--family', 'x'],
    ['--process', 'nobody'],
    ['--task', 'b0-0-0'],
  ]) {
    expect(await place.here('redrive', batch, ...wrong, '--yes')).toMatchObject({ code: 2 });
  }
});

test('a token is told once, listed without what opens it, and revoked', async () => {
  const made = await json('token', 'create', 'ci', '--role', 'operator', '--days', '9');
  expect(made).toMatchObject({
    name: 'ci',
    role: 'operator',
    secret: expect.stringMatching(/^np_[0-9a-f]{12}_[\w-]{43}$/),
  });
  const { tokens } = await json('token', 'list');
  expect(tokens).toMatchObject([{ token: made.token, name: 'ci', lastUsedAt: null }]);
  expect(JSON.stringify(tokens)).not.toContain(made.secret);
  expect(await json('token', 'revoke', made.token)).toEqual({ token: made.token, revoked: true });
  expect(await place.here('token', 'revoke', made.token)).toMatchObject({ code: 2 });
});

test('a password is hashed from the standard input, and one that is too short is refused', async () => {
  const { code, stdout } = await place.runWith('correct horse battery\n', 'hash-password');
  expect(stdout).toMatch(/^scrypt:32768:8:3:[\w-]{22}:[\w-]{43}\n$/);
  expect(code).toBe(0);
  expect(await place.runWith('short\n', 'hash-password')).toMatchObject({ code: 2, stdout: '' });
});

test('a redrive at a pace of its own is begun and left to whoever runs; it is listed, and stopped once', async () => {
  expect((await place.here('actions')).stdout).toBe('nothing is under way\n');
  await place.here('cancel', batch, '--yes');
  const slowly = ['redrive', batch, '--phase', 'cancelled', '--per-minute', '0.1'];
  expect((await place.here(...slowly, '--dry-run')).stdout).toBe(
    'would launch again: 12 tasks (12 cancelled), at most 0.1 a minute: about 1 h 50 min. Nothing was changed.\n',
  );
  const begun = await place.here(...slowly, '--yes', '--why', 'gently');
  expect(begun.stdout).toContain(
    'begun: 12 tasks to be queued again, at most 0.1 a minute: about 1 h 50 min. 0 so far.\n',
  );
  const [, id = ''] = /nightpass actions --stop ([0-9a-f]{8})\n/.exec(begun.stdout) ?? [];
  expect((await place.here('actions')).stdout).toContain(`redrive, 0.1 a minute  batch ${batch}; phases cancelled`);
  expect(await json('actions')).toMatchObject({
    actions: [{ action: 'redrive', perMinute: 0.1, state: 'running', tasks: 12, changed: 0, why: 'gently' }],
  });
  // As a worker would.
  const ledger = { redis: redis.client(), keys: createKeys() };
  const [open = ''] = await openActions(ledger);
  await runAction({ ledger, launchQueue: () => undefined, log: silentLog }, open, new AbortController().signal);
  expect((await place.here('status', batch)).stdout).toMatch(
    /a redrive takes more back until about .*: nightpass actions/,
  );
  expect(await json('status', batch)).toMatchObject({ takenBackUntil: expect.stringMatching(/Z$/), endedAt: null });
  expect((await place.here('actions', '--stop', id, '--why', 'enough')).stdout).toBe(
    'stopped: 1 done, 11 left as they are\n',
  );
  const again = await place.here('actions', '--stop', id);
  expect([again.code, again.stderr]).toEqual([
    2,
    `nightpass: no action ${id} is under way; nightpass actions lists those that are\n`,
  ]);
  expect((await place.here('audit', '--limit', '1')).stdout).toContain('stopped: 1 task; enough');
  expect(await json('status', batch)).toMatchObject({ phases: { cancelled: 11, queued: 1 }, takenBackUntil: null });
});

test.each(['0', '-1', 'fast', '1e9', '60001'])('a pace of %s is wrong use', async (pace) => {
  const { code, stderr } = await place.here('redrive', batch, '--per-minute', pace);
  expect(stderr).toContain('It must be a number from 0.01 to 60000.');
  expect(code).toBe(2);
});

test('a pace with a selection is told as well', async () => {
  await place.here('cancel', batch, '--yes');
  const wanted = ['redrive', batch, '--filter', 'zone=0', '--phase', 'cancelled', '--per-minute', '30', '--yes'];
  expect(await json(...wanted)).toMatchObject({ perMinute: 30, state: 'running', changed: 0, dryRun: false });
});

test('a cancel of a batch that is at rest between two tasks of a redrive ends the redrive', async () => {
  await place.here('cancel', batch, '--yes');
  await place.here('redrive', batch, '--phase', 'cancelled', '--per-minute', '0.1', '--yes');
  const ledger = { redis: redis.client(), keys: createKeys() };
  const [open = ''] = await openActions(ledger);
  await runAction({ ledger, launchQueue: () => undefined, log: silentLog }, open, new AbortController().signal);
  await place.here('cancel', batch, '--task', `${batch}-0-0`, '--yes');
  expect(await json('status', batch)).toMatchObject({ phases: { cancelled: 12 }, endedAt: null });
  expect(await json('cancel', batch, '--yes')).toEqual({ batch, open: 0, cancelled: 0, onPlatform: 0 });
  expect(await json('actions')).toEqual({ actions: [] });
  expect(await json('status', batch)).toMatchObject({ endedAt: expect.stringMatching(/Z$/), takenBackUntil: null });
});
