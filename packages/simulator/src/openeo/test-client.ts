import type { BehaviourOf } from '../kinds.ts';
import { type Simulator, type SimulatorOptions, startSimulator } from '../simulator.ts';

/** What the tests of this folder talk to the simulated back-end with: fetch, and no more. */
export interface TestClient {
  sim: Simulator;
  call(method: string, path: string, options?: CallOptions): Promise<Answer>;
  create(change?: Record<string, unknown>, correlationId?: string): Promise<string>;
  start(id: string): Promise<Answer>;
  look(id: string): Promise<Answer>;
  status(id: string): Promise<unknown>;
}

export interface CallOptions {
  body?: unknown;
  headers?: Record<string, string>;
}

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  /** The text as JSON; {} where it is none. */
  json: Record<string, unknown>;
}

export const graphOf = (process_id: string) => ({ process_graph: { p: { process_id, arguments: {}, result: true } } });

export async function startTestClient(
  behaviour: BehaviourOf<'openeo'> = {},
  options: Partial<SimulatorOptions> = {},
): Promise<TestClient> {
  const sim = await startSimulator({ kind: 'openeo', seed: 'tests', tokens: ['static'], behaviour, ...options });
  const version =
    behaviour.versions?.[0]?.version ??
    { 'earth-engine': 'v1.2', vito: '1.2.0', spec: '1.2' }[behaviour.like ?? 'spec'];
  const call = async (method: string, path: string, { body, headers }: CallOptions = {}): Promise<Answer> => {
    const answer = await fetch(path.startsWith('http') ? path : `${sim.url}/openeo/${version}${path}`, {
      method,
      headers: {
        authorization: 'Bearer basic//static',
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      redirect: 'manual',
    });
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, text, json: parsed(text) };
  };
  const look = (id: string) => call('GET', `/jobs/${id}`);
  return {
    sim,
    call,
    async create(change, correlationId) {
      const body = { title: 'one', process: graphOf('process-1'), ...change };
      const headers: Record<string, string> = correlationId === undefined ? {} : { 'x-correlation-id': correlationId };
      return (await call('POST', '/jobs', { body, headers })).headers.get('openeo-identifier') ?? '';
    },
    start: (id) => call('POST', `/jobs/${id}/results`),
    look,
    status: async (id) => (await look(id)).json.status,
  };
}

function parsed(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}
