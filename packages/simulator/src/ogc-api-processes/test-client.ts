import type { Behaviour } from '../kinds.ts';
import { type Simulator, startSimulator } from '../simulator.ts';

/** What the tests of this folder talk to a simulated server with: fetch, and no more. */
export interface TestClient {
  sim: Simulator;
  call(method: string, path: string, headers?: Record<string, string>, body?: unknown): Promise<Answer>;
  /** Launches, asynchronously unless `prefer` says otherwise. */
  launch(inputs?: Record<string, unknown>, prefer?: string, more?: Record<string, unknown>): Promise<Answer>;
  /** The only job there is, or the last. */
  lastJob(): string;
}

interface Answer {
  status: number;
  headers: Headers;
  text: string;
  /** The text as JSON; undefined where it is none. */
  // biome-ignore lint/suspicious/noExplicitAny: answers of a hundred shapes, read by tests only
  json: any;
}

const asJson = { accept: 'application/json' };

export async function startTestClient(behaviour: Behaviour = {}): Promise<TestClient> {
  const sim = await startSimulator({ kind: 'ogc-api-processes', seed: 'tests', behaviour });
  const root = 'root' in behaviour ? String(behaviour.root) : '';
  const call: TestClient['call'] = async (method, path, headers = asJson, body = undefined) => {
    const answer = await fetch(`${sim.url}${root}${path}`, {
      method,
      headers: { ...headers, ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, text, json: parsed(text) };
  };
  return {
    sim,
    call,
    launch: (inputs = { image: 'i-1' }, prefer = 'respond-async', more = {}) =>
      call('POST', '/processes/echo/execution', { ...asJson, prefer }, { inputs, ...more }),
    lastJob: () => sim.jobs().at(-1)?.id ?? '',
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
