import type { FindAnswer, JsonObject, LaunchAnswer, RemoteJob } from '@nightpass/core';
import { type BehaviourOf, startSimulator } from '@nightpass/simulator';
import { afterEach } from 'vitest';
import { createProvider } from '../provider-kinds.ts';
import { httpText, rawServer } from '../raw-server.ts';
import { freely } from '../test-call.ts';
import { sampleLaunch } from './sample.ts';

const closing: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of closing.splice(0)) await one.close();
});

type Config = Record<string, unknown>;
export type Behaviour = BehaviourOf<'ogc-api-processes'>;

const roots: Record<string, string> = { zoo: '/ogc-api', geoserver: '/geoserver/ogc/processes/v1' };

function providerAt(baseUrl: string, config: Config) {
  const all = { kind: 'ogc-api-processes', baseUrl, auth: { kind: 'none' }, ...config };
  const provider = createProvider('server', all, () => 'planted-secret', { headersMs: 1_000, totalMs: 2_000 });
  closing.unshift(provider);
  return provider;
}

/** For tests: a simulated server with these ways, and a provider on it. Closed after the test. */
export async function openServer(behaviour: Behaviour = {}, config: Config = {}) {
  const sim = await startSimulator({ kind: 'ogc-api-processes', behaviour: { jobSeconds: 3600, ...behaviour } });
  closing.push(sim);
  const provider = providerAt(`${sim.url}${behaviour.root ?? roots[behaviour.preset ?? ''] ?? ''}`, config);
  const launch = (n = 0, inputs?: JsonObject) => provider.launch(sampleLaunch(n, inputs), freely);
  /** A launch whose answer is lost, of a process of the name. */
  const lose = async (n = 0) => {
    sim.setFaults([{ on: 'launch', do: 'drop-after-accept' }]);
    await launch(n);
    sim.setFaults([]);
    return sim.jobs().at(-1)?.id ?? '';
  };
  const find = (n = 0, claimed: readonly string[] = [], intentAtMs = Date.now() - 1_000): Promise<FindAnswer> => {
    const taken = async (ids: readonly string[]) => new Set(ids.filter((id) => claimed.includes(id)));
    return provider.findLaunch({ ...sampleLaunch(n), intentAtMs, claimed: taken }, freely);
  };
  const look = (job: RemoteJob) => provider.look(job, freely);
  return { sim, provider, launch, lose, find, look };
}

export interface Told {
  status?: number;
  body?: unknown;
  headers?: Record<string, string>;
}

/** For tests: a server that answers what it is told to, by method and path. `asked` holds every request as it came. */
export async function openTold(answer: (request: string, nth: number) => Told | undefined, config: Config = {}) {
  const asked: string[] = [];
  const server = await rawServer((socket, received) => {
    const [head = '', body = ''] = received.split('\r\n\r\n');
    if (!received.includes('\r\n\r\n') || body.length < Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0)) return;
    asked.push(received);
    const told = answer(head.split(' HTTP/', 1)[0] ?? '', asked.length) ?? { status: 404 };
    const { status = 200, headers = {} } = told;
    const text = typeof told.body === 'string' ? told.body : told.body === undefined ? '' : JSON.stringify(told.body);
    socket.end(httpText(status, text, { 'content-type': 'application/json', connection: 'close', ...headers }));
  });
  closing.push(server);
  return { asked, origin: server.origin, provider: providerAt(server.origin, config) };
}

export function jobOf(answer: LaunchAnswer): RemoteJob {
  if (answer.kind !== 'launched') throw new Error(`not launched: ${JSON.stringify(answer)}`);
  return answer.job;
}
