import { expect, test } from 'vitest';
import { freely } from '../test-call.ts';
import { openStage, type Stage } from './test-stage.ts';

/** Makes a job with the title of the n-th launch, as if the answer to its creation had been lost. */
async function lose({ simulator, launch }: Stage, n = 0): Promise<string> {
  const known = new Set(simulator.jobs().map((job) => job.id));
  simulator.setFaults([{ on: 'create', do: 'drop-after-accept' }]);
  expect(await launch(n)).toMatchObject({ kind: 'ambiguous' });
  simulator.setFaults([]);
  return simulator.jobs().find((job) => !known.has(job.id))?.id ?? '';
}

test('a lost creation leaves a job that waits for its start: it is found by its title, and goes on', async () => {
  const stage = await openStage();
  const id = await lose(stage);
  expect(await stage.find()).toMatchObject({ kind: 'begun', step: id });
  stage.steps.set(0, id);
  expect(await stage.launched()).toMatchObject({ id });
  expect(stage.simulator.jobs()).toHaveLength(1);
});

test('a lost start is asked of the job itself, and of no list', async () => {
  const { simulator, launch, find } = await openStage();
  simulator.setFaults([{ on: 'launch', do: 'drop-after-accept' }]);
  expect(await launch()).toMatchObject({ kind: 'ambiguous' });
  expect(await find()).toMatchObject({ kind: 'found', rule: 'found-by-id' });
  expect(simulator.counts().list.arrived).toBe(0);
});

test('a job shown as created soon after its start may have been started: nothing is sent until that would show', async () => {
  const { simulator, launch, find } = await openStage({
    behaviour: { like: 'vito', statusLagSeconds: 60 },
    config: { statusLagSeconds: 60 },
  });
  simulator.setFaults([{ on: 'launch', do: 'drop-after-accept' }]);
  expect(await launch()).toMatchObject({ kind: 'ambiguous' });
  simulator.setFaults([]);
  expect(await find()).toMatchObject({ kind: 'rejected', rule: 'may-not-show-yet' });
  simulator.setBehaviour({ statusLagSeconds: 0 });
  expect(await find()).toMatchObject({ kind: 'found' });
  expect(simulator.counts().launch).toMatchObject({ arrived: 1, tookEffect: 1 });
});

test('long after its start a job that is still created was not started: it goes on', async () => {
  const { simulator, launch, find, steps } = await openStage({ config: { statusLagSeconds: 60 } });
  simulator.setFaults([{ on: 'launch', do: 'drop' }]);
  await launch();
  expect(await find(0, Date.now() - 61_000)).toMatchObject({ kind: 'begun', step: steps.get(0) });
});

test('a created job that is not there is waited for, and then nobody can tell', async () => {
  const { simulator, launch, find, steps } = await openStage({ config: { statusLagSeconds: 60 } });
  simulator.setFaults([{ on: 'launch', do: 'drop' }]);
  await launch();
  simulator.removeJob(steps.get(0) ?? '');
  expect(await find()).toMatchObject({ kind: 'rejected', rule: 'may-not-show-yet' });
  expect(await find(0, Date.now() - 61_000)).toMatchObject({ kind: 'cannotTell', rule: 'created-job-gone' });
});

test('a list that lags does not show a new job: not found now, found by the next search', async () => {
  const stage = await openStage({ behaviour: { listLagSeconds: 60 } });
  const id = await lose(stage);
  expect(await stage.find()).toMatchObject({ kind: 'notFound' });
  stage.simulator.setBehaviour({ listLagSeconds: 0 });
  expect(await stage.find()).toMatchObject({ kind: 'begun', step: id });
});

test('where a member of a federation is missing, a job that is not listed may be there: nobody can tell', async () => {
  const stage = await openStage({ behaviour: { federationMissing: ['a-member'] } });
  expect(await stage.find()).toMatchObject({ kind: 'cannotTell', rule: 'federation-missing' });
  const id = await lose(stage);
  expect(await stage.find()).toMatchObject({ kind: 'begun', step: id });
});

test.each<[string, object]>([
  ['oldest first and whole, newest first in pages', { like: 'vito', mostPerPage: 7 }],
  ['in no order, whatever limit is asked for', { like: 'earth-engine' }],
])('a job is found in a list that comes %s', async (_, behaviour) => {
  const stage = await openStage({ behaviour });
  const id = await lose(stage, 3);
  for (let n = 10; n < 30; n++) await stage.launched(n);
  expect(await stage.find(3)).toMatchObject({ kind: 'begun', step: id });
  expect(await stage.find(4)).toMatchObject({ kind: 'notFound' });
});

test('pages that change while they are read still show a job that was there before', async () => {
  const stage = await openStage({ behaviour: { mostPerPage: 5 } });
  const id = await lose(stage, 3);
  for (let n = 10; n < 40; n++) await stage.launched(n);
  const gone = stage.simulator.jobs().slice(20, 25);
  const reading = stage.find(3);
  for (let n = 40; n < 50; n++) await stage.launched(n);
  for (const job of gone) stage.simulator.removeJob(job.id);
  expect(await reading).toMatchObject({ kind: 'begun', step: id });
});

test.each([
  ['http://127.0.0.1:9/steal?search_after=x', 'list'],
  ['//127.0.0.1:9/x?limit=1', 'list'],
  ['/admin?x=../..', 'list'],
])('the link to the next page gives its query and nothing else: %s', async (href) => {
  const { simulator, find, launched } = await openStage();
  await launched(1);
  simulator.setFaults([{ on: 'list', do: 'alter', set: { links: [{ rel: 'next', href }] }, when: { times: 1 } }]);
  expect(await find()).toMatchObject({ kind: 'notFound' });
  expect(simulator.counts().other.arrived).toBe(0);
  const paths = simulator.requests({ call: 'list' }).map(({ path }) => path.split('?')[0]);
  expect(paths.length).toBeGreaterThan(1);
  expect(new Set(paths)).toEqual(new Set(['/openeo/1.2/jobs']));
});

test('a list that leads back to itself is not read for ever, and proves nothing', async () => {
  const { simulator, find } = await openStage();
  simulator.setFaults([{ on: 'list', do: 'alter', set: { links: [{ rel: 'next', href: '?page=2' }] } }]);
  expect(await find()).toMatchObject({ kind: 'cannotTell', rule: 'list-unsure' });
  expect(simulator.counts().list.arrived).toBe(2);
});

test('of several jobs with one key, the one that was started is it; of idle ones, the oldest; of two started, none', async () => {
  const stage = await openStage();
  const listed = (...jobs: [string, string, string][]) => {
    const rows = jobs.map(([id, status, created]) => ({
      id,
      status,
      created,
      title: `x [${stage.request(0).launchKey}]`,
    }));
    stage.simulator.setFaults([{ on: 'list', do: 'alter', set: { jobs: rows } }]);
    return stage.find();
  };
  const [early, late] = ['2026-01-01T00:00:00Z', '2026-01-01T00:00:01Z'];
  expect(await listed(['a', 'created', early], ['b', 'running', late])).toMatchObject({
    kind: 'found',
    job: { id: 'b' },
  });
  expect(await listed(['a', 'created', late], ['b', 'created', early])).toMatchObject({ kind: 'begun', step: 'b' });
  expect(await listed(['a', 'queued', early], ['b', 'finished', late])).toMatchObject({
    kind: 'cannotTell',
    rule: 'more-than-one',
  });
  expect(await listed(['../../admin', 'running', early])).toMatchObject({ kind: 'cannotTell', rule: 'id-unusable' });
  expect(stage.simulator.counts().delete.arrived).toBe(0);
});

test('a job that somebody renamed is not found by its title: no title is immutable', async () => {
  const stage = await openStage({ behaviour: { like: 'earth-engine' } });
  const id = await lose(stage);
  await fetch(`${stage.simulator.url}/openeo/v1.2/jobs/${id}`, {
    method: 'PATCH',
    headers: { authorization: 'Bearer basic//static', 'content-type': 'application/json' },
    body: JSON.stringify({ title: 'mine now' }),
  });
  expect(await stage.find()).toMatchObject({ kind: 'notFound' });
});

test('searches at the same time share one reading of the list, each page at the read pace', async () => {
  const stage = await openStage({ behaviour: { mostPerPage: 10 } });
  for (let n = 0; n < 30; n++) await stage.launched(n);
  const before = stage.simulator.counts().list.arrived;
  let slots = 0;
  const call = { ...freely, readSlot: async () => ++slots > 0 };
  const searches = Array.from({ length: 20 }, (_, n) => {
    const request = {
      ...stage.request(n),
      step: undefined,
      intentAtMs: Date.now(),
      claimed: async () => new Set<string>(),
    };
    return stage.provider.findLaunch(request, call);
  });
  const answers = await Promise.all(searches);
  expect(new Set(answers.map((answer) => answer.kind))).toEqual(new Set(['found']));
  const reads = stage.simulator.counts().list.arrived - before;
  expect(reads).toBeLessThanOrEqual(8);
  expect(slots).toBe(reads);
});
