import { type Simulator, type SimulatorOptions, startSimulator } from '../simulator.ts';

/** What the tests of this package talk to the simulated Airbus Playground with: fetch, and no more. */
export interface TestClient {
  sim: Simulator;
  call(method: string, path: string, options?: CallOptions): Promise<Answer>;
  launch(change?: Record<string, unknown>, options?: CallOptions): Promise<Answer>;
  look(jobId: string): Promise<Answer>;
  list(query?: string): Promise<Answer>;
}

export interface CallOptions {
  body?: string;
  headers?: Record<string, string>;
  correlationId?: string;
  signal?: AbortSignal;
}

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  /** The text as JSON; undefined where it is none. */
  json: AnswerBody;
}

/** Members of all kinds of answers; only those of the answer's own kind are there. */
interface AnswerBody {
  id: string;
  status: { status: string; progress: number };
  message: string;
  hint: string;
  jobs: { id: string }[];
  total: number;
  input: { required: string[] };
  _links: Record<string, { href: string; relation: string } | undefined>;
  [other: string]: unknown;
}

export const payload = {
  name: 'Port of Sète - Vessel finder',
  imageId: 'image-1',
  datasetId: 'dataset-1',
  projectId: 'project-1',
  geom: {
    type: 'Polygon',
    coordinates: [
      [
        [3.68, 43.38],
        [3.78, 43.38],
        [3.78, 43.48],
        [3.68, 43.38],
      ],
    ],
  },
};

export const jobsPath = '/api/v1/processes/process-1/jobs';

export async function startTestClient(options: Partial<SimulatorOptions> = {}): Promise<TestClient> {
  const sim = await startSimulator({ kind: 'airbus-playground', seed: 'tests', tokens: ['static'], ...options });
  const call = async (method: string, path: string, { body, headers, correlationId, signal }: CallOptions = {}) => {
    const answer = await fetch(`${sim.url}${path}`, {
      method,
      headers: {
        authorization: 'Bearer static',
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(correlationId !== undefined && { 'x-correlation-id': correlationId }),
        ...headers,
      },
      ...(body !== undefined && { body }),
      ...(signal && { signal }),
    });
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, text, json: parsed(text) };
  };
  return {
    sim,
    call,
    launch: (change, rest) => call('POST', jobsPath, { body: JSON.stringify({ ...payload, ...change }), ...rest }),
    look: (jobId) => call('GET', `${jobsPath}/${jobId}?projectId=project-1`),
    list: (query = '') => call('GET', `${jobsPath}?projectId=project-1${query}`),
  };
}

function parsed(text: string): AnswerBody {
  try {
    return JSON.parse(text) as AnswerBody;
  } catch {
    return undefined as unknown as AnswerBody;
  }
}
