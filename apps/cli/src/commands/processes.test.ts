import { type Simulator, startSimulator } from '@nightpass/simulator';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openWorkplace, quickConfig, type Workplace } from '../test-command.ts';

let platform: Simulator;
let place: Workplace;
beforeEach(async () => {
  const processes = [
    { id: 'vessels', title: 'Vessel finder', version: '2.1' },
    { id: 'change', title: 'Change watch', images: 2 as const, firstImageField: 'imageId1' as const },
  ];
  platform = await startSimulator({ kind: 'airbus-playground', tokens: ['test-token'], behaviour: { processes } });
  place = await openWorkplace({ TEST_TOKEN: 'test-token' });
  await place.configure(configWith({ probeProjectId: 'project' }));
});
afterEach(async () => {
  await place.close();
  await platform.close();
});

function configWith(more: object, baseUrl = platform.url): object {
  const config = quickConfig(baseUrl) as { providers: { airbus: object } };
  return { ...config, providers: { airbus: { ...config.providers.airbus, ...more } } };
}

test('what can be launched is listed, with how many there are', async () => {
  const { code, stdout } = await place.run('processes', 'airbus');
  expect(stdout).toMatch(/^process +title +version\nvessels +Vessel finder +2\.1\nchange +Change watch +1\.0\n/);
  expect(stdout).toContain('2 processes on airbus');
  expect(code).toBe(0);
  const json = await place.run('processes', 'airbus', '--json');
  expect(JSON.parse(json.stdout)).toEqual({
    provider: 'airbus',
    processes: [
      { id: 'vessels', title: 'Vessel finder', version: '2.1', description: 'simulated' },
      { id: 'change', title: 'Change watch', version: '1.0', description: 'simulated' },
    ],
    total: 2,
  });
});

test('a list of many pages is read to its end, at the read pace', async () => {
  platform.setBehaviour({ processes: Array.from({ length: 350 }, (_, n) => ({ id: `p-${n}` })) });
  await place.configure(configWith({ probeProjectId: 'project', read: { perSecond: 2 } }));
  const { stdout } = await place.run('processes', 'airbus', '--json');
  expect(JSON.parse(stdout)).toMatchObject({ total: 350 });
  const [first, , , last] = platform.requests({ call: 'describe' });
  expect((last?.atMs ?? 0) - (first?.atMs ?? 0)).toBeGreaterThan(1_200);
});

test('pages that go round in circles end the list', async () => {
  platform.setFaults([{ on: 'describe', do: 'alter', set: { total: 1_000_000 } }]);
  platform.setBehaviour({ processes: Array.from({ length: 100 }, (_, n) => ({ id: `p-${n}` })) });
  const { stdout } = await place.run('processes', 'airbus', '--json');
  expect(JSON.parse(stdout)).toMatchObject({ total: 100 });
});

test('a platform without processes says so', async () => {
  platform.setBehaviour({ processes: [] });
  expect(await place.run('processes', 'airbus')).toMatchObject({ code: 0, stdout: 'airbus lists no processes.\n' });
  expect((await place.run('processes', 'airbus', '--json')).stdout).toBe(
    '{"provider":"airbus","processes":[],"total":0}\n',
  );
});

test('one process is told with its inputs', async () => {
  const { code, stdout } = await place.run('processes', 'airbus', 'change');
  expect(stdout).toMatch(/^Change watch {2}change\nversion 1\.0\nsimulated\n\ninput +required +type/);
  expect(stdout).toMatch(/^imageId1 +yes +string +Id of an image$/m);
  expect(stdout).toMatch(/^datasetId +string /m);
  expect(code).toBe(0);
  const json = JSON.parse((await place.run('processes', 'airbus', 'change', '--json')).stdout);
  expect(json).toMatchObject({ provider: 'airbus', id: 'change', title: 'Change watch' });
  expect(json.inputs).toContainEqual({
    name: 'imageId2',
    required: true,
    type: 'string',
    description: 'Id of an image',
  });
});

test('a process whose inputs are not shown says so', async () => {
  platform.setBehaviour({ showInputSchema: false });
  const { stdout } = await place.run('processes', 'airbus', 'vessels');
  expect(stdout).toContain('The platform does not say what it takes.');
});

test('a name that nobody has is wrong use, and what there is is named', async () => {
  expect(await place.run('processes', 'airbsu')).toMatchObject({
    code: 2,
    stderr: 'nightpass: no provider airbsu; configured: airbus\n',
  });
  const { code, stderr } = await place.run('processes', 'airbus', 'vessel', '--json');
  expect(JSON.parse(stderr)).toEqual({
    error: expect.stringMatching(/airbus has no process vessel .*nightpass processes airbus lists/),
  });
  expect(code).toBe(2);
});

test('without a project to list for, the key that is missing is named', async () => {
  await place.configure(configWith({}));
  const { code, stderr } = await place.run('processes', 'airbus');
  expect(stderr).toContain('→ add probeProjectId to providers.airbus');
  expect(code).toBe(1);
});

test('a platform that is away, and one that refuses us, are told with what to do', async () => {
  await place.configure(configWith({ probeProjectId: 'project' }, 'http://127.0.0.1:9'));
  const away = await place.run('processes', 'airbus');
  expect(away.stderr).toMatch(/airbus: cannot be reached: .*refused.*\n {2}→ check providers\.airbus\.baseUrl/);
  expect(away.code).toBe(1);

  await place.configure(configWith({ probeProjectId: 'project' }));
  place.env.TEST_TOKEN = 'yesterdays-token';
  const refused = await place.run('processes', 'airbus', 'vessels');
  expect(refused.stderr).toMatch(/refuses the credentials: HTTP 401.*\n {2}→ put a new token into .* TEST_TOKEN/);
  expect(refused.stderr).not.toContain('yesterdays-token');
  expect(refused.code).toBe(1);

  place.env.TEST_TOKEN = '';
  const missing = await place.run('processes', 'airbus');
  expect(missing.stderr).toContain('providers.airbus.auth.tokenEnv');
  expect(missing.code).toBe(2);
});

test('what a platform says cannot move the cursor', async () => {
  platform.setBehaviour({ processes: [{ id: 'a', title: 'x\u001b[2Jy', description: 'z\u0007' }] });
  const { stdout } = await place.run('processes', 'airbus');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
});
