import { request } from 'node:http';
import { type Behaviour, type Simulator, type SimulatorOptions, startSimulator } from '../index.ts';

/** What the tests of this folder talk to the simulated server with. */
export interface TestClient {
  sim: Simulator;
  /** @param path below the API's */
  call(method: string, path: string, options?: CallOptions): Promise<Answer>;
  /** @returns the id of the config */
  create(inputs?: object, more?: object): Promise<number>;
  /** Creates and launches. @returns the id of the job */
  launch(inputs?: object, more?: object): Promise<number>;
  /** Ids of the jobs in a list, in its order. */
  ids(path: string): Promise<number[]>;
}

export interface CallOptions {
  body?: object | string;
  /** Instead of those that are usual; `undefined` leaves one out. */
  headers?: Record<string, string | undefined>;
}

export interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: members of all kinds of answers
  json: any;
}

const basic = (name: string) => `Basic ${Buffer.from(`${name}:key`).toString('base64')}`;
export const asBob = { authorization: basic('bob') };

export async function startTestClient(
  behaviour: Behaviour = {},
  options: Partial<SimulatorOptions> = {},
): Promise<TestClient> {
  const sim = await startSimulator({ kind: 'desp-insula', seed: 'tests', behaviour, ...options });
  const call: TestClient['call'] = (method, path, { body, headers } = {}) => {
    const usual = { authorization: basic('ada'), accept: '*/*', 'content-type': 'application/json', ...headers };
    const sent = Object.fromEntries(Object.entries(usual).filter(([, value]) => value !== undefined));
    const url = path.startsWith('/realms') ? `${sim.url}${path}` : `${sim.url}/secure/api/v2.0${path}`;
    return new Promise((resolve, reject) => {
      const out = request(url, { method, headers: sent as Record<string, string> }, (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('error', reject);
        answer.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text, json: parsed(text) });
        });
      });
      out.on('error', reject);
      out.end(typeof body === 'object' ? JSON.stringify(body) : body);
    });
  };
  const create: TestClient['create'] = async (inputs = {}, more = {}) => {
    const body = { service: `${sim.url}/secure/api/v2.0/services/20`, inputs, ...more };
    return (await call('POST', '/jobConfigs', { body })).json.id;
  };
  return {
    sim,
    call,
    create,
    async launch(inputs, more) {
      const launched = await call('POST', `/jobConfigs/${await create(inputs, more)}/launch`);
      return launched.json.content?.id ?? launched.json.id;
    },
    ids: async (path) => ((await call('GET', path)).json._embedded?.jobs ?? []).map(({ id }: { id: number }) => id),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
