import { expect, test } from 'vitest';
import { startSimulator } from '../simulator.ts';
import { noPython, runPython } from './test-python.ts';

const script = new URL('./notebook.py', import.meta.url);
const behaviour = { services: [{ id: 20, name: 'TestProcessor' }], queueSeconds: 3600 };

/** What the notebook relies on. */
interface Told {
  services: { status: number; body: { _embedded: { services: { id: number; name: string }[] } } };
  created: { status: number; body: { id: number; inputs: Record<string, string[]>; label: null } };
  launched: { status: number; body: { content: { id: number; status: string } } };
  status: { status: number; body: { id: number; status: string } };
}

test('the published notebook runs against the simulator, request by request', async ({ skip }) => {
  const missing = await noPython();
  if (missing) skip(missing);
  const sim = await startSimulator({
    kind: 'desp-insula',
    behaviour: { ...behaviour, generation: 1 },
    users: [{ name: 'ada', password: '0123abcd' }],
  });
  try {
    const told = (await runPython(script, [sim.url, 'ada', '0123abcd'])) as Told;
    expect(told.services.body._embedded.services).toMatchObject([{ id: 20, name: 'TestProcessor' }]);
    expect(told.created).toMatchObject({ status: 201, body: { id: expect.any(Number), label: null } });
    expect(told.created.body.inputs.collection).toEqual(['{"result": "eopaas00000000000000000000000000000abc"}']);
    expect(told.launched.status).toBe(202);
    expect(told.status).toMatchObject({ status: 200, body: { id: told.launched.body.content.id, status: 'CREATED' } });
    expect(sim.jobs()).toMatchObject([{ id: String(told.launched.body.content.id), processId: '20', started: true }]);
  } finally {
    await sim.close();
  }
});

test.for([2, 3, 4] as const)(
  'against generation %i the notebook stops where that differs',
  async (generation, { skip }) => {
    const missing = await noPython();
    if (missing) skip(missing);
    const sim = await startSimulator({ kind: 'desp-insula', behaviour: { ...behaviour, generation } });
    try {
      // Flat answers have no "content"; the newest knows no slash at the end of /jobConfigs/.
      await expect(runPython(script, [sim.url, 'ada', '0123abcd'])).rejects.toThrow(/KeyError|JSONDecodeError/);
      expect(sim.jobs()).toHaveLength(generation === 4 ? 0 : 1);
    } finally {
      await sim.close();
    }
  },
);
